// Nothing entered is lost: every change is saved on the server as a draft; what the server has not
// confirmed stays in this browser, is labelled so, and is sent again. Submitting happens once.
// Inputs are never swapped; "saved" is said only after the server said so.
//
// Markup: <form data-grading data-draft-url data-store data-version data-saved-at data-lease>,
// hidden fields fence and active_seconds, [data-draft-saved], [data-draft-problem],
// [data-take-over]; elsewhere in the head: [data-settled] names an item that is done with.
// While an answer key waits to be shown: [data-key-waits], and [data-options] to show it in.

const TYPING = 600; // ms without a key before text is sent
const AGAIN = 5000; // ms before an unconfirmed draft is sent again
const IDLE = 60; // seconds without a sign of life before the clock stops
const ALIVE = 60; // active seconds after which the lease is renewed though nothing was entered
const NOT_ENTERED = new Set(["csrfmiddlewaretoken", "fence", "key", "active_seconds"]);

const form = document.querySelector("form[data-grading]");
const url = form?.dataset.draftUrl;
const said = document.querySelector("[data-draft-saved]");
const problem = document.querySelector("[data-draft-problem]");
const takeOver = document.querySelector("[data-take-over]");

const tab = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let saves = 0; // counts requests, answered or not: by it the server knows a late one
let version = Number(form?.dataset.version ?? 0);
let changes = 0; // counts changes; `confirmed` is the count the server has
let confirmed = 0;
let inFlight = null; // the request under way, and the one that waits for it
let queued = null;
let leaving = false; // the grade itself is on its way: nothing is sent after it
let timer = null;
let unreached = null; // why the last attempt failed, and what to do
let graded = false; // a grade is in: a copy kept here would turn up in the change of that grade
let stopped = false; // the server refused: this tab no longer saves by itself

// What is entered ------------------------------------------------------------------------------

function entered() {
  const pairs = [...new FormData(form)].filter(([name, value]) => !NOT_ENTERED.has(name) && typeof value === "string");
  return pairs;
}

function put(pairs) {
  for (const control of form.elements) {
    if (!control.name || NOT_ENTERED.has(control.name)) continue;
    const values = pairs.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else if (control.matches("textarea, select, input:not([type=hidden])")) control.value = values[0] ?? "";
  }
}

// This browser's own copy: there only while the server has not confirmed -------------------------

function keep() {
  if (graded) return;
  try {
    localStorage.setItem(form.dataset.store, JSON.stringify({ pairs: entered(), seconds: active() }));
  } catch {
    // Storage may be full or forbidden: the page itself still holds the text.
  }
}

const kept = () => JSON.parse(localStorage.getItem(form.dataset.store) ?? "null");
const forget = () => localStorage.removeItem(form.dataset.store);

// Words ----------------------------------------------------------------------------------------

const clock = (at) => new Date(at).toLocaleTimeString("en-GB");

function tell(text, state) {
  problem.textContent = text;
  problem.hidden = !text;
  form.dataset.draftState = state;
}

function tellSaved(at) {
  said.textContent = `saved ${clock(at)}`;
  tell("", "saved");
}

// Sending --------------------------------------------------------------------------------------

function body() {
  const data = new URLSearchParams(new FormData(form));
  data.set("draft_version", version);
  data.set("draft_tab", tab);
  data.set("draft_save", ++saves);
  data.set("active_seconds", active());
  return data;
}

async function send() {
  const upTo = changes;
  let response;
  try {
    response = await fetch(url, { method: "POST", body: body(), redirect: "manual", keepalive: true });
  } catch {
    return failed("no connection");
  }
  if (response.type === "opaqueredirect") return failed("you are signed out", "; reload this page to sign in again");
  // Signing in anew, in another tab say, ends what the forms of older pages are accepted by.
  if (response.status === 403) return failed("this page is from before you last signed in", "; reload it");
  if (response.status === 409) return refused(await response.json());
  if (!response.ok) {
    return failed(`error ${response.status}`);
  }
  const answer = await response.json();
  version = answer.version;
  confirmed = upTo;
  reported = active();
  if (answer.options) showKey(answer.options);
  if (changes === confirmed) {
    forget();
    tellSaved(answer.saved_at);
  }
  return true;
}

// No input stands in what is replaced, and the focus stays where it is.
function showKey(options) {
  const waits = document.querySelector("[data-key-waits]");
  if (!waits) return;
  document.querySelector("[data-options]").innerHTML = options;
  waits.textContent = "The answer key is shown now. Your coherence grade was kept; you may still change it.";
  waits.removeAttribute("data-key-waits");
}

