"use strict";
// Everything is on the page already; this adds lights, sliders and replies to it.

// Lights: what a symbol stands for, and which cells make a cell.
const lit = new Set();
function light(elements) {
  lit.forEach((one) => one.classList.remove("lit"));
  lit.clear();
  elements.forEach((one) => { one.classList.add("lit"); lit.add(one); });
}
const named = (parts) => parts.flatMap((part) => all(`[data-part="${CSS.escape(part)}"]`));
let pointing = false;
function pointed(event) {
  const was = pointing;
  const cell = event.target.closest?.("[data-lights]");
  const symbol = event.target.closest?.("[data-part]");
  pointing = Boolean(cell ?? symbol);
  if (cell) light([cell, ...cell.dataset.lights.trim().split(/\s+/).map((id) => document.getElementById(id))]);
  else if (symbol) light(named([symbol.dataset.part]));
  else if (was) light([]);
}
document.addEventListener("pointerover", pointed);
document.addEventListener("focusin", pointed);
all("math .symbol").forEach((symbol) => symbol.setAttribute("tabindex", "0"));

// Sliders: a position is a frame that was computed when the page was made.
const widgets = JSON.parse(document.getElementById("widgets").textContent);
function show(figure, position) {
  const { frames, positions } = widgets[figure.dataset.widget];
  figure.querySelector("input").setAttribute("aria-valuetext", positions[position]);
  for (const [key, value] of Object.entries({ position: positions[position], ...frames[position] })) {
    const [slot, attribute] = key.split("@");
    const target = figure.querySelector(`[data-slot="${slot}"]`);
    if (!target) continue;
    if (attribute) target.setAttribute(attribute, value);
    else target.textContent = value;
  }
}
all("[data-widget]").forEach((figure) => {
  const range = figure.querySelector("input");
  const moved = () => { show(figure, Number(range.value)); haunting(figure, range); };
  range.addEventListener("input", moved);
  show(figure, Number(range.value));
});

// The demon sits at one neuron at a time; the picture shows it, and computes the cost again.
const chooser = document.querySelector(".chooser");
function haunting(figure, range) {
  const article = figure.closest("[data-demon]");
  if (!article) return;
  const { layer, neuron, demon: id } = article.dataset, dz = Number(range.getAttribute("aria-valuetext").replace("−", "-"));
  document.dispatchEvent(new CustomEvent("demon", { detail: { layer: Number(layer), neuron: Number(neuron), dz, id } }));
}
function haunt(id) {
  all("[data-demon]").forEach((article) => { article.hidden = article.dataset.demon !== id; });
}
if (chooser) {
  const select = chooser.querySelector("select");
  chooser.hidden = false;
  select.addEventListener("change", () => { haunt(select.value); document.dispatchEvent(new CustomEvent("demon")); });
  haunt(select.value);
}

// Predict, then reveal.
all("fieldset[data-right]").forEach((fieldset) => {
  const reply = fieldset.querySelector(".reply");
  fieldset.addEventListener("change", (event) => {
    reply.textContent = event.target.value === fieldset.dataset.right ? reply.dataset.yes : reply.dataset.no;
  });
});

