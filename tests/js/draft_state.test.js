// What becomes of what a reviewer enters: no change is lost, none is called saved too early.

import assert from "node:assert/strict";
import { describe as group, test } from "node:test";

import {
  describe,
  NO_CONNECTION,
  newDraft,
  next,
  outcome,
  RENEW_SECONDS,
  RETRY_DELAY,
  TYPING_DELAY,
} from "../../static/js/draft_state.js";

const CHANGED = { type: "changed", typing: false };
const DUE = { type: "due" };
const SUBMITTED = { type: "submitted" };
const SAVED_AT = "2026-11-21T12:04:31+00:00";
const confirmed = (version = 1) => ({ type: "confirmed", version, savedAt: SAVED_AT });
const refused = (why, version) => ({ type: "refused", why, reason: "So it is.", version });
const KEEP = { do: "keep" };
const FORGET = { do: "forget" };
const SUBMIT = { do: "submit" };
const send = (version, save) => ({ do: "send", version, save });
const wait = (ms) => ({ do: "wait", ms });

/** The draft after all events, and the effects of the last. */
function after(draft, ...events) {
  let effects = [];
  for (const event of events) ({ draft, effects } = next(draft, event));
  return { draft, effects, ...describe(draft) };
}

const sending = after(newDraft(), CHANGED, DUE).draft;
const offline = after(sending, NO_CONNECTION).draft;

group("saving", () => {
  test("a change is kept in the browser at once; text is sent after a pause, a choice without", () => {
    assert.deepEqual(after(newDraft(), { type: "changed", typing: true }).effects, [KEEP, wait(TYPING_DELAY)]);
    assert.deepEqual(after(newDraft(), CHANGED).effects, [KEEP, wait(0)]);
    assert.deepEqual(after(newDraft({ version: 4 }), CHANGED, DUE).effects, [send(4, 1)]);
  });

  test("saved is said only after the server said so, and then the copy goes", () => {
    assert.deepEqual(describe(sending), { state: "saving", saved: "saving …", problem: "" });
    const { effects, state, saved } = after(sending, confirmed());
    assert.deepEqual([effects, state], [[FORGET], "saved"]);
    assert.match(saved, /^saved \d\d:\d\d:\d\d$/);
  });

  test("a page without a draft says nothing, one with a draft when it was saved", () => {
    assert.deepEqual(describe(newDraft()), { state: "", saved: "", problem: "" });
    assert.equal(describe(newDraft({ savedAt: SAVED_AT })).state, "saved");
  });

  test("what changes during a request follows it, and nothing is called saved before", () => {
    const { draft, effects, state } = after(sending, CHANGED, confirmed(1));
    assert.deepEqual([effects, state], [[send(1, 2)], "saving"]);
    assert.deepEqual(after(draft, confirmed(2)).effects, [FORGET]);
  });

  test("one request is under way at a time", () => {
    const { draft, effects } = after(sending, CHANGED, DUE, DUE);
    assert.deepEqual(effects, []);
    const second = after(draft, confirmed(1));
    assert.deepEqual(second.effects, [send(1, 2)]);
    assert.deepEqual(after(second.draft, confirmed(2)).effects, [FORGET]);
  });

  test("the answer key is shown once the server sends it", () => {
    const { effects } = after(sending, { ...confirmed(), options: "<ol></ol>" });
    assert.deepEqual(effects, [{ do: "showKey", options: "<ol></ol>" }, FORGET]);
  });

  test("a draft that is passed in stays as it was", () => {
    const before = structuredClone(sending);
    after(sending, CHANGED, DUE, NO_CONNECTION, SUBMITTED);
    assert.deepEqual(sending, before);
  });
});

