"""Mistakes in passing δ back: BP2."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...manual.case import Case
from ...manual.shapes import Array
from .row import Mistake, MistakeForm, both, deep, has, linear_hidden, no_hidden_layer, single_example
from .trace import RIGHT, Step, Trace


def _bp2(label: str, step: Step, mixes: bool = False, also: tuple[str, ...] = ()) -> MistakeForm:
    return MistakeForm(label, {"bp2": step}, mixes=mixes, also=also)


def _slope_of(t: Trace, l: int, other: int) -> Array:
    """σ′ of layer l at the weighted input of another."""
    return t.elementwise(l).slope(t.z(other))


def _slope_in(t: Trace, l: int, other: int) -> Array:
    """σ′ of layer l in terms of another layer's a, as the textbook has it."""
    return t.elementwise(l).textbook_slope(t.z(other), t.a(other))


def _symmetric(case: Case) -> bool:
    """Every matrix that δ passes through is its own transpose, or there is none."""
    return all(w.shape == w.T.shape and (w == w.T).all() for w in case.weights[1:])


def _same_slopes(case: Case) -> bool:
    """All slopes are 1, and of shapes that fit; or there is no hidden layer."""
    widths = case.architecture.widths[1:]
    return linear_hidden(case) and all(above in (n, 1) for n, above in pairwise(widths))


def _after_a_step(eta: float) -> MistakeForm:
    """δ^l through W^{l+1} after a step of gradient descent."""
    return _bp2(
        f"η = {eta:g}",
        lambda t, l: (t.w(l + 1) - eta * t.nabla_w[l + 1]).mT @ t.delta(l + 1) * t.slope(l),
        mixes=True,
    )


def _of_the_error(t: Trace, l: int) -> Array:
    """σ of what comes back; for a relu, its positive part."""
    return t.elementwise(l).value(t.back(l))


def _same_side(case: Case) -> bool:
    """What comes back to a relu neuron is positive where z is, and 0 or negative nowhere else."""
    t = RIGHT.forward(case, case.share)
    RIGHT.backward(t)
    return all((_of_the_error(t, l) == t.delta(l)).all() for l in range(1, t.depth))


def _through_the_product(t: Trace, l: int) -> Array:
    """∂W^{l+1} as the plain product of δ and a."""
    return t.a(l) @ t.delta(l + 1).mT @ t.delta(l + 1) * t.slope(l)


def _error_passed(eta: float) -> Step:
    """∇_a C through every W above, as it is or as a step of gradient descent leaves it, and one slope."""

    def bp2(t: Trace, l: int) -> Array:
        error = t.nabla_a()
        for layer in range(t.depth, l, -1):
            error = (t.w(layer) - eta * t.nabla_w[layer] if eta else t.w(layer)).mT @ error
        return error * t.slope(l)

    return bp2


RATES = (1.0, 0.1, 0.01, 0.5, 0.001)
"""Learning rates of a step that is made between two layers."""
ERROR_PASSED = "the error is passed back without σ′ of the layers above"

