// The link between CoT steps and the edges they rest on: pointing at one marks the other, in the
// list and in the drawing.
//
// Markup: steps, and rubric rows of paths: data-edges="0 2"; drawn and listed edges: data-edge="0";
// drawn nodes: data-on-edges="0 2"; a step's number: <button data-pin>.

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

const onPoint = (event) => light(event.target.closest("[data-edge]") ?? event.target.closest("[data-edges]"));

document.addEventListener("focusin", onPoint);
document.addEventListener("pointerover", onPoint);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pin]");
  if (button) pin(button);
});