group("the server out of reach", () => {
  test("what was entered is kept and sent again, under a number of its own", () => {
    const { effects, state, saved, problem } = after(sending, NO_CONNECTION);
    assert.deepEqual([effects, state, saved], [[KEEP, wait(RETRY_DELAY)], "browser", ""]);
    assert.match(problem, /^Not saved on the server: no connection\. .* kept in this browser and sent again\.$/);
    assert.deepEqual(after(offline, DUE).effects, [send(0, 2)]);
    assert.equal(after(offline, DUE, confirmed()).state, "saved");
  });

  test("the problem is told until the server has answered", () => {
    assert.equal(after(offline, CHANGED, DUE).state, "browser");
    assert.equal(after(offline, DUE, NO_CONNECTION).state, "browser");
    assert.equal(after(offline, DUE, CHANGED, confirmed()).state, "saving");
  });

  test("once the network is back, what is unconfirmed is sent at once, and nothing else", () => {
    const resumed = { type: "resumed" };
    assert.deepEqual(after(offline, resumed).effects, [send(0, 2)]);
    assert.deepEqual(after(sending, confirmed(), resumed).effects, []);
  });

  test("a copy from this browser is sent and said to be restored until the server has it", () => {
    const restored = after(newDraft({ version: 3, seconds: 5, savedAt: SAVED_AT }), { type: "restored", seconds: 9 });
    assert.deepEqual([restored.effects, restored.draft.seconds], [[send(3, 1)], 9]);
    assert.deepEqual([restored.saved, restored.problem], ["", "Restored from this browser, not yet on the server."]);
    assert.equal(after(restored.draft, confirmed(4)).state, "saved");
    assert.deepEqual(after(restored.draft, NO_CONNECTION, { type: "resumed" }).effects, [send(3, 2)]);
    assert.equal(after(newDraft({ seconds: 9 }), { type: "restored", seconds: 5 }).draft.seconds, 9);
  });

  test("responses are told apart", () => {
    const why = (response) => outcome(response, null).why;
    assert.equal(why({ type: "opaqueredirect", status: 0, ok: false }), "you are signed out");
    assert.equal(why({ type: "basic", status: 403, ok: false }), "this page is from before you last signed in");
    assert.equal(why({ type: "basic", status: 502, ok: false }), "error 502");
    const answer = { version: 2, saved_at: SAVED_AT };
    assert.deepEqual(outcome({ status: 200, ok: true }, answer), { ...confirmed(2), options: undefined });
    assert.deepEqual(outcome({ status: 409, ok: false }, refused("tab", 7)), refused("tab", 7));
  });

  test("who was signed out is told to reload", () => {
    const signedOut = outcome({ type: "opaqueredirect", status: 0, ok: false }, null);
    assert.match(after(sending, signedOut).problem, /kept in this browser; reload this page to sign in again\.$/);
  });
});

group("refused", () => {
  for (const why of ["tab", "lease", "study"]) {
    test(`after "${why}" changes are kept in the browser, and none is sent`, () => {
      const first = after(sending, CHANGED, DUE, refused(why, 1));
      assert.deepEqual([first.effects, first.state], [[KEEP], why]);
      assert.match(first.problem, /^So it is\. .*kept in this browser/);
      assert.deepEqual(after(first.draft, CHANGED).effects, [KEEP]);
      assert.deepEqual(after(first.draft, CHANGED, DUE).effects, []);
    });
  }

  test("a graded item leaves no copy", () => {
    const { draft, effects, problem } = after(sending, refused("graded"));
    assert.deepEqual(effects, [FORGET]);
    assert.match(problem, /change your grade under My grades/);
    assert.deepEqual(after(draft, CHANGED).effects, []);
  });

  test("only by taking over, a tab writes over what another saved, on its version", () => {
    const { draft } = after(sending, refused("tab", 7), CHANGED);
    const taken = after(draft, { type: "taken over" });
    assert.deepEqual([taken.effects, taken.state], [[send(7, 2)], "saving"]);
    assert.deepEqual(after(draft, { type: "resumed" }).effects, []);
  });
});

