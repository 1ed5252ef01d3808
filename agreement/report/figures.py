"""The pictures of the page, as SVG that takes its colours from the page: they follow light, dark and print.

What is drawn is labelled in numbers, names and symbols only; the words stand in the page, in its language.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, QUIET = "#010101", "#020202"
SERIES = tuple(f"#03000{n}" for n in range(8))
"""Stand-ins that `_themed` replaces by the page's colours."""
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (8, 3)))
"""So that no one needs the colour to tell backends apart."""
STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": QUIET,
    "grid.linewidth": 0.4,
    "grid.alpha": 0.5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "path.simplify": False,
}


class UndatedCanvas(FigureCanvasSVG):
    """Draws without a date, also where matplotlib draws for the layout alone: SOURCE_DATE_EPOCH is not read."""

    def print_svg(self, filename: Any, **_: Any) -> None:
        """Write the figure; the metadata have no date and no creator."""
        super().print_svg(filename, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]


def _svg(name: str, size: tuple[float, float], grid: tuple[int, int], draw: Callable[[Any], None]) -> str:
    """Draw on a grid of axes; the bytes depend on nothing but the data."""
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size, layout="constrained")
        UndatedCanvas(figure)
        draw(figure.subplots(*grid, squeeze=False))
        figure.patch.set_alpha(0)
        for axes in figure.axes:
            axes.patch.set_alpha(0)
        text = io.StringIO()
        figure.savefig(text, format="svg")
    return _themed(name, text.getvalue())


def _themed(name: str, svg: str) -> str:
    """An SVG to stand in a page: its own ids, the page's colours, no size but its proportions."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r'\1 aria-hidden="true" focusable="false"', svg, count=1)
    colours = {INK: "var(--ink)", QUIET: "var(--quiet)", **{c: f"var(--series-{n})" for n, c in enumerate(SERIES)}}
    for stand_in, colour in colours.items():
        svg = svg.replace(stand_in, colour)
    return svg


def _look(names: Sequence[str], name: str) -> dict[str, Any]:
    n = list(names).index(name) % len(SERIES)
    return {"color": SERIES[n], "linestyle": DASHES[n]}


def saturation(curves: dict[str, Any], names: Sequence[str]) -> str:
    """Digits lost in σ′(z) against z: a row for each dtype, a column for each activation."""
    rows = curves["curves"]
    dtypes = sorted({row["dtype"] for row in rows}, reverse=True)
    activations = [name for name in ("sigmoid", "tanh", "softplus") if any(row["activation"] == name for row in rows)]

    def draw(grid: Any) -> None:
        for axes, (dtype, activation) in zip(grid.flat, [(d, a) for d in dtypes for a in activations], strict=True):
            for row in sorted(rows, key=lambda row: list(names).index(row["backend"])):
                if (row["dtype"], row["activation"]) == (dtype, activation):
                    digits = [np.nan if digit is None else digit for digit in row["digits"]]
                    look = _look(names, row["backend"])
                    axes.plot(curves["z"], digits, linewidth=1.6, label=row["backend"], **look)
            axes.set_title(f"{activation}, {dtype}", loc="left", fontweight="bold")
            axes.set_ylim(-0.5, 17 if dtype == "float64" else 8)
        for axes in grid[-1]:
            axes.set_xlabel("z")
        grid[0, 0].legend(loc="upper left", fontsize=8)

    return _svg("saturation", (8.4, 2.3 * len(dtypes)), (len(dtypes), len(activations)), draw)
