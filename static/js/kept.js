// What is entered in a form without a draft on the server stays in this browser until the server
// has it: an ended session, a lost line or a closed tab takes nothing.
//
// Markup: <form data-kept="medreason-draft:WHO:WHAT"> with <p data-kept-note hidden>. page.js
// forgets the copy when [data-settled] names WHAT, and all copies at logging out.

const chosen = (control) => control.type === "radio" || control.type === "checkbox";
const controls = (form) => [...form.elements].filter((one) => one.matches("textarea, select, input:not([type=hidden])") && one.name);

function keep(form) {
  const entered = controls(form).map((one) => [one.name, one.value, one.checked ?? false]);
  try {
    localStorage.setItem(form.dataset.kept, JSON.stringify(entered));
  } catch {
    // Storage may be full or forbidden: the page itself still holds the text.
  }
}

function restore(form) {
  const kept = localStorage.getItem(form.dataset.kept);
  if (!kept) return;
  const entered = JSON.parse(kept);
  for (const control of controls(form)) {
    const same = entered.find(([name, value]) => name === control.name && (!chosen(control) || value === control.value));
    if (!same) continue;
    if (chosen(control)) control.checked = same[2];
    else control.value = same[1];
  }
  form.querySelector("[data-kept-note]").hidden = false;
}

for (const form of document.querySelectorAll("form[data-kept]")) {
  // A refused form comes back filled in: it is newer than any copy kept here.
  if (!form.querySelector(".error-summary")) restore(form);
  document.addEventListener("input", (event) => event.target.form === form && keep(form));
}
