"""Mistakes in σ′ and in the error of the output layer: BP1, and σ′ wherever it stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...manual.case import Architecture, Case
from ...manual.network import feed_forward
from ...manual.shapes import Array
from .row import Mistake, MistakeForm, both, deep, has, never, outputs, quadratic
from .trace import RIGHT, Trace

Slope = Callable[[Trace, int], Array]
SLOPED = ("sigmoid", "tanh", "softplus", "relu", "identity")


def _bp1(slope: Slope) -> Callable[[Trace, int], Array]:
    return lambda t, l: t.nabla_a() * slope(t, l)


def _bp2(slope: Slope) -> Callable[[Trace, int], Array]:
    return lambda t, l: t.back(l) * slope(t, l)


def _sloped(slope: Slope, label: str, *names: str) -> tuple[MistakeForm, ...]:
    """A wrong σ′ of these activations: everywhere (as a wrong sigmoid_prime is), in hidden layers, in the output."""
    hidden: Callable[[Architecture], bool] = both(deep, lambda of: of.activations[0] in names)
    output = both(quadratic, outputs(*names))
    return (
        MistakeForm(
            label, {"bp1": _bp1(slope), "bp2": _bp2(slope)}, both(output, lambda of: set(of.activations) <= {*names})
        ),
        MistakeForm(f"{label} in hidden layers".strip(), {"bp2": _bp2(slope)}, hidden),
        MistakeForm(f"{label} in the output layer".strip(), {"bp1": _bp1(slope)}, output),
    )


def _z_in_a_form(t: Trace, l: int) -> Array:
    """The slope in terms of a, fed z."""
    return t.elementwise(l).textbook_slope(t.z(l), t.z(l))


def _kinky(case: Case) -> bool:
    """No relu neuron of a hidden layer is ever below 0."""
    zs, _ = feed_forward(case)
    return all((z > 0).all() for z, name in zip(zs, case.architecture.activations[:-1], strict=False) if name == "relu")


TANH = (
    _sloped(lambda t, l: 1 + t.a(l) ** 2, "1 + a²", "tanh"),
    _sloped(lambda t, l: -(t.a(l) ** 2), "−a²", "tanh"),
    _sloped(lambda t, l: 1 - t.a(l), "1 − a", "tanh"),
    _sloped(lambda t, l: t.a(l) * (1 - t.a(l)), "a(1 − a)", "tanh"),
)

ROWS = (
    Mistake(
        "M01",
        ("BP1",),
        (
            MistakeForm(
                "", {"bp1": lambda t, l: (t.a(l) - t.y) * t.share}, both(quadratic, outputs(*SLOPED[:-1], "softmax"))
            ),
        ),
        never,
    ),
    Mistake(
        "M02",
        ("BP1",),
        (
            MistakeForm(
                "",
                {"bp1": lambda t, l: (t.a(l) - t.y) * t.share * t.a(l) * (1 - t.a(l))},
                lambda of: of.cost == "cross_entropy",
            ),
        ),
        never,
    ),
    Mistake("M03", ("BP1",), (MistakeForm("", {"bp1": lambda t, l: -RIGHT.bp1(t, l)}),), never),
    Mistake(
        "M04",
        ("BP1", "BP2"),
        _sloped(lambda t, l: t.elementwise(l).slope(t.a(l)), "", "sigmoid", "tanh", "softplus"),
        never,
    ),
    Mistake("M05", ("BP1", "BP2"), _sloped(_z_in_a_form, "", "sigmoid", "tanh"), never),
    Mistake(
        "M29",
        ("BP1",),
        (
            MistakeForm(
                "",
                {"bp1": lambda t, l: t.nabla_a() * t.a(l) * (1 - t.a(l))},
                outputs("softmax"),
            ),
        ),
        never,
    ),
    Mistake("M33", ("BP1", "BP2"), tuple(form for forms in TANH for form in forms), never),
    Mistake(
        "M34",
        ("BP2",),
        (
            MistakeForm(
                "0.01 below 0", {"bp2": _bp2(lambda t, l: np.where(t.z(l) > 0, 1.0, 0.01))}, both(deep, has("relu"))
            ),
            MistakeForm(
                "the two sides swapped",
                {"bp2": _bp2(lambda t, l: np.where(t.z(l) > 0, 0.0, 1.0))},
                both(deep, has("relu")),
            ),
            MistakeForm(
                "−1 below 0", {"bp2": _bp2(lambda t, l: np.where(t.z(l) > 0, 1.0, -1.0))}, both(deep, has("relu"))
            ),
            MistakeForm(
                "0.1 below 0", {"bp2": _bp2(lambda t, l: np.where(t.z(l) > 0, 1.0, 0.1))}, both(deep, has("relu"))
            ),
        ),
        _kinky,
    ),
)
