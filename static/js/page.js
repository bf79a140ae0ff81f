// Every page: tells of failed requests in the live region, opens folds for printing, moves the
// focus to the error summary of a refused form (422), and removes this browser's copies of what was
// entered. The live region is in base.html; only its text changes.

function toast(text) {
  const note = document.createElement("p");
  note.className = "toast toast--error";
  note.append(text, dismissButton(note));
  document.getElementById("toasts")?.replaceChildren(note);
}

function dismissButton(note) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small button--quiet";
  button.textContent = "Dismiss";
  button.addEventListener("click", () => note.remove());
  return button;
}

function failureText(status) {
  if (status === 403) return "You are not allowed to do this, or your session has ended. Reload the page.";
  if (status === 404) return "This is no longer here. Reload the page.";
  if (status === 409) return "This has changed in the meantime. Reload the page to see it as it is now.";
  if (status === 413) return "The file is too large.";
  if (status === 429) return "Too many requests. Wait a moment, then try again.";
  return `The server could not do this (${status}). It may not have been saved; try again.`;
}

function focusErrorSummary(root) {
  root.querySelector(".error-summary")?.focus();
}

// What a page shows at a click stands on paper: folds open for printing, and close after it.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.fold:not([open])")) {
    fold.open = true;
    fold.dataset.reopened = "";
  }
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details.fold[data-reopened]")) {
    fold.open = false;
    delete fold.dataset.reopened;
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig?.verb !== "get") document.getElementById("toasts")?.replaceChildren();
});
document.addEventListener("htmx:responseError", (event) => toast(failureText(event.detail.xhr.status)));
document.addEventListener("htmx:sendError", () =>
  toast("The server cannot be reached. It may not have been saved; try again."),
);
document.addEventListener("htmx:timeout", () =>
  toast("The server took too long. Check whether it was saved, then try again."),
);

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status === 422) focusErrorSummary(document);
});

focusErrorSummary(document);

// The copies that this browser keeps (local_copy.js, drafts.js) go when their form is done with, and
// all of them at logging out.
const DRAFTS = "medreason-draft:";

function forgetDrafts(which) {
  const drafts = Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS) && which(key));
  for (const key of drafts) localStorage.removeItem(key);
}

// A form with data-submit-once is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-logout]")) forgetDrafts(() => true);
  if (!event.target.matches("[data-submit-once]")) return;
  if (event.target.hasAttribute("data-busy")) event.preventDefault();
  event.target.setAttribute("data-busy", "");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return; // it also fires late on a first load
  for (const form of document.querySelectorAll("[data-submit-once]")) form.removeAttribute("data-busy");
});
for (const settled of document.querySelectorAll("[data-settled]")) {
  forgetDrafts((key) => key.endsWith(`:${settled.dataset.settled}`));
}
