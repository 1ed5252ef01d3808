"use strict";
// → and ← page through the lesson: a screen at a time, to the next step where it is in sight, so that nothing is skipped.

const steps = all("[data-step]");
const stepper = document.querySelector(".stepper");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pin = document.querySelector(".pin");
let now = -1;
// What is free of the picture on a phone, and of the pager's bar.
function sight() {
  const over = pin && innerWidth < 900 && pin.getBoundingClientRect().bottom > 60 && pin.getBoundingClientRect().top <= 1 ? pin.offsetHeight : 0;
  return { top: over, height: innerHeight - over - stepper.offsetHeight };
}
function scrollTo_(y) {
  window.scrollTo({ top: y, behavior: calm.matches ? "auto" : "smooth" });
}
function tops() {
  const { top } = sight();
  return steps.map((step) => Math.round(step.getBoundingClientRect().top + scrollY - top - 8));
}
function turn(by) {
  const { height } = sight(), here = scrollY, page = Math.max(120, height - 56), places = tops();
  const last = document.documentElement.scrollHeight - innerHeight;
  const next = by > 0 ? places.find((y) => y > here + 4 && y <= here + height) : places.findLast((y) => y < here - 4 && y >= here - height);
  scrollTo_(Math.max(0, Math.min(last, next ?? here + by * page)));
}
function mark() {
  const places = tops(), middle = scrollY + sight().height / 3;
  const found = Math.max(0, places.findLastIndex((y) => y <= middle));
  if (found === now) return;
  steps[now]?.classList.remove("now");
  now = found;
  const step = steps[now];
  step.classList.add("now");
  stepper.querySelector("p").textContent = `${now + 1} / ${steps.length} · ${step.querySelector("h2, h3, h4, legend").textContent.trim()}`;
  const section = step.closest("section").id;
  all(".contents a").forEach((link) => {
    if (link.hash === `#${section}`) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  });
}
function opened() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const folded = target.closest("details");
  if (folded) folded.open = true;
  scrollTo_(target.getBoundingClientRect().top + scrollY - sight().top - 8);
}
stepper.hidden = false;
all("[data-go]", stepper).forEach((button) => button.addEventListener("click", () => turn(Number(button.dataset.go))));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea")) return;
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  turn(by);
});
addEventListener("scroll", mark, { passive: true });
addEventListener("hashchange", opened);
addEventListener("beforeprint", () => all("details:not(.answer):not(.step):not(.more)").forEach((details) => { details.open = true; }));
if (document.body.classList.contains("with-answers")) addEventListener("beforeprint", () => all("details.answer").forEach((details) => { details.open = true; }));
mark();
opened();
