"use strict";
// → and ← page through the lesson: a screen at a time, to the next step that is not wholly in sight, so that nothing is skipped.

const steps = all("[data-step]");
const stepper = document.querySelector(".stepper");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pin = document.querySelector(".pin");
let now = -1;
// How much of the window the picture covers on a phone when the page is scrolled to y; the pager's bar is below.
function covered(y) {
  if (!pin || innerWidth >= 900) return 0;
  const duo = pin.parentElement.getBoundingClientRect(), start = duo.top + scrollY, end = duo.bottom + scrollY;
  return y < start ? 0 : Math.max(0, Math.min(pin.offsetHeight, end - y));
}
const bottom = () => scrollY + innerHeight - stepper.offsetHeight;
function scrollTo_(y) {
  window.scrollTo({ top: y, behavior: calm.matches ? "auto" : "smooth" });
}
// Where to scroll so that an element stands at the top of what is free.
function placeOf(element) {
  const top = element.getBoundingClientRect().top + scrollY - 8;
  return Math.round(pin && innerWidth < 900 && element.closest(".text") ? top - pin.offsetHeight : top);
}
const tops = () => steps.map(placeOf);
function onward() {
  const here = scrollY, seen = bottom();
  const next = steps.find((step) => placeOf(step) > here + 4 && step.getBoundingClientRect().bottom + here > seen);
  if (next && next.getBoundingClientRect().top + here <= seen) return placeOf(next);
  const duo = pin?.parentElement.getBoundingClientRect(), y = seen - 56;
  if (!pin || innerWidth >= 900 || y < duo.top + here || y >= duo.bottom + here) return y;
  return Math.max(duo.top + here, y - pin.offsetHeight);
}
function backward() {
  const here = scrollY, least = here - (innerHeight - stepper.offsetHeight - covered(here)) + 56;
  const before = tops().findLast((y) => y < here - 4) ?? 0;
  return Math.max(0, Math.min(here - 60, Math.max(before, least)));
}
const turn = (by) => scrollTo_(by > 0 ? onward() : backward());
function mark() {
  const places = tops(), middle = scrollY + innerHeight / 4;
  const ended = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const found = ended ? steps.length - 1 : Math.max(0, places.findLastIndex((y) => y <= middle));
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
  scrollTo_(placeOf(target));
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
