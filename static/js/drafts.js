// Nothing entered is lost: every change is saved on the server as a draft, and submitting happens
// once. draft_state.js decides; this file gives it the page's events and carries out its effects.
// Inputs are never swapped.
//
// Markup: <form data-grading data-draft-url data-store data-version data-saved-at data-lease
// data-readonly>, hidden fields fence and active_seconds, [data-draft-saved], [data-draft-problem],
// [data-take-over]; elsewhere in the head: [data-settled] names an item that is done with.
// While an answer key waits to be shown: [data-key-waits], and [data-options] to show it in.

import { describe, NO_CONNECTION, newDraft, next, outcome } from "./draft_state.js";
import { fillIn, readCopy, removeCopy, saveCopy } from "./local_copy.js";

const IDLE = 60_000; // ms without a sign of life before active seconds stop

const form = document.querySelector("form[data-grading]");
const { draftUrl, store } = form.dataset;
const secondsField = form.elements.active_seconds;
const saved = document.querySelector("[data-draft-saved]");
const problem = document.querySelector("[data-draft-problem]");
const takeOver = document.querySelector("[data-take-over]");
// A refused form comes back filled in: it is newer than the draft, and than any copy kept here.
const isRefused = document.querySelector(".error-summary") !== null;
const tab = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let draft = newDraft({
  autosave: Boolean(draftUrl),
  lease: "lease" in form.dataset,
  version: Number(form.dataset.version ?? 0),
  savedAt: isRefused ? null : form.dataset.savedAt,
  seconds: Number(secondsField.value),
});
let timer = null;
let lastSign = Date.now();

function handle(event) {
  const step = next(draft, event);
  draft = step.draft;
  show();
  for (const effect of step.effects) effects[effect.do](effect);
}

// Effects ----------------------------------------------------------------------------------------

const effects = {
  keep: () => saveCopy(store, form, draft.seconds),
  forget: () => removeCopy(store),
  wait({ ms }) {
    clearTimeout(timer);
    timer = setTimeout(() => handle({ type: "due" }), ms);
  },
  send({ version, save }) {
    clearTimeout(timer);
    post(version, save).then(handle);
  },
  submit() {
    clearTimeout(timer);
    form.submit();
  },
  // No input stands in what is replaced, and the focus stays where it is.
  showKey({ options }) {
    const waits = document.querySelector("[data-key-waits]");
    if (!waits) return;
    document.querySelector("[data-options]").innerHTML = options;
    waits.textContent = "The answer key is shown now. Your coherence grade was kept; you may still change it.";
    waits.removeAttribute("data-key-waits");
  },
};

async function post(version, save) {
  const body = new URLSearchParams(new FormData(form));
  body.set("draft_version", version);
  body.set("draft_tab", tab);
  body.set("draft_save", save);
  try {
    const response = await fetch(draftUrl, { method: "POST", body, redirect: "manual", keepalive: true });
    const isAnswer = response.ok || response.status === 409;
    return outcome(response, isAnswer ? await response.json() : null);
  } catch {
    return NO_CONNECTION;
  }
}

// What is shown ----------------------------------------------------------------------------------

function say(element, text) {
  if (element.textContent !== text) element.textContent = text; // the same again would be read out again
}

function show() {
  const busy = draft.submission !== null;
  form.toggleAttribute("data-busy", busy);
  form.setAttribute("aria-busy", String(busy));
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = busy;
  secondsField.value = draft.seconds;
  if (!draftUrl) return;
  const words = describe(draft);
  form.dataset.draftState = words.state;
  say(saved, words.saved);
  say(problem, words.problem);
  problem.hidden = !words.problem;
  takeOver.hidden = words.state !== "tab";
}

// The page's events ------------------------------------------------------------------------------

// Active seconds: in front, in focus, a sign of life within a minute.
function tick() {
  const isActive = Date.now() - lastSign <= IDLE && !document.hidden && document.hasFocus();
  if (isActive) handle({ type: "second" });
}

// Text sends `input` while it is typed and `change` once it is left: the first is enough.
function onChange(event) {
  const typing = event.target.matches("textarea, [type=text]");
  if (event.target.form === form && !(typing && event.type === "change")) handle({ type: "changed", typing });
}

function watchForm() {
  setInterval(tick, 1000);
  for (const sign of ["keydown", "pointermove", "pointerdown", "wheel", "scroll"]) {
    const note = () => {
      lastSign = Date.now();
    };
    document.addEventListener(sign, note, { capture: true, passive: true });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    handle({ type: "submitted" });
  });
  window.addEventListener("pageshow", (event) => {
    // It also fires late on a first load, when a quick hand has submitted.
    if (event.persisted) handle({ type: "returned" });
  });
}

function watchDraft() {
  document.addEventListener("input", onChange);
  document.addEventListener("change", onChange);
  window.addEventListener("online", () => handle({ type: "resumed" }));
  window.addEventListener("focus", () => handle({ type: "resumed" }));
  takeOver.addEventListener("click", () => handle({ type: "taken over" }));
  const copy = isRefused ? null : readCopy(store);
  if (copy) {
    fillIn(form, copy);
    handle({ type: "restored", seconds: copy.seconds ?? 0 });
  } else show();
}

if (!form.hasAttribute("data-readonly")) {
  watchForm();
  if (draftUrl) watchDraft();
} else if (draft.lease) {
  const copy = readCopy(store); // the last words, which never reached the server
  if (copy) fillIn(form, copy);
}
