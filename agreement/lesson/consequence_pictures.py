"""The pictures of what follows from the four equations, each with its slider."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from ...manual.case import Case
from ...manual.shapes import Array
from . import saturation
from .live.picture import symbol
from .numbers import short
from .svg import Axis, Plot, span
from .widget import Widget
from .words import Words


def low_activation(case: Case, words: Words) -> Widget:
    """∂C/∂w₁₁ against x₁."""
    slopes, start = saturation.low_activation(case), len(saturation.INPUTS) * 3 // 4
    x = Axis(0.0, 1.0, Markup(f"{words.plain('network.input')} {symbol('x', '', '1')}"))
    y = Axis(*span([0.0, *slopes]), Markup(f"∂C/∂{symbol('w', 1, '11')}"))
    plot = Plot(x, y, words.plain("low.plot"))
    points = list(zip(saturation.INPUTS, slopes, strict=True))
    plot.line(points, "backward")
    plot.marker(points[start], "backward", "at")
    frames = tuple({"slope": short(point[1])} | plot.moved("at", point) for point in points)
    positions = tuple(short(x, 3) for x in saturation.INPUTS)
    readings = (("slope", words("low.slope")),)
    return Widget("low", words("low.slider"), plot.svg(), positions, frames, start, readings)


SATURATED_STYLES = {"slope": "guide", "entropy": "backward", "quadratic": "forward"}
NAMES = {"slope": (-1.5, "end"), "entropy": (1.2, "end"), "quadratic": (5.5, "middle")}
"""Where along z the name of each curve stands."""


def saturated(words: Words) -> Widget:
    """σ′ and δ of one neuron under both costs."""
    zs, curves = saturation.neuron_curves()
    plot = Plot(Axis(zs[0], zs[-1], "z"), Axis(-0.05, 1.08, ""), words.plain("saturated.plot"))
    start = len(zs) * 3 // 4
    for name, style in SATURATED_STYLES.items():
        plot.line(zip(zs, curves[name], strict=True), style)
        plot.marker((zs[start], curves[name][start]), style, name)
        z, anchor = NAMES[name]
        plot.name((z, np.interp(z, zs, curves[name])), words.plain(f"saturated.{name}"), style, -8, -10, anchor)
    frames = []
    for i, z in enumerate(zs):
        frame = {f"{name}-text": short(curve[i]) for name, curve in curves.items()}
        for name in SATURATED_STYLES:
            frame |= plot.moved(name, (z, curves[name][i]))
        frames.append(frame)
    readings = tuple((f"{name}-text", words(f"saturated.{name}")) for name in curves)
    positions = tuple(short(z, 3) for z in zs)
    return Widget("saturated", words("saturated.slider"), plot.svg(), positions, tuple(frames), start, readings)


LEARNING_STYLES = {"quadratic": "forward", "entropy": "backward"}


def learning(words: Words) -> Widget:
    """How the cost falls from every start, under both costs."""
    shares = {"quadratic": saturation.learning("quadratic"), "entropy": saturation.learning("cross_entropy")}
    shares = {name: costs / costs[:, :1] for name, costs in shares.items()}
    x = Axis(0.0, saturation.EPOCHS, words.plain("learning.epoch"))
    plot = Plot(x, Axis(0.0, 1.25, words.plain("learning.share")), words.plain("learning.plot"))
    epochs, start = range(0, saturation.EPOCHS, 3), 8
    paths = {name: [list(zip(epochs, row[::3], strict=True)) for row in rows] for name, rows in shares.items()}
    for name, place in (("quadratic", 0.42), ("entropy", 0.98)):
        plot.line(paths[name][start], LEARNING_STYLES[name], name)
        plot.name((place * saturation.EPOCHS, 1.1), words.plain(f"learning.{name}"), LEARNING_STYLES[name], 0, 0, "end")
    frames = tuple(
        {f"{name}@d": plot.path(rows[i]) for name, rows in paths.items()}
        | {f"left_{name}": short(shares[name][i, -1], 3) for name in paths}
        for i in range(len(saturation.STARTS))
    )
    readings = tuple((f"left_{name}", words(f"learning.left_{name}")) for name in paths)
    positions = tuple(short(z, 2) for z in saturation.STARTS)
    return Widget("learning", words("learning.slider"), plot.svg(), positions, frames, start, readings)


def rounding(truth: Array, programs: list[saturation.Rounded], words: Words) -> Widget:
    """The relative error of δ against z."""
    zs, start = saturation.SATURATED, len(saturation.SATURATED) // 2
    plot, textbook = _errors(programs, words), programs[0]
    plot.marker((zs[start], textbook.errors[start]), "backward", "at")
    frames = tuple(
        {"truth": short(truth[i], 6)}
        | {program.name: short(program.values[i], 6) for program in programs}
        | plot.moved("at", (z, textbook.errors[i]))
        for i, z in enumerate(zs)
    )
    readings = [("truth", words("rounding.truth")), (textbook.name, words("rounding.textbook"))]
    for program in programs[1:]:
        who = words.plain(f"column.{program.name}")
        readings.append((program.name, words("rounding.program", name=who)))
    positions = tuple(short(z, 3) for z in zs)
    label = words("rounding.slider")
    return Widget("rounding", label, plot.svg(), positions, frames, start, tuple(readings))


def _errors(programs: list[saturation.Rounded], words: Words) -> Plot:
    zs = saturation.SATURATED
    y = Axis(1e-17, 30.0, words.plain("rounding.error"), logarithmic=True)
    plot = Plot(Axis(0.0, float(zs[-1]), "z"), y, words.plain("rounding.plot"))
    for program in programs:
        plot.line(zip(zs, program.errors, strict=True), "forward" if program.name == "numpy" else "backward")
    together = ", ".join(program.name for program in programs if program.name != "numpy")
    plot.name((zs[-1], 1e-9), words.plain("rounding.together", names=together), "backward", 0, 0, "end")
    plot.name((zs[-1], 1e-14), words.plain("rounding.hand"), "forward", 0, 0, "end")
    return plot