function failed(why, remedy = "") {
  keep();
  said.textContent = "";
  unreached = { why, remedy };
  tell(`Not saved on the server: ${why}. What you entered is kept in this browser${remedy || " and sent again"}.`, "browser");
  again(AGAIN);
  return false;
}

function refused(answer) {
  keep();
  stopped = true;
  said.textContent = "";
  if (answer.why === "tab") {
    version = answer.version;
    takeOver.hidden = false;
    tell(`${answer.reason} What you enter here is kept in this browser only.`, "tab");
  } else if (answer.why === "graded") {
    graded = true;
    forget();
    tell(`${answer.reason} What stands here is not saved: change your grade under My grades.`, "graded");
  } else if (answer.why === "study") {
    tell(`${answer.reason} What you entered is kept in this browser.`, "study");
  } else {
    tell(`${answer.reason} What you entered is kept in this browser. Submit it: it counts if a place is still free.`, "lease");
  }
  return true; // the server answered: a submit decides by itself
}

function again(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

/** Save what is entered, one request at a time; false when the server cannot be reached. */
function save() {
  clearTimeout(timer);
  if (!inFlight) return start();
  queued ??= inFlight.then(() => {
    queued = null;
    return start();
  });
  return queued;
}

function start() {
  if (stopped || leaving) return Promise.resolve(true);
  inFlight = send().then((reached) => {
    inFlight = null;
    if (reached && changes > confirmed && !stopped) again(0);
    return reached;
  });
  return inFlight;
}

function changed(event) {
  if (event.target.form !== form || NOT_ENTERED.has(event.target.name)) return;
  changes += 1;
  keep();
  if (stopped) return;
  said.textContent = "saving …";
  if (form.dataset.draftState === "saved") form.dataset.draftState = "saving";
  again(event.type === "input" && event.target.matches("textarea, [type=text]") ? TYPING : 0);
}

// Active seconds: in front, in focus, a sign of life within a minute -----------------------------

let seconds = Number(form?.elements.active_seconds?.value || 0);
let reported = seconds;
let lastSign = Date.now();
const active = () => seconds;

function tick() {
  const idle = Date.now() - lastSign > IDLE * 1000;
  if (idle || document.hidden || !document.hasFocus()) return;
  seconds += 1;
  form.elements.active_seconds.value = seconds;
  if ("lease" in form.dataset && seconds - reported >= ALIVE) save();
}

// Submitting once ------------------------------------------------------------------------------

function setBusy(busy) {
  form.toggleAttribute("data-busy", busy);
  form.setAttribute("aria-busy", String(busy));
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = busy;
}

async function submit(event) {
  event.preventDefault();
  if (form.hasAttribute("data-busy")) return;
  setBusy(true);
  // Asking first: a form posted into a dead line would leave the page, and the text with it.
  let reached = url ? await save() : true;
  while (inFlight) reached = await inFlight;
  if (!reached) {
    setBusy(false);
    const { why, remedy } = unreached;
    tell(`Not submitted: ${why}. What you entered is kept in this browser${remedy || "; submit again"}.`, "browser");
    return;
  }
  leaving = true;
  clearTimeout(timer);
  form.submit();
}

// Wiring ---------------------------------------------------------------------------------------

function restore() {
  const own = kept();
  if (!own) {
    if (form.dataset.savedAt) tellSaved(form.dataset.savedAt);
    return;
  }
  put(own.pairs);
  seconds = Math.max(seconds, own.seconds ?? 0);
  changes += 1;
  tell("Restored from this browser, not yet on the server.", "browser");
  save();
}

if (form?.hasAttribute("data-readonly")) {
  if ("lease" in form.dataset && kept()) put(kept().pairs); // the last words, which never reached the server
} else if (form) {
  if (form.elements.active_seconds) setInterval(tick, 1000);
  for (const sign of ["keydown", "pointermove", "pointerdown", "wheel", "scroll"]) {
    document.addEventListener(sign, () => { lastSign = Date.now(); }, { capture: true, passive: true });
  }
  form.addEventListener("submit", submit);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // also fires late on a first load, when a quick hand has submitted
    leaving = false;
    setBusy(false);
  });
}

if (url) {
  document.addEventListener("input", changed);
  document.addEventListener("change", (event) => {
    if (!event.target.matches("textarea, [type=text]")) changed(event);
  });
  window.addEventListener("online", () => changes > confirmed && save());
  window.addEventListener("focus", () => changes > confirmed && save());
  takeOver.addEventListener("click", () => {
    stopped = false;
    takeOver.hidden = true;
    changes += 1;
    save();
  });
  // A refused form comes back filled in: it is newer than any copy kept here.
  if (!document.querySelector(".error-summary")) restore();
}
