// What the theme leaves out for those who read by keyboard or ear: names for its dialog and its bars of buttons, and a
// place in the order of Tab for whatever scrolls sideways.

function mend() {
  document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "Search");
  document.querySelectorAll(".md-code__nav").forEach((bar, n) => bar.setAttribute("aria-label", `Code ${n + 1}`));
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap, pre > code")) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}
addEventListener("load", () => {
  mend();
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
});
addEventListener("resize", mend);
