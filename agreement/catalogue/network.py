"""Mistakes in the network and in the cost."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...manual.case import Architecture, Case
from ...manual.network import feed_forward
from ...manual.shapes import Array
from .row import Mistake, MistakeForm, everywhere, has, never, outputs, single_example
from .trace import RIGHT, Step, Trace


def _factor(number: Callable[[Trace], float], label: str) -> tuple[MistakeForm, ...]:
    """A factor in the cost, or in one equation only."""

    def times(slot: str) -> Step:
        right: Step = getattr(RIGHT, slot)
        return lambda t, l: right(t, l) * number(t)

    return (
        MistakeForm(label, {"bp1": times("bp1")}),
        *everywhere("bp4", times("bp4"), f"{label} in ∂C/∂W"),
        *everywhere("bp3", times("bp3"), f"{label} in ∂C/∂b"),
        MistakeForm(f"{label} at every hidden layer", {"bp2": times("bp2")}),
    )


def _width(t: Trace) -> int:
    return t.case.architecture.widths[-1]


def _softmax_over_examples(t: Trace, l: int) -> Array:
    if t.sigma(l).name != "softmax":
        return RIGHT.a(t, l)
    e = np.exp(t.z(l) - t.z(l).max())
    return np.asarray(e / e.sum(-1, keepdims=True))


def _overflowing(t: Trace, l: int) -> Array:
    """σ(z) = e^z/(1 + e^z)."""
    if t.sigma(l).name != "sigmoid":
        return RIGHT.a(t, l)
    e = np.exp(t.z(l))
    return np.asarray(e / (1 + e))


def _no_overflow(case: Case) -> bool:
    """No sigmoid neuron has a z whose e^z overflows."""
    limit = math.log(float(np.finfo(case.dtype).max))
    names, (zs, _) = case.architecture.activations, feed_forward(case)
    return not any((z > limit).any() for z, name in zip(zs, names, strict=True) if name == "sigmoid")


def _pulled(t: Trace, l: int, difference: Array) -> Array:
    """BP1 from what stands for a − y, in plain NumPy, whose shapes broadcast."""
    return difference * t.share if t.case.architecture.cost == "cross_entropy" else difference * t.share * t.slope(l)


def _plain_bp1(t: Trace, l: int) -> Array:
    return _pulled(t, l, t.a(l) - t.y)


def _every_pair(t: Trace, l: int) -> Array:
    """a_i − y_j, m × m."""
    return t.a(l) - t.y.mT


def _equal_biases(case: Case) -> bool:
    """Every layer has one neuron, or as many as there are examples and one bias for all."""
    return all(len(b) == 1 or (len(b) == case.examples and (b == b[0]).all()) for b in case.biases)


def _one_elementwise_output(of: Architecture) -> bool:
    return of.widths[-1] == 1 and of.activations[-1] != "softmax"


PAIRS: tuple[tuple[str, Step], ...] = (
    ("summed", lambda t, l: _pulled(t, l, _every_pair(t, l).sum(0, keepdims=True))),
    ("averaged", lambda t, l: _pulled(t, l, _every_pair(t, l).mean(0, keepdims=True))),
    ("m × m", lambda t, l: _pulled(t, l, _every_pair(t, l))),
)

ROWS = (
    Mistake("M26", ("BP1",), (*_factor(lambda t: 2.0, "factor 2"), *_factor(lambda t: 0.5, "factor ½")), never),
    Mistake(
        "M27",
        ("BP1",),
        (
            *_factor(lambda t: 1 / _width(t), "mean over the outputs"),
            *_factor(lambda t: float(_width(t)), "factor n_L"),
        ),
        lambda case: case.architecture.widths[-1] == 1,
    ),
    Mistake(
        "M28",
        ("BP1",),
        tuple(MistakeForm(label, {"bp1": step}, _one_elementwise_output) for label, step in PAIRS),
        single_example,
    ),
    Mistake(
        "M30",
        ("network",),
        (MistakeForm("", {"a": _softmax_over_examples, "bp1": _plain_bp1}, outputs("softmax")),),
        never,
    ),
    Mistake(
        "M31",
        ("BP1",),
        tuple(
            form._replace(needs=lambda of: of.cost == "cross_entropy")
            for forms in (
                _factor(lambda t: 1 / math.log(2), "log base 2"),
                _factor(lambda t: 1 / math.log(10), "log base 10"),
                _factor(lambda t: math.log(2), "factor ln 2"),
                _factor(lambda t: math.log(10), "factor ln 10"),
            )
            for form in forms
        ),
        never,
    ),
    Mistake("M38", ("network",), (MistakeForm("", {"a": _overflowing}, has("sigmoid")),), _no_overflow, probe=True),
    Mistake(
        "M41",
        ("network",),
        (MistakeForm("", {"z": lambda t, l: t.w(l) @ t.a(l - 1) + t.b(l), "bp1": _plain_bp1}),),
        _equal_biases,
    ),
    Mistake(
        "M43",
        ("network",),
        (MistakeForm("", {"z": lambda t, l: t.w(l) @ t.a(l - 1)}),),
        lambda case: all((b == 0).all() for b in case.biases),
    ),
)
