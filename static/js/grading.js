// The grading screen by keyboard, and the link between CoT steps and the edges they rest on.
//
// Markup: <form data-grading> with <fieldset data-field> groups of radios in reading order
// (data-anchors names the anchor list to show; each radio's aria-describedby names its anchor),
// <textarea data-comment>, radios with data-key="a|v|d", <input type=checkbox data-keys-switch>,
// a popover [data-keys-help]. Steps, and rubric rows of paths: data-edges="0 2"; drawn and listed
// edges: data-edge="0"; drawn nodes: data-on-edges="0 2"; a step's number: <button data-pin>.
// All listening is on the document, so a swapped-in item works without being wired again.

const KEYS_STORE = "grading-keys";
const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

// Fields and the current one -------------------------------------------------------------------

const form = () => document.querySelector("form[data-grading]");
const fields = () => [...(form()?.querySelectorAll("[data-field]") ?? [])];
const chosen = (field) => field.querySelector("input:checked");
const current = () => fields().find((field) => field.classList.contains("is-current"));

function setCurrent(field) {
  for (const other of fields()) other.classList.toggle("is-current", other === field);
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
  (chosen(field) ?? field.querySelector("input"))?.focus();
}

function move(by) {
  const all = fields();
  const from = all.indexOf(current());
  const next = all[Math.min(Math.max(from + by, 0), all.length - 1)];
  if (next) focusField(next);
}

function choose(field, radio) {
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  const next = fields()[fields().indexOf(field) + 1];
  if (next) focusField(next);
  else form().querySelector("[type=submit]").focus();
}

// Keys -----------------------------------------------------------------------------------------

const keysOn = () => localStorage.getItem(KEYS_STORE) !== "off";

function pick(key) {
  const decision = form().querySelector(`input[data-key="${CSS.escape(key)}"]`);
  const radio = decision ?? current()?.querySelector(`input[type=radio][value="${CSS.escape(key)}"]`);
  if (radio) choose(radio.closest("[data-field]"), radio);
  return Boolean(radio);
}

const commands = {
  j: () => move(1),
  k: () => move(-1),
  n: () => form().querySelector("[data-comment]")?.focus(),
  "?": () => document.querySelector("[data-keys-help]")?.togglePopover(),
};

function onKey(event) {
  if (!form() || !keysOn()) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form().requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TEXT_FIELDS)) return;
  const command = commands[event.key];
  if (command) command();
  if (command || (/^[1-5avd]$/.test(event.key) && pick(event.key))) event.preventDefault();
}

// Steps and their edges ------------------------------------------------------------------------

function matches(root, edges) {
  const selector = edges.map((edge) => `[data-edge="${edge}"], [data-on-edges~="${edge}"]`).join(", ");
  return selector ? root.querySelectorAll(selector) : [];
}

function light(source) {
  const root = document.querySelector("[data-item]");
  if (!root) return;
  for (const lit of root.querySelectorAll(".is-highlighted")) lit.classList.remove("is-highlighted");
  const from = source ?? root.querySelector("[data-pin][aria-pressed=true]")?.closest("[data-edges]");
  const edges = (from?.dataset.edges ?? from?.dataset.edge ?? "").split(" ").filter(Boolean);
  root.classList.toggle("has-highlight", edges.length > 0);
  for (const match of matches(root, edges)) match.classList.add("is-highlighted");
  const citing = from?.dataset.edge ? `.step[data-edges~="${from.dataset.edge}"]` : null;
  if (citing) for (const step of root.querySelectorAll(citing)) step.classList.add("is-highlighted");
  if (from?.classList.contains("step")) from.classList.add("is-highlighted");
}

function pin(button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  for (const other of document.querySelectorAll("[data-pin]")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(!pressed));
  light(pressed ? null : button.closest("[data-edges]"));
}

// Submitting once ------------------------------------------------------------------------------

function setBusy(grading, busy) {
  grading.toggleAttribute("data-busy", busy);
  grading.setAttribute("aria-busy", String(busy));
  for (const button of grading.querySelectorAll("[type=submit]")) button.disabled = busy;
}

function onSubmit(event) {
  const grading = event.target.closest("form[data-grading]");
  if (!grading) return;
  if (grading.hasAttribute("data-busy")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  grading.setAttribute("data-busy", "");
  setTimeout(() => setBusy(grading, true)); // after the browser has read the pressed button
}

function release(event) {
  const ours = event.type === "pageshow" || event.target.matches("form[data-grading]");
  if (ours && form()) setTimeout(() => setBusy(form(), false));
}

// Wiring ---------------------------------------------------------------------------------------

function prepare() {
  const box = document.querySelector("[data-keys-switch]");
  if (box) box.checked = keysOn();
  if (current()) return;
  const first = fields().find((field) => !chosen(field)) ?? fields()[0];
  setCurrent(first);
  showAnchors(first, first && chosen(first));
}

function onPoint(event) {
  const radio = event.target.closest(".scale__point")?.querySelector("input");
  const entered = event.target.closest("[data-field]");
  if (event.type === "focusin" && entered) setCurrent(entered);
  const field = radio ? entered : current();
  if (field) showAnchors(field, radio ?? chosen(field));
  light(event.target.closest("[data-edge]") ?? event.target.closest("[data-edges]"));
}

document.addEventListener("keydown", onKey);
document.addEventListener("focusin", onPoint);
document.addEventListener("pointerover", onPoint);
document.addEventListener("submit", onSubmit, true);
document.addEventListener("htmx:afterRequest", release);
window.addEventListener("pageshow", release);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pin]");
  if (button) pin(button);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) localStorage.setItem(KEYS_STORE, event.target.checked ? "on" : "off");
  if (event.target.closest("[data-field]")) showAnchors(event.target.closest("[data-field]"), event.target);
});
prepare(); // the script is deferred: the page is parsed
document.addEventListener("htmx:afterSettle", () => {
  const fresh = form() && !current();
  prepare();
  if (fresh && !document.querySelector(".error-summary")) {
    document.querySelector("[data-item-title]")?.focus({ preventScroll: true });
  }
});
