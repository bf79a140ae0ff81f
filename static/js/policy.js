// Trying a policy: a slider beside each minimum. The number is what is sent; the slider at its
// lowest asks nothing. Without this file the numbers do all the same.

const NOTHING = "1";

function sliderFor(number) {
  const slider = document.createElement("input");
  const title = number.labels[0].firstChild.textContent.trim();
  Object.assign(slider, { type: "range", id: `${number.id}_slider`, className: "slider" });
  Object.assign(slider, { min: number.min, max: number.max, step: number.step });
  slider.setAttribute("aria-label", `${title}, slider`);
  return slider;
}

function say(slider) {
  slider.setAttribute("aria-valuetext", slider.value === NOTHING ? "asks nothing" : `at least ${slider.value}`);
}

for (const number of document.querySelectorAll("input[data-slider]")) {
  const slider = sliderFor(number);
  const follow = () => {
    slider.value = number.value || NOTHING;
    say(slider);
  };
  number.addEventListener("input", follow);
  slider.addEventListener("input", () => {
    number.value = slider.value === NOTHING ? "" : slider.value;
    say(slider);
  });
  number.after(slider);
  follow();
}
