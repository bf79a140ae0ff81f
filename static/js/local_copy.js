// What is entered stays in this browser until the server has it: an ended session, a lost line or
// a closed tab takes nothing. page.js removes a copy once its form is done with, and all copies at
// logging out.
//
// Markup: <form data-local-copy="medreason-draft:WHO:WHAT"> with <p data-local-copy-note hidden>,
// for forms without drafts on the server; drafts.js uses the functions.

const isChoice = (control) => control.type === "radio" || control.type === "checkbox";
const isEntered = (control) => control.name && control.matches("textarea, select, input:not([type=hidden])");
const controls = (form) => [...form.elements].filter(isEntered);

export function saveCopy(key, form, seconds = 0) {
  const entered = controls(form).filter((control) => control.checked || !isChoice(control));
  const pairs = entered.map(({ name, value }) => [name, value]);
  try {
    localStorage.setItem(key, JSON.stringify({ pairs, seconds }));
  } catch {
    // Storage may be full or forbidden: the page itself still holds the text.
  }
}

/** The copy, as { pairs, seconds }, or null. */
export function readCopy(key) {
  const copy = JSON.parse(localStorage.getItem(key) ?? "null");
  return Array.isArray(copy) ? { pairs: copy } : copy; // a bare list was the earlier form of some
}

export const removeCopy = (key) => localStorage.removeItem(key);

export function fillIn(form, { pairs }) {
  for (const control of controls(form)) {
    const own = pairs.filter(([name]) => name === control.name);
    // The earlier form listed every choice, and whether it was checked.
    if (isChoice(control)) {
      control.checked = own.some(([, value, checked = true]) => checked && value === control.value);
    } else if (own.length) control.value = own[0][1];
  }
}

function watch(form) {
  const key = form.dataset.localCopy;
  const copy = readCopy(key);
  // A refused form comes back filled in: it is newer than any copy.
  if (copy && !form.querySelector(".error-summary")) {
    fillIn(form, copy);
    form.querySelector("[data-local-copy-note]").hidden = false;
  }
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => event.target.form === form && saveCopy(key, form));
  }
}

for (const form of document.querySelectorAll("form[data-local-copy]")) watch(form);
