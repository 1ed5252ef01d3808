"""Costs on top of an output activation."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

from .activations import ACTIVATIONS
from .hard import itself, pieces
from .rows import BallCost, Column
from .smooth import sigmoid, softplus
from .softmax import softmax


def _others(column: Column) -> Column:
    """Σ_{k≠j} x_k for every j, by the sums before and after."""
    before, after = [arb(0)], [arb(0)]
    for x in column[:-1]:
        before.append(before[-1] + x)
    for x in column[:0:-1]:
        after.append(after[-1] + x)
    return [head + tail for head, tail in zip(before, reversed(after), strict=True)]


def _of_difference(f: Callable[[arb], arb], rise: Callable[[arb], arb], activation: str) -> BallCost:
    """Σ f(a − y), whose ∂C/∂a is f′(a − y)."""

    def value(z: Column, a: Column, y: Column) -> arb:
        return sum((f(p - t) for p, t in zip(a, y, strict=True)), arb(0))

    def delta(z: Column, a: Column, y: Column) -> Column:
        return ACTIVATIONS[activation].pull(z, [rise(p - t) for p, t in zip(a, y, strict=True)])

    return BallCost(value, delta)


def huber(g: arb) -> arb:
    """½g², straight beyond ±1."""
    return pieces((arb(-1), arb(1)), (lambda x: -x - arb(0.5), lambda x: x * x / 2, lambda x: x - arb(0.5)), g)


def huber_rise(g: arb) -> arb:
    """g, cut off at ±1."""
    return pieces((arb(-1), arb(1)), (lambda x: arb(-1), itself, lambda x: arb(1)), g)


def log_cosh(g: arb) -> arb:
    """ln ½(e^g + e^−g)."""
    size = abs(g)
    return size + (-2 * size).exp().log1p() - arb.const_log2()


_OF_DIFFERENCE = {
    "quadratic": (lambda g: g * g / 2, itself),  # g ** 2 is NaN where the ball g holds 0
    "huber": (huber, huber_rise),
    "log_cosh": (log_cosh, arb.tanh),
}


def _binary_value(z: Column, a: Column, y: Column) -> arb:
    return sum((t * softplus(-x) + (1 - t) * softplus(x) for x, t in zip(z, y, strict=True)), arb(0))


def _binary_delta(z: Column, a: Column, y: Column) -> Column:
    return [(1 - t) * sigmoid(x) - t * sigmoid(-x) for x, t in zip(z, y, strict=True)]


def _categorical_value(z: Column, a: Column, y: Column) -> arb:
    top = max(z, key=lambda x: float(x.mid()))
    log_total = sum(((x - top).exp() for x in z), arb(0)).log()
    return sum((t * (log_total + top - x) for x, t in zip(z, y, strict=True)), arb(0))


def _categorical_delta(z: Column, a: Column, y: Column) -> Column:
    p = softmax(z)
    rows = zip(p, y, _others(p), _others(y), strict=True)
    return [p_j * others_y - y_j * others_p for p_j, y_j, others_p, others_y in rows]


def _kl_value(z: Column, a: Column, y: Column) -> arb:
    return _categorical_value(z, a, y) + sum((t * t.log() for t in y if t != 0), arb(0))


def _smoothed(plain: BallCost, classes: Callable[[Column], int]) -> BallCost:
    """The same for the target 9/10 y + 1/(10 K)."""

    def to(y: Column) -> Column:
        return [9 * t / 10 + arb(1) / (10 * classes(y)) for t in y]

    return BallCost(lambda z, a, y: plain.value(z, a, to(y)), lambda z, a, y: plain.delta(z, a, to(y)))


_BINARY, _CATEGORICAL = BallCost(_binary_value, _binary_delta), BallCost(_categorical_value, _categorical_delta)
_OF_LABELS = {
    ("cross_entropy", "sigmoid"): _BINARY,
    ("cross_entropy", "softmax"): _CATEGORICAL,
    ("smoothed_cross_entropy", "sigmoid"): _smoothed(_BINARY, lambda y: 2),
    ("smoothed_cross_entropy", "softmax"): _smoothed(_CATEGORICAL, len),
    ("kl", "softmax"): BallCost(_kl_value, _categorical_delta),
}


def cost(name: str, activation: str) -> BallCost:
    """The cost on outputs of this activation."""
    if name in _OF_DIFFERENCE:
        return _of_difference(*_OF_DIFFERENCE[name], activation)
    return _OF_LABELS[name, activation]
