// Every page: tells of failed requests in the live region, opens folds for printing, and after a
// refused form (422) moves the focus to its error summary. The live region is in base.html; only its text changes.

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
  const summary = root.querySelector(".error-summary");
  if (summary) summary.focus();
  return Boolean(summary);
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
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached. It may not have been saved; try again."));
document.addEventListener("htmx:timeout", () => toast("The server took too long. Check whether it was saved, then try again."));

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status === 422) focusErrorSummary(document);
});

document.addEventListener("DOMContentLoaded", () => focusErrorSummary(document));

// Drafts that this browser keeps (drafts.js) go when their item is settled, and all at logging out.
const DRAFTS = "medreason-draft:";

function forgetDrafts(which) {
  const drafts = Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS) && which(key));
  for (const key of drafts) localStorage.removeItem(key);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-logout]")) forgetDrafts(() => true);
});
for (const settled of document.querySelectorAll("[data-settled]")) {
  forgetDrafts((key) => key.endsWith(`:${settled.dataset.settled}`));
}
