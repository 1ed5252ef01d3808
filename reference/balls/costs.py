"""Costs on top of an output activation."""

from __future__ import annotations

from flint import arb

from .rows import BallCost, Column
from .smooth import sigmoid, softplus
from .activations import ACTIVATIONS
from .softmax import softmax


def _others(column: Column) -> Column:
    """Σ_{k≠j} x_k for every j, by the sums before and after."""
    before, after = [arb(0)], [arb(0)]
    for x in column[:-1]:
        before.append(before[-1] + x)
    for x in column[:0:-1]:
        after.append(after[-1] + x)
    return [head + tail for head, tail in zip(before, reversed(after), strict=True)]


def _quadratic(activation: str) -> BallCost:
    def value(z: Column, a: Column, y: Column) -> arb:
        differences = [p - t for p, t in zip(a, y, strict=True)]
        return sum((d * d for d in differences), arb(0)) / 2  # d ** 2 is NaN where the ball d holds 0

    def delta(z: Column, a: Column, y: Column) -> Column:
        return ACTIVATIONS[activation].pull(z, [p - t for p, t in zip(a, y, strict=True)])

    return BallCost(value, delta)


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


def cost(name: str, activation: str) -> BallCost:
    """The cost on outputs of this activation."""
    return _quadratic(activation) if name == "quadratic" else _CROSS_ENTROPY[activation]


_CROSS_ENTROPY = {
    "sigmoid": BallCost(_binary_value, _binary_delta),
    "softmax": BallCost(_categorical_value, _categorical_delta),
}
