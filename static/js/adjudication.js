// The adjudication screen by keyboard.
//
// Markup: <form data-settling> with <fieldset data-field> groups of radios in reading order, radios
// with data-key="a|v|d", <textarea data-rationale>, <input type=checkbox data-settling-keys>.

const STORE = "settling-keys";
const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

const form = document.querySelector("form[data-settling]");
const box = document.querySelector("[data-settling-keys]");
const fields = [...(form?.querySelectorAll("[data-field]") ?? [])];
const current = () => fields.find((field) => field.classList.contains("is-current"));

function setCurrent(field) {
  for (const other of fields) other.classList.toggle("is-current", other === field);
}

function focusField(field) {
  (field.querySelector("input:checked") ?? field.querySelector("input")).focus();
}

function move(by) {
  focusField(fields[Math.min(Math.max(fields.indexOf(current()) + by, 0), fields.length - 1)]);
}

function pick(key) {
  const decision = form.querySelector(`input[data-key="${CSS.escape(key)}"]`);
  const radio = decision ?? current()?.querySelector(`input[value="${CSS.escape(key)}"]`);
  if (!radio) return false;
  radio.checked = true;
  const next = fields[fields.indexOf(radio.closest("[data-field]")) + 1];
  if (next) focusField(next);
  else form.querySelector("[data-rationale]").focus();
  return true;
}

const commands = {
  j: () => move(1),
  k: () => move(-1),
  n: () => form.querySelector("[data-rationale]").focus(),
};

function onKey(event) {
  if (!box.checked) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TEXT_FIELDS)) return;
  const command = commands[event.key];
  if (command) command();
  if (command || (/^[1-5avd]$/.test(event.key) && pick(event.key))) event.preventDefault();
}

function onSubmit(event) {
  if (form.hasAttribute("data-busy")) event.preventDefault();
  form.setAttribute("data-busy", "");
}

if (form) {
  box.checked = localStorage.getItem(STORE) !== "off";
  box.addEventListener("change", () => localStorage.setItem(STORE, box.checked ? "on" : "off"));
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const field = event.target.closest("[data-field]");
    if (field) setCurrent(field);
  });
  form.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => form.removeAttribute("data-busy"));
  setCurrent(fields.find((field) => !field.querySelector("input:checked")) ?? fields[0]);
}
