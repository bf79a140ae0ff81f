// The grading screen by keyboard: fields in reading order, a choice moves to the next.
//
// Markup: <form data-grading>; fieldsets [data-field] in reading order, of the form or beside it
// (data-step: labels of a step; data-optional: left out of the walk; data-anchors: the anchors to
// show, each radio's aria-describedby names its own); radios with data-key (their letter) or
// data-digit; [data-comment]; [data-safety]; [data-rest-correct]; <details data-panel="g">;
// <a data-reopen>; <input type=checkbox data-keys-switch data-url>.
// Nothing is ever chosen by this script but what was asked for by a key.

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

// Fields and the current one -------------------------------------------------------------------

const form = () => document.querySelector("form[data-grading]");
const allFields = () => [...document.querySelectorAll("[data-field]")];
const fields = () => allFields().filter((field) => !("optional" in field.dataset));
const chosen = (field) => field.querySelector("input:checked");
const current = () => allFields().find((field) => field.classList.contains("is-current"));
let cameFrom = null; // the field where f was pressed: a flag is a detour

function setCurrent(field) {
  for (const other of allFields()) other.classList.toggle("is-current", other === field);
}

// Hovering only shows anchors: were it to move the current field too, a digit typed while the
// pointer rests elsewhere would grade the wrong thing.
function showAnchors(field, radio) {
  const anchors = document.getElementById(field?.dataset.anchors);
  if (!anchors) return;
  for (const set of form().querySelectorAll(".anchors__set")) set.hidden = set !== anchors;
  for (const line of anchors.querySelectorAll(".is-pointed")) line.classList.remove("is-pointed");
  document.getElementById(radio?.getAttribute("aria-describedby"))?.classList.add("is-pointed");
}

function focusField(field) {
  const target = chosen(field) ?? field.querySelector("input");
  target?.focus({ preventScroll: true });
  (field.closest(".step") ?? field).scrollIntoView({ block: "nearest" });
}

function goOn(field) {
  const all = fields();
  const next = all[all.indexOf(field) + 1];
  if (next) focusField(next);
  else form().querySelector("[type=submit]")?.focus();
}

function move(by) {
  const all = fields();
  const from = all.indexOf(current());
  const next = all[Math.min(Math.max(from + by, 0), all.length - 1)];
  if (next) focusField(next);
}

function check(radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(radio) {
  const field = radio.closest("[data-field]");
  check(radio);
  if (!("optional" in field.dataset)) goOn(field);
  else if (cameFrom) focusField(cameFrom);
  cameFrom = null;
}

function restCorrect() {
  const steps = allFields().filter((field) => "step" in field.dataset);
  for (const step of steps) {
    if (!chosen(step)) check(step.querySelector("input[value=correct]"));
  }
  if (steps.length) goOn(steps.at(-1));
}

// Keys -----------------------------------------------------------------------------------------

const keysSwitch = () => document.querySelector("[data-keys-switch]");
const keysOn = () => keysSwitch()?.checked ?? true;

function radioFor(key) {
  const here = current();
  if (/^[avd]$/.test(key)) return form().querySelector(`input[data-key="${key}"]`);
  if (/^[cxue]$/.test(key)) return here?.querySelector(`input[data-key="${key}"]`);
  if (!/^[0-5]$/.test(key)) return null;
  return here?.querySelector(`input[data-digit="${key}"]`) ?? here?.querySelector(`.scale__point input[value="${key}"]`);
}

function toggle(panel) {
  if (!panel) return;
  panel.open = !panel.open;
  panel.querySelector("summary").focus();
}

function flag() {
  const field = document.querySelector("[data-safety]");
  if (current() !== field) cameFrom = current();
  if (field) focusField(field);
}

const commands = {
  j: () => move(1),
  k: () => move(-1),
  r: restCorrect,
  f: flag,
  n: () => form().querySelector("[data-comment]")?.focus(),
  z: () => document.querySelector("[data-reopen]")?.click(),
  g: () => toggle(document.querySelector("[data-panel=g]")),
  "?": () => toggle(document.querySelector('[data-panel="?"]')),
};

function escape(event) {
  const panel = document.querySelector("[data-panel][open]");
  if (panel) toggle(panel);
  else if (event.target.closest(TEXT_FIELDS) && current()) focusField(current());
}

function onKey(event) {
  if (!form() || event.isComposing) return;
  if (event.key === "Escape") {
    escape(event);
    return;
  }
  if (!keysOn() || form().hasAttribute("data-readonly")) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form().requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TEXT_FIELDS)) return;
  const command = commands[event.key];
  const radio = command ? null : radioFor(event.key);
  if (!command && !radio) return;
  event.preventDefault();
  if (command) command();
  else choose(radio);
}

function storeSwitch(box) {
  const body = new URLSearchParams({ keys: box.checked ? "on" : "off" });
  const token = form().elements.csrfmiddlewaretoken.value;
  fetch(box.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => {});
}

// Wiring ---------------------------------------------------------------------------------------

function prepare() {
  if (!form() || current()) return;
  const first = fields().find((field) => !chosen(field)) ?? fields()[0];
  setCurrent(first);
  showAnchors(first, first && chosen(first));
}

function onPoint(event) {
  const radio = event.target.closest("label")?.querySelector("input[type=radio]");
  const entered = event.target.closest("[data-field]");
  if (event.type === "focusin" && entered) setCurrent(entered);
  const field = radio ? entered : current();
  if (field && form()) showAnchors(field, radio ?? chosen(field));
}

document.addEventListener("keydown", onKey);
document.addEventListener("focusin", onPoint);
document.addEventListener("pointerover", onPoint);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-rest-correct]")) restCorrect();
  for (const panel of document.querySelectorAll("[data-panel][open]")) {
    if (!panel.contains(event.target)) panel.open = false;
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) storeSwitch(event.target);
  if (event.target.closest("[data-field]")) showAnchors(event.target.closest("[data-field]"), event.target);
});
prepare(); // the script is deferred: the page is parsed
