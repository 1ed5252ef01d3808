"""The demon's two pictures: the nudge on its slider, and the remainder on logarithmic axes."""

from __future__ import annotations

from .demon import Demon
from .numbers import short
from .svg import Axis, Plot, span
from .widget import Widget
from .words import Words

FLOOR = 1e-19
"""What a logarithmic axis begins with where a remainder is exactly 0."""


def nudge(demon: Demon, words: Words) -> Widget:
    """C(z + Δz) − C(z) and δ Δz; the slider moves Δz."""
    lines = demon.delta * demon.nudges
    x = Axis(float(demon.nudges[0]), float(demon.nudges[-1]), "Δz")
    plot = Plot(x, Axis(*span([*demon.changes, *lines]), "ΔC"), words.plain("demon.plot"))
    plot.line(zip(demon.nudges, lines, strict=True), "guide")
    plot.line(zip(demon.nudges, demon.changes, strict=True), "forward")
    start = len(demon.nudges) * 5 // 8
    plot.marker((demon.nudges[start], lines[start]), "guide", "line")
    plot.marker((demon.nudges[start], demon.changes[start]), "forward", "curve")
    frames = [
        {"change": short(change), "linear": short(line), "difference": short(change - line)}
        | plot.moved("line", (t, line))
        | plot.moved("curve", (t, change))
        for t, change, line in zip(demon.nudges, demon.changes, lines, strict=True)
    ]
    readings = tuple((slot, words(f"demon.{slot}")) for slot in ("change", "linear", "difference"))
    positions = tuple(short(t, 3) for t in demon.nudges)
    id = f"demon-{demon.layer}-{demon.neuron + 1}"
    return Widget(id, words("demon.slider"), plot.svg(), positions, tuple(frames), start, readings)


def taylor(demon: Demon, words: Words) -> str:
    """|R(t)|, certified and in float64."""
    seen = [v for v in (*demon.certified, *demon.floating) if v > 0] or [1.0]
    x = Axis(float(demon.steps[-1]) / 1.5, float(demon.steps[0]) * 1.5, "t", logarithmic=True)
    y = Axis(max(FLOOR, min(seen) / 4), max(seen) * 4, "|R(t)|", logarithmic=True)
    plot = Plot(x, y, words.plain("demon.taylor_plot"))
    plot.line([(t, r) for t, r in zip(demon.steps, demon.certified, strict=True) if r > 0], "forward")
    plot.dots([(t, r) for t, r in zip(demon.steps, demon.floating, strict=True) if r > 0], "hollow")
    middle = len(demon.steps) // 2
    plot.name(
        (demon.steps[middle], max(demon.certified[middle], y.low)), words.plain("demon.certified"), "forward", 14, 12
    )
    plot.name((demon.steps[-1], max(*demon.floating[-5:], y.low)), words.plain("demon.floating"), "hollow", -4, -16)
    return plot.svg()
