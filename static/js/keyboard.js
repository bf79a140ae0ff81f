// Grading and settling by keyboard: one field is current, and a choice moves on to the next.
//
// Markup: <form data-keyboard>; fieldsets [data-field] in reading order, of the form or beside it
// (data-step: labels of a step; data-optional: left out of the walk; data-anchors: the anchors to
// show, each radio's aria-describedby names its own); radios with data-key (their letter) or
// data-digit; [data-after-fields]: focused after the last field, the submit button if there is
// none; [data-comment]; [data-safety]; [data-rest-correct]; <details data-panel="g">;
// <a data-reopen>; <input type=checkbox data-keys-switch>, with data-url if the server stores it.
// This script chooses nothing but what a key asked for.

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
const SWITCH_STORE = "settling-keys"; // in this browser, for people without a profile on the server

const form = document.querySelector("form[data-keyboard]");
const keysSwitch = document.querySelector("[data-keys-switch]");
const fields = [...document.querySelectorAll("[data-field]")];
const walk = fields.filter((field) => !("optional" in field.dataset));
let current = null;
let detourFrom = null; // the field where f was pressed: a flag is a detour

// Fields ---------------------------------------------------------------------------------------

const chosen = (field) => field.querySelector("input:checked");

function setCurrent(field) {
  current = field;
  for (const other of fields) other.classList.toggle("is-current", other === field);
}

// Hovering only shows anchors: were it to move the current field too, a digit typed while the
// pointer rests elsewhere would grade the wrong thing.
function showAnchors(field, radio) {
  const anchors = document.getElementById(field?.dataset.anchors);
  if (!anchors) return;
  for (const set of form.querySelectorAll(".anchors__set")) set.hidden = set !== anchors;
  for (const line of anchors.querySelectorAll(".is-pointed")) line.classList.remove("is-pointed");
  document.getElementById(radio?.getAttribute("aria-describedby"))?.classList.add("is-pointed");
}

function focusField(field) {
  (chosen(field) ?? field.querySelector("input"))?.focus({ preventScroll: true });
  (field.closest(".step") ?? field).scrollIntoView({ block: "nearest" });
}

function focusNext(field) {
  const next = walk[walk.indexOf(field) + 1];
  if (next) focusField(next);
  else form.querySelector("[data-after-fields], [type=submit]")?.focus();
}

function move(by) {
  const next = walk[Math.min(Math.max(walk.indexOf(current) + by, 0), walk.length - 1)];
  if (next) focusField(next);
}

function check(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(radio) {
  const field = radio.closest("[data-field]");
  check(radio);
  if (!("optional" in field.dataset)) focusNext(field);
  else if (detourFrom) focusField(detourFrom);
  detourFrom = null;
}

function restCorrect() {
  const steps = fields.filter((field) => "step" in field.dataset);
  for (const step of steps) {
    if (!chosen(step)) check(step.querySelector("input[value=correct]"));
  }
  if (steps.length) focusNext(steps.at(-1));
}

// Keys -----------------------------------------------------------------------------------------

function radioFor(key) {
  if (/^[avd]$/.test(key)) return form.querySelector(`input[data-key="${key}"]`);
  if (/^[cxue]$/.test(key)) return current?.querySelector(`input[data-key="${key}"]`);
  if (!/^[0-5]$/.test(key)) return null;
  return (
    current?.querySelector(`input[data-digit="${key}"]`) ??
    current?.querySelector(`.scale__point input[value="${key}"]`)
  );
}

function toggle(panel) {
  if (!panel) return;
  panel.open = !panel.open;
  panel.querySelector("summary").focus();
}

// Pressed again, it goes on to the next flag, where there are several.
function flag() {
  const flags = fields.filter((field) => "safety" in field.dataset);
  if (!flags.includes(current)) detourFrom = current;
  const next = flags[(flags.indexOf(current) + 1) % flags.length];
  if (next) focusField(next);
}

const commands = {
  j: () => move(1),
  k: () => move(-1),
  r: restCorrect,
  f: flag,
  n: () => form.querySelector("[data-comment]")?.focus(),
  z: () => document.querySelector("[data-reopen]")?.click(),
  g: () => toggle(document.querySelector("[data-panel=g]")),
  "?": () => toggle(document.querySelector('[data-panel="?"]')),
};

function leaveField(event) {
  const panel = document.querySelector("[data-panel][open]");
  if (panel) toggle(panel);
  else if (event.target.closest(TEXT_FIELDS) && current) focusField(current);
}

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "Escape") leaveField(event);
  else if (keysSwitch?.checked === false || form.hasAttribute("data-readonly")) return;
  else if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (!(event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TEXT_FIELDS))) {
    onSingleKey(event);
  }
}

function onSingleKey(event) {
  const command = commands[event.key];
  const radio = command ? null : radioFor(event.key);
  if (!command && !radio) return;
  event.preventDefault();
  if (command) command();
  else choose(radio);
}

// The switch of single keys (WCAG 2.1.4) ---------------------------------------------------------

function storeSwitch() {
  const keys = keysSwitch.checked ? "on" : "off";
  const { url } = keysSwitch.dataset;
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  if (url) fetch(url, { method: "POST", body: new URLSearchParams({ keys }), headers }).catch(() => {});
  else localStorage.setItem(SWITCH_STORE, keys);
}

// Wiring ---------------------------------------------------------------------------------------

function onPoint(event) {
  const radio = event.target.closest("label")?.querySelector("input[type=radio]");
  const entered = event.target.closest("[data-field]");
  if (event.type === "focusin" && entered) setCurrent(entered);
  const field = radio ? entered : current;
  if (field) showAnchors(field, radio ?? chosen(field));
}

function onClick(event) {
  if (event.target.closest("[data-rest-correct]")) restCorrect();
  for (const panel of document.querySelectorAll("[data-panel][open]")) {
    if (!panel.contains(event.target)) panel.open = false;
  }
}

if (form) {
  if (keysSwitch && !keysSwitch.dataset.url) keysSwitch.checked = localStorage.getItem(SWITCH_STORE) !== "off";
  keysSwitch?.addEventListener("change", storeSwitch);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", onPoint);
  document.addEventListener("pointerover", onPoint);
  document.addEventListener("click", onClick);
  document.addEventListener("change", (event) => showAnchors(event.target.closest("[data-field]"), event.target));
  const first = walk.find((field) => !chosen(field)) ?? walk[0];
  if (first) {
    setCurrent(first);
    showAnchors(first, chosen(first));
  }
}
