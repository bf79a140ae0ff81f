// The states of a draft between page, browser and server. Pure: `next` takes a draft and an event
// and returns the draft after it and the effects to carry out; drafts.js has the page, the clock,
// the network and the local storage.
//
// Events: changed {typing}, restored {seconds}, due, resumed, second, taken over, submitted,
// returned, and the outcome of a request: confirmed, refused or failed.
// Effects, by `do`: send {version, save}, keep, forget, wait {ms}, showKey {options}, submit.
//
// What holds: one request is under way at a time. What the server has not confirmed is kept in
// this browser, and sent again while the server cannot be reached. "saved" is said only of what the
// server confirmed. A form is submitted once, after the server has answered, and no draft is sent
// after it: that one would outlive the grade.

export const TYPING_DELAY = 600; // ms without a key before text is sent
export const RETRY_DELAY = 5000; // ms before a save that failed is sent again
export const RENEW_SECONDS = 60; // active seconds after which a lease is renewed though nothing was entered

/** `autosave` is false where nothing is drafted; `lease`: others may get the item in time. */
export function newDraft({ autosave = true, lease = false, version = 0, savedAt = null, seconds = 0 } = {}) {
  return {
    autosave,
    lease,
    version, // of the draft on the server
    savedAt, // the server's time of it
    saves: 0, // counts requests, answered or not: by it the server knows a late one
    changes: 0, // counts changes; `confirmed` is the count the server has
    confirmed: 0,
    sending: null, // the count of changes that the request under way carries
    saveAgain: false, // a save was asked for while a request was under way
    failure: null, // why the last request failed, what to do, and whether it was to submit
    refusal: null, // the server's answer after which this tab no longer saves
    restored: false, // from this browser's copy, not yet confirmed
    submission: null, // "asking" the server first, then "sent"
    seconds, // active ones
    reported: seconds, // of them known to the server
  };
}

const KEEP = { do: "keep" };
const FORGET = { do: "forget" };
const wait = (ms) => ({ do: "wait", ms });
const isUnconfirmed = (draft) => draft.changes > draft.confirmed;

function save(draft) {
  if (!draft.autosave || draft.refusal || draft.submission === "sent") return [];
  if (draft.sending !== null) {
    draft.saveAgain = true;
    return [];
  }
  draft.sending = draft.changes;
  draft.saves += 1;
  return [{ do: "send", version: draft.version, save: draft.saves }];
}

const saveUnconfirmed = (draft) => (isUnconfirmed(draft) ? save(draft) : []);

function submit(draft) {
  draft.submission = "sent";
  return [{ do: "submit" }];
}

/** What follows the outcome of a request. */
function goOn(draft) {
  const again = draft.saveAgain && !draft.refusal;
  Object.assign(draft, { sending: null, saveAgain: false, restored: false });
  if (again) return save(draft);
  if (draft.failure) {
    draft.failure.submitting = draft.submission !== null;
    draft.submission = null;
    return [wait(RETRY_DELAY)];
  }
  // A form that is submitted carries the latest changes itself.
  if (draft.submission) return submit(draft);
  return saveUnconfirmed(draft);
}

const HANDLERS = {
  changed(draft, { typing }) {
    draft.changes += 1;
    if (draft.refusal?.why === "graded") return []; // a copy would turn up in the change of that grade
    return draft.refusal ? [KEEP] : [KEEP, wait(typing ? TYPING_DELAY : 0)];
  },

  restored(draft, { seconds }) {
    draft.changes += 1;
    draft.restored = true;
    draft.seconds = Math.max(draft.seconds, seconds);
    return save(draft);
  },

  due: save,

  resumed: saveUnconfirmed,

  second(draft) {
    draft.seconds += 1;
    const isIdle = draft.sending === null && !draft.failure; // a failed save is repeated by itself
    return draft.lease && isIdle && draft.seconds - draft.reported >= RENEW_SECONDS ? save(draft) : [];
  },

  "taken over"(draft) {
    draft.refusal = null;
    draft.changes += 1;
    return save(draft);
  },

  submitted(draft) {
    if (draft.submission) return [];
    draft.submission = "asking";
    // Asking first: a form posted into a dead line would leave the page, and the text with it.
    const effects = save(draft);
    return draft.sending === null ? submit(draft) : effects;
  },

  /** The browser shows the page again as it was left. */
  returned(draft) {
    draft.submission = null;
    return saveUnconfirmed(draft);
  },

  confirmed(draft, { version, savedAt, options }) {
    Object.assign(draft, { version, failure: null, confirmed: draft.sending, reported: draft.seconds });
    const effects = options ? [{ do: "showKey", options }] : [];
    if (!isUnconfirmed(draft)) {
      draft.savedAt = savedAt;
      effects.push(FORGET);
    }
    return [...effects, ...goOn(draft)];
  },

  /** `why`: another "tab" has saved, the item is "graded", the "lease" is lost, the "study" is not open. */
  refused(draft, { why, reason, version }) {
    Object.assign(draft, { refusal: { why, reason }, failure: null, version: version ?? draft.version });
    return [why === "graded" ? FORGET : KEEP, ...goOn(draft)];
  },

  failed(draft, { why, remedy }) {
    draft.failure = { why, remedy };
    return [KEEP, ...goOn(draft)];
  },
};

/** The draft after the event, and the effects to carry out in their order. */
export function next(before, event) {
  const draft = { ...before };
  const effects = HANDLERS[event.type](draft, event);
  return { draft, effects };
}

const failed = (why, remedy) => ({ type: "failed", why, remedy });
export const NO_CONNECTION = failed("no connection");

/** The event that a response stands for; `answer` is its JSON if its status is 200 or 409. */
export function outcome({ type, status, ok }, answer) {
  if (type === "opaqueredirect") return failed("you are signed out", "; reload this page to sign in again");
  // Signing in anew, in another tab say, ends what the forms of older pages are accepted by.
  if (status === 403) return failed("this page is from before you last signed in", "; reload it");
  if (status === 409) return { ...answer, type: "refused" };
  if (!ok) return failed(`error ${status}`);
  return { type: "confirmed", version: answer.version, savedAt: answer.saved_at, options: answer.options };
}

const REMEDIES = {
  tab: "What you enter here is kept in this browser only.",
  graded: "What you enter here is not saved: change your grade under My grades.",
  study: "What you entered is kept in this browser.",
  lease: "What you entered is kept in this browser. Submit it: it counts if a place is still free.",
};

function failureText({ why, remedy, submitting }) {
  const [verb, otherwise] = submitting
    ? ["Not submitted", "; submit again"]
    : ["Not saved on the server", " and sent again"];
  return `${verb}: ${why}. What you entered is kept in this browser${remedy ?? otherwise}.`;
}

/** What to say: a state in a word, how far the draft is saved, and the problem, if any. */
export function describe(draft) {
  const { refusal, failure, savedAt } = draft;
  const report = (state, saved, problem = "") => ({ state, saved, problem });
  if (refusal) return report(refusal.why, "", `${refusal.reason} ${REMEDIES[refusal.why]}`);
  if (failure) return report("browser", "", failureText(failure));
  if (draft.restored) return report("browser", "", "Restored from this browser, not yet on the server.");
  if (isUnconfirmed(draft)) return report("saving", "saving …");
  return savedAt ? report("saved", `saved ${new Date(savedAt).toLocaleTimeString("en-GB")}`) : report("", "");
}
