"""Activations and costs in ball arithmetic, one row each.

Written from their definitions in Arb balls, apart from the hand-written module: nothing here may be
wrong in the same way. Forms with decaying exponentials keep the balls small when neurons saturate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flint import arb

Column = list[arb]
"""The neurons of one layer for one example."""


class BallActivation(NamedTuple):
    """σ of one example, and the pull-back of ∂C/∂a to ∂C/∂z: g ⊙ σ′(z) or Jᵀg."""

    value: Callable[[Column], Column]
    pull: Callable[[Column, Column], Column]


class BallCost(NamedTuple):
    """C of one example and δ^L = ∂C/∂z^L, from z^L, a^L and y."""

    value: Callable[[Column, Column, Column], arb]
    delta: Callable[[Column, Column, Column], Column]


def _elementwise(value: Callable[[arb], arb], slope: Callable[[arb], arb]) -> BallActivation:
    return BallActivation(
        lambda z: [value(x) for x in z],
        lambda z, g: [dx * slope(x) for x, dx in zip(z, g, strict=True)],
    )


def sigmoid(z: arb) -> arb:
    """1/(1 + e^−z), or e^z/(1 + e^z) below 0."""
    if z.mid() >= 0:
        return 1 / (1 + (-z).exp())
    e = z.exp()
    return e / (1 + e)


def sigmoid_slope(z: arb) -> arb:
    """e^−|z|/(1 + e^−|z|)²."""
    e = (-abs(z)).exp()
    return e / (1 + e) ** 2


def softplus(z: arb) -> arb:
    """ln(1 + e^z)."""
    return z + (-z).exp().log1p() if z.mid() >= 0 else z.exp().log1p()


def tanh_slope(z: arb) -> arb:
    """1/cosh² z = 4e^−2|z|/(1 + e^−2|z|)²."""
    return 4 * sigmoid_slope(2 * z)


def relu(z: arb) -> arb:
    """max(z, 0)."""
    return z.max(arb(0))


def relu_slope(z: arb) -> arb:
    """1 above 0, 0 below and at 0, and [0, 1] where the sign is open."""
    if z > 0:
        return arb(1)
    return arb(0) if z <= 0 else arb(0.5, 0.5)


def softmax(z: Column) -> Column:
    """e^{z_j − max z}/Σ."""
    top = max(z, key=lambda x: float(x.mid()))
    powers = [(x - top).exp() for x in z]
    total = sum(powers, arb(0))
    return [power / total for power in powers]


def softmax_pull(z: Column, g: Column) -> Column:
    """p ⊙ (g − pᵀg)."""
    p = softmax(z)
    mean = sum((p_k * g_k for p_k, g_k in zip(p, g, strict=True)), arb(0))
    return [p_k * (g_k - mean) for p_k, g_k in zip(p, g, strict=True)]


ACTIVATIONS = {
    "sigmoid": _elementwise(sigmoid, sigmoid_slope),
    "tanh": _elementwise(arb.tanh, tanh_slope),
    "relu": _elementwise(relu, relu_slope),
    "softplus": _elementwise(softplus, sigmoid),
    "identity": _elementwise(lambda z: z, lambda z: arb(1)),
    "softmax": BallActivation(softmax, softmax_pull),
}


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
