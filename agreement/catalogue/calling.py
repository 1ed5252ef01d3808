"""Mistakes around the equations: what a call leaves behind, and the numbers it works in."""

from __future__ import annotations

import numpy as np

from ...manual.case import Case
from ...manual.gradients import Gradients
from ...manual.network import feed_forward
from ...manual.shapes import Array
from .row import Mistake, MistakeForm, deep, everywhere, never
from .trace import RIGHT, Step, Trace

LAMBDA = 0.1
"""λ of the planted L2 term."""


def _activations_overwritten(t: Trace, l: int) -> Array:
    """σ′ computed into the arrays that hold the hidden a^l, which BP4 still needs."""
    delta = RIGHT.bp1(t, l)
    t.activations.update({hidden: t.slope(hidden) for hidden in range(1, t.depth)})
    return delta


def _overwritten_after_output(t: Trace, l: int) -> Array:
    """The same, once the output layer is done."""
    if l == t.depth - 1:
        t.activations.update({hidden: t.slope(hidden) for hidden in range(1, t.depth)})
    return RIGHT.bp2(t, l)


def _truncated(slot: str) -> Step:
    right: Step = getattr(RIGHT, slot)
    return lambda t, l: np.trunc(right(t, l))


def _rounded(t: Trace, l: int) -> Array:
    with np.errstate(all="ignore"):
        return RIGHT.bp4(t, l).astype(np.float32).astype(t.case.dtype)


def _whole_gradients(case: Case) -> bool:
    """Nothing to cut off: every gradient is an integer."""
    got = RIGHT.gradients(case, case.share)
    return all((np.trunc(part) == part).all() for part in (*got.nabla_w, *got.nabla_b))


def _float32_already(case: Case) -> bool:
    return case.dtype == np.float32


def _slope_is_activation(case: Case) -> bool:
    """σ′(z^l) is a^l for every hidden neuron, or there is none."""
    zs, activations = feed_forward(case)
    of = case.architecture
    t = Trace(case, case.share, zs=dict(enumerate(zs, start=1)))
    return all((t.slope(layer) == activations[layer - 1]).all() for layer in range(1, of.depth))


def accumulated(before: Gradients[Array], now: Gradients[Array]) -> Gradients[Array]:
    """`+=` where `=` belongs: the gradients of two calls in one."""
    return Gradients(
        nabla_w=tuple(x + y for x, y in zip(before.nabla_w, now.nabla_w, strict=True)),
        nabla_b=tuple(x + y for x, y in zip(before.nabla_b, now.nabla_b, strict=True)),
    )


ROWS = (
    Mistake(
        "M32",
        ("BP4",),
        (
            *everywhere("bp4", lambda t, l: RIGHT.bp4(t, l) + LAMBDA * t.w(l), "λ = 0.1"),
            *everywhere("bp3", lambda t, l: RIGHT.bp3(t, l) + LAMBDA * t.b(l), "on biases, λ = 0.1"),
        ),
        lambda case: all((w == 0).all() for w in case.weights),
        probe=True,
    ),
    Mistake(
        "M35",
        ("BP4",),
        (
            MistakeForm("a^l overwritten", {"bp1": _activations_overwritten}, deep),
            MistakeForm("a^l overwritten behind the output layer", {"bp2": _overwritten_after_output}, deep),
        ),
        _slope_is_activation,
        probe=True,
    ),
    Mistake("M36", ("BP3", "BP4"), (), never, probe=True),
    Mistake(
        "M37",
        ("BP3", "BP4"),
        (
            MistakeForm("both", {"bp3": _truncated("bp3"), "bp4": _truncated("bp4")}, mixes=True),
            MistakeForm("∂C/∂b", {"bp3": _truncated("bp3")}, mixes=True),
            MistakeForm("∂C/∂W", {"bp4": _truncated("bp4")}, mixes=True),
        ),
        _whole_gradients,
        probe=True,
    ),
    Mistake("M39", ("BP4",), (MistakeForm("", {"bp4": _rounded}),), _float32_already, probe=True),
)
