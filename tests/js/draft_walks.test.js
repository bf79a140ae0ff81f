// Thousands of random events, as a page, a browser and a server may bring them: what must hold, holds.

import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, NO_CONNECTION, newDraft, next } from "../../static/js/draft_state.js";

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A page with its copy, its timer and the request under way, over a server with one draft. */
class World {
  draft = newDraft({ lease: true });
  copy = false;
  timer = false;
  request = null;
  left = false;
  onServer = { version: 0, changes: 0 };

  handle(event) {
    const step = next(this.draft, event);
    this.draft = step.draft;
    for (const effect of step.effects) this[effect.do](effect);
    this.verify();
  }

  keep = () => {
    this.copy = true;
  };
  forget = () => {
    this.copy = false;
  };
  wait = () => {
    this.timer = true;
  };
  send = ({ version }) => {
    assert.equal(this.request, null, "two requests at a time");
    assert.ok(!this.left, "a draft sent after the form");
    this.timer = false;
    this.request = { version, changes: this.draft.changes };
  };
  submit = () => {
    assert.ok(!this.left, "submitted twice");
    this.left = true;
  };

  verify() {
    const { changes, refusal } = this.draft;
    const isSafe = this.onServer.changes === changes;
    assert.ok(isSafe || this.copy || refusal?.why === "graded", "a change is neither kept nor on the server");
    if (describe(this.draft).state === "saved") assert.ok(isSafe && !this.copy, "called saved too early");
    const isPending = this.request !== null || this.timer;
    assert.ok(isSafe || refusal || this.left || isPending, "a change waits for nothing");
  }

  /** The request under way ends: its draft stored or not, its answer here or lost. */
  answer(chance) {
    const { changes } = this.request;
    this.request = null;
    if (chance < 0.02) return this.handle({ type: "refused", why: "graded", reason: "" });
    if (chance < 0.1) return this.handle({ type: "refused", why: "tab", reason: "", version: this.onServer.version });
    if (chance < 0.3) return this.handle(NO_CONNECTION);
    this.onServer = { version: this.onServer.version + 1, changes };
    if (chance < 0.5) return this.handle(NO_CONNECTION);
    return this.handle({ type: "confirmed", version: this.onServer.version, savedAt: "2026-11-21T12:00:00Z" });
  }

  happen(chance, other) {
    if (chance < 0.3) this.handle({ type: "changed", typing: other < 0.5 });
    else if (chance < 0.6 && this.request) this.answer(other);
    else if (chance < 0.8 && this.timer) {
      this.timer = false;
      this.handle({ type: "due" });
    } else if (chance < 0.85) this.handle({ type: "resumed" });
    else if (chance < 0.95) this.handle({ type: "second" });
    else if (chance < 0.97) this.handle({ type: "submitted" });
    else if (this.draft.refusal?.why === "tab") this.handle({ type: "taken over" });
    else if (this.left) {
      this.left = false;
      this.handle({ type: "returned" });
    }
  }
}

test("nothing entered is lost, called saved too early, sent twice at a time or after the form", () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const world = new World();
    const draw = random(seed);
    for (let step = 0; step < 300; step += 1) world.happen(draw(), draw());
  }
});