group("submitting", () => {
  test("the server is asked first, then the form is submitted once", () => {
    const asked = after(newDraft({ version: 2 }), SUBMITTED);
    assert.deepEqual([asked.effects, asked.draft.submission], [[send(2, 1)], "asking"]);
    assert.deepEqual(after(asked.draft, SUBMITTED).effects, []);
    const submitted = after(asked.draft, confirmed(3));
    assert.deepEqual(submitted.effects, [FORGET, SUBMIT]);
    assert.deepEqual(after(submitted.draft, SUBMITTED).effects, []);
  });

  test("without an answer the page is not left, and one may submit again", () => {
    const failed = after(newDraft(), CHANGED, SUBMITTED, NO_CONNECTION);
    assert.deepEqual(failed.effects, [KEEP, wait(RETRY_DELAY)]);
    assert.equal(
      failed.problem,
      "Not submitted: no connection. What you entered is kept in this browser; submit again.",
    );
    assert.deepEqual(after(failed.draft, SUBMITTED, confirmed()).effects, [FORGET, SUBMIT]);
    assert.match(after(failed.draft, DUE, NO_CONNECTION).problem, /^Not saved/);
  });

  test("a save that fails under way is tried once more for the submission", () => {
    const { draft, effects } = after(sending, SUBMITTED, NO_CONNECTION);
    assert.deepEqual(effects, [KEEP, send(0, 2)]);
    assert.deepEqual(after(draft, confirmed()).effects, [FORGET, SUBMIT]);
    assert.match(after(draft, NO_CONNECTION).problem, /^Not submitted/);
  });

  test("a change while the server is asked goes with the form", () => {
    assert.deepEqual(after(newDraft(), SUBMITTED, CHANGED, confirmed()).effects, [SUBMIT]);
  });

  test("a refused draft does not hinder submitting: the server decides", () => {
    assert.deepEqual(after(sending, refused("lease"), SUBMITTED).effects, [SUBMIT]);
    assert.deepEqual(after(sending, SUBMITTED, refused("lease")).effects, [KEEP, SUBMIT]);
    assert.deepEqual(after(offline, SUBMITTED, refused("lease")).effects, [KEEP, SUBMIT]);
  });

  test("no draft is sent after the form", () => {
    const { draft } = after(newDraft(), SUBMITTED, confirmed());
    assert.deepEqual(after(draft, CHANGED, DUE).effects, []);
    assert.deepEqual(after(draft, CHANGED, { type: "resumed" }).effects, []);
  });

  test("a page that comes back saves and submits again", () => {
    const { draft } = after(newDraft(), SUBMITTED, confirmed(1), { type: "returned" });
    assert.deepEqual(after(draft, CHANGED, DUE).effects, [send(1, 2)]);
    assert.deepEqual(after(draft, SUBMITTED).effects, [send(1, 2)]);
  });

  test("where nothing is drafted the form is submitted at once", () => {
    assert.deepEqual(after(newDraft({ autosave: false }), SUBMITTED).effects, [SUBMIT]);
  });
});

group("the lease", () => {
  const seconds = (count) => Array(count).fill({ type: "second" });
  const leased = newDraft({ lease: true, seconds: 100 });

  test("is renewed after a minute of work without a change", () => {
    assert.deepEqual(after(leased, ...seconds(RENEW_SECONDS - 1)).effects, []);
    const minute = after(leased, ...seconds(RENEW_SECONDS));
    assert.deepEqual([minute.effects, minute.draft.seconds], [[send(0, 1)], 100 + RENEW_SECONDS]);
    assert.deepEqual(after(minute.draft, confirmed(), ...seconds(RENEW_SECONDS - 1)).effects, []);
    assert.deepEqual(after(minute.draft, confirmed(), ...seconds(RENEW_SECONDS)).effects, [send(1, 2)]);
  });

  test("is not renewed twice at a time, nor where there is none", () => {
    assert.deepEqual(after(leased, ...seconds(RENEW_SECONDS + 5), confirmed()).effects, [FORGET]);
    assert.deepEqual(after(leased, ...seconds(RENEW_SECONDS), NO_CONNECTION, ...seconds(1)).effects, []);
    assert.deepEqual(after(newDraft(), ...seconds(RENEW_SECONDS)).effects, []);
  });
});
