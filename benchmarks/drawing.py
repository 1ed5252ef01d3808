"""Pictures of the benchmarks as one SVG each, which is light or dark as its reader's screen is."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAPER, INK, QUIET = "#010103", "#010101", "#010102"
"""Stand-ins that become the colours of a scheme."""
LIGHT = {PAPER: "#fcfbf8", INK: "#1b2330", QUIET: "#b9b6ae"}
DARK = {PAPER: "#11161d", INK: "#e9e7e2", QUIET: "#4a545f"}
LINES = {
    "#020001": ("#0b5fa5", "#7cc0f5"),
    "#020002": ("#b84300", "#ff9d66"),
    "#020003": ("#00785a", "#2fd0a0"),
    "#020004": ("#8a3f8a", "#e08fd8"),
    "#020005": ("#8a6500", "#f0c94d"),
}
"""A stand-in for each line, and what it becomes on light and on dark paper."""
DASHES = ("-", "--", ":", "-.", (0, (5, 1)))
"""So that no one needs the colour to tell lines apart."""


def looks() -> Iterator[dict[str, Any]]:
    """The look of one line after another."""
    yield from ({"color": colour, "linestyle": dash} for colour, dash in zip(LINES, DASHES, strict=True))


@contextmanager
def drawn(file: Path, size: tuple[float, float]) -> Iterator[Any]:
    """A matplotlib figure to draw on, written as it is left."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    ink = dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"), INK)
    style = {"svg.fonttype": "path", "svg.hashsalt": "backproof", "axes.edgecolor": QUIET, "axes.facecolor": PAPER}
    sides = {"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
    with mpl.rc_context({**style, **ink, **sides}):
        figure = Figure(figsize=size, layout="constrained", facecolor=PAPER)
        yield figure
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    file.write_text(themed(text.getvalue()), "utf-8")


def themed(svg: str) -> str:
    """An SVG whose stand-ins are variables that follow the reader's scheme."""
    names = {colour: f"c{n}" for n, colour in enumerate([*LIGHT, *LINES])}
    for colour, name in names.items():
        svg = svg.replace(colour, f"var(--{name})")
    light = _variables(names, lambda colour: LIGHT.get(colour) or LINES[colour][0])
    dark = _variables(names, lambda colour: DARK.get(colour) or LINES[colour][1])
    style = f"<style>:root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}</style>"
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r"(<svg[^>]*>)", rf"\1{style}", svg, count=1)


def _variables(names: dict[str, str], colour: Callable[[str], str]) -> str:
    return " ".join(f"--{name}: {colour(stand_in)};" for stand_in, name in names.items())