ROWS = (
    Mistake(
        "M06",
        ("BP2",),
        (
            _bp2("", lambda t, l: t.back(l)),
            _bp2(ERROR_PASSED, _error_passed(0)),
            *(
                _bp2(f"{ERROR_PASSED}, through weights after a step, η = {eta:g}", _error_passed(eta), True, ("M13",))
                for eta in RATES
            ),
        ),
        linear_hidden,
    ),
    Mistake("M07", ("BP2",), (_bp2("", lambda t, l: t.w(l + 1) @ t.delta(l + 1) * t.slope(l)),), _symmetric),
    Mistake(
        "M08",
        ("BP2",),
        (
            _bp2("", lambda t, l: t.back(l) @ t.slope(l)),
            _bp2("with rows for examples", lambda t, l: t.slope(l) @ t.back(l)),
            _bp2("transposed until it fits", lambda t, l: t.back(l) @ t.slope(l).mT),
            _bp2("one number an example", lambda t, l: (t.back(l) * t.slope(l)).sum(0) + 0 * t.z(l)),
            _bp2("one neuron is left", lambda t, l: (t.back(l) * t.slope(l)).sum(0, keepdims=True)),
        ),
        lambda case: no_hidden_layer(case) or (case.examples == 1 and set(case.architecture.widths[1:-1]) == {1}),
    ),
    Mistake(
        "M10",
        ("BP2",),
        (
            _bp2("", lambda t, l: (t.w(l + 1).mT + t.delta(l + 1)) * t.slope(l), mixes=True),
            _bp2(
                "summed over the next layer",
                lambda t, l: (t.w(l + 1).sum(0)[:, None] + t.delta(l + 1).sum(0)) * t.slope(l),
                mixes=True,
            ),
        ),
        no_hidden_layer,
    ),
    Mistake(
        "M11",
        ("BP2",),
        (
            _bp2("σ′(z^{l+1})", lambda t, l: t.back(l) * _slope_of(t, l, l + 1)),
            _bp2("σ′(z^{l−1}), the input below the first", lambda t, l: t.back(l) * _slope_of(t, l, l - 1)),
            _bp2("σ′(z^{l−1}), the output below the first", lambda t, l: t.back(l) * _slope_of(t, l, l - 1 or t.depth)),
            _bp2("σ′ in terms of a^{l−1}", lambda t, l: t.back(l) * _slope_in(t, l, l - 1)),
            _bp2("σ′(z^L)", lambda t, l: t.back(l) * _slope_of(t, l, t.depth)),
            _bp2("σ′(z^1)", lambda t, l: t.back(l) * _slope_of(t, l, 1)),
        ),
        _same_slopes,
    ),
    Mistake(
        "M12",
        ("BP2",),
        (
            _bp2("δ^L", lambda t, l: t.w(l + 1).mT @ t.delta(t.depth) * t.slope(l)),
            _bp2("W^l", lambda t, l: t.w(l).mT @ t.delta(l + 1) * t.slope(l)),
            _bp2("W^L", lambda t, l: t.w(t.depth).mT @ t.delta(l + 1) * t.slope(l)),
            _bp2("W^{l+2}", lambda t, l: t.w(min(l + 2, t.depth)).mT @ t.delta(l + 1) * t.slope(l)),
        ),
        lambda case: case.architecture.depth <= 2,
    ),
    Mistake("M13", ("BP2",), tuple(map(_after_a_step, RATES)), no_hidden_layer, probe=True),
    Mistake(
        "M14",
        ("BP2",),
        (
            _bp2("", lambda t, l: t.nabla_w[l + 1].mT @ t.delta(l + 1) * t.slope(l), mixes=True),
            _bp2("before it is divided by m", _through_the_product, mixes=True),
        ),
        no_hidden_layer,
    ),
    Mistake(
        "M15",
        ("BP2",),
        (_bp2("", lambda t, l: RIGHT.bp2(t, l) / t.m),),
        lambda case: no_hidden_layer(case) or single_example(case),
    ),
    Mistake(
        "M44",
        ("BP2",),
        (
            MistakeForm("", {"bp2": _of_the_error}, both(deep, has("relu"))),
            MistakeForm("σ(Wᵀδ)", {"bp2": _of_the_error}, deep, mixes=True),
            MistakeForm(
                "σ′(Wᵀδ)", {"bp2": lambda t, l: t.back(l) * t.elementwise(l).slope(t.back(l))}, deep, mixes=True
            ),
        ),
        _same_side,
    ),
)

PRODUCT = (
    _bp2("Wᵀ ⊙ δ", lambda t, l: np.multiply(t.w(l + 1).mT, t.delta(l + 1)) * t.slope(l)),
    _bp2("W ⊙ δ", lambda t, l: np.multiply(t.w(l + 1), t.delta(l + 1)) * t.slope(l)),
)
"""M09 where it spoils BP2."""
