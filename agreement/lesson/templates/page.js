"use strict";
// Everything is on the page already; this adds stepping, sliders, lights and replies to it.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Lights: what a symbol stands for, and which cells make a cell.
const lit = new Set();
function light(elements) {
  lit.forEach((one) => one.classList.remove("lit"));
  lit.clear();
  elements.forEach((one) => { one.classList.add("lit"); lit.add(one); });
}
const named = (parts) => parts.flatMap((part) => all(`[data-part="${CSS.escape(part)}"]`));
let pointing = false;
const resting = () => named((document.querySelector(".now")?.dataset.parts ?? "").split(/\s+/).filter(Boolean));
function pointed(event) {
  const was = pointing;
  const cell = event.target.closest?.("[data-lights]");
  const symbol = event.target.closest?.("[data-part]");
  pointing = Boolean(cell ?? symbol);
  if (cell) light([cell, ...cell.dataset.lights.trim().split(/\s+/).map((id) => document.getElementById(id))]);
  else if (symbol) light(named([symbol.dataset.part]));
  else if (was) light(resting());
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
  range.addEventListener("input", () => show(figure, Number(range.value)));
  show(figure, Number(range.value));
});

// The demon sits at one neuron at a time.
const chooser = document.querySelector(".chooser");
function haunt(id) {
  all("[data-demon]").forEach((article) => { article.hidden = article.dataset.demon !== id; });
}
if (chooser) {
  const select = chooser.querySelector("select");
  chooser.hidden = false;
  select.addEventListener("change", () => haunt(select.value));
  haunt(select.value);
}

// Predict, then reveal.
all("fieldset[data-right]").forEach((fieldset) => {
  const reply = fieldset.querySelector(".reply");
  fieldset.addEventListener("change", (event) => {
    reply.textContent = event.target.value === fieldset.dataset.right ? reply.dataset.yes : reply.dataset.no;
  });
});

// Steps: ← →, two buttons, and the address.
const steps = all("[data-step]");
const stepper = document.querySelector(".stepper");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let now = -1;
function go(to, scroll = true) {
  const index = Math.max(0, Math.min(steps.length - 1, to));
  steps[now]?.classList.remove("now");
  now = index;
  const step = steps[now];
  step.classList.add("now");
  stepper.querySelector("p").textContent = `${now + 1} / ${steps.length} · ${step.querySelector("h2, h3, h4, legend").textContent.trim()}`;
  history.replaceState(null, "", `#${step.id}`);
  mark(step);
  if (scroll) step.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
  light(resting());
}
function mark(step) {
  const section = step.closest("section").id;
  all(".contents a").forEach((link) => {
    if (link.hash === `#${section}`) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
}
function addressed() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const index = steps.indexOf(target?.closest("[data-step]"));
  if (index >= 0) go(index);
}
function nearest() {
  const middle = innerHeight / 3;
  return steps.findLastIndex((step) => step.getBoundingClientRect().top <= middle);
}
stepper.hidden = false;
stepper.querySelector("p").textContent = `– / ${steps.length}`;
all("[data-go]", stepper).forEach((button) => button.addEventListener("click", () => go((now < 0 ? nearest() : now) + Number(button.dataset.go))));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  go((now < 0 ? nearest() : now) + by);
});
addEventListener("hashchange", addressed);
addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));
addressed();
