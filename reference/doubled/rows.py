"""Activations and costs in pairs, one row each, for all cases of a pack at once: arrays (K, n, m).

Written from their definitions, apart from the hand-written module and from the balls. What has no
row here is certified in balls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...manual.shapes import Array
from .functions import Lifted, exp, expm1, lifted_exp, log, log1p
from .number import Doubled, exact, total
from .products import product

ONE = exact(1.0)


class Row(NamedTuple):
    """σ(z), and the pull-back of g = ∂C/∂a to ∂C/∂z."""

    value: Callable[[Doubled], Doubled]
    pull: Callable[[Doubled, Doubled], Doubled]


class Head(NamedTuple):
    """The terms that add up to C, and δ^L = ∂C/∂z^L per example, from z^L, a^L and y."""

    terms: Callable[[Doubled, Doubled, Doubled], Doubled]
    delta: Callable[[Doubled, Doubled, Doubled], Doubled]


def _elementwise(value: Callable[[Doubled], Doubled], slope: Callable[[Doubled], Lifted]) -> Row:
    def pull(z: Doubled, g: Doubled) -> Doubled:
        factor = slope(z)
        return factor.lowered(g * factor.value)

    return Row(value, pull)


def _unlifted(x: Doubled) -> Lifted:
    return Lifted(x, np.zeros((), dtype=np.int64))


def _chosen(condition: Array, x: Doubled, y: Doubled) -> Doubled:
    return Doubled(*(np.where(condition, *parts) for parts in zip(x, y, strict=True)))


def _downward(z: Doubled) -> Doubled:
    """−z from above 0, z from below: by the sign of hi; each use below is the same function on either side."""
    return _chosen(z.hi > 0, -z, z)


def sigmoid(z: Doubled) -> Doubled:
    """1/(1 + e^−z), or e^z/(1 + e^z)."""
    e = exp(_downward(z))
    above = np.broadcast_to(z.hi > 0, e.hi.shape)
    return _chosen(above, ONE, e) / (ONE + e)


def sigmoid_slope(z: Doubled) -> Lifted:
    """e/(1 + e)², e = e^∓z."""
    e = lifted_exp(_downward(z))
    beside = ONE + e.lowered(e.value)
    return Lifted(e.value / beside / beside, e.lift)


def tanh(z: Doubled) -> Doubled:
    """∓f/(2 + f), f = e^∓2z − 1."""
    f = expm1(_downward(z).scaled(2.0))
    magnitude = f / (exact(2.0) + f)
    return _chosen(z.hi > 0, -magnitude, magnitude)


def tanh_slope(z: Doubled) -> Lifted:
    """4σ(2z)σ(−2z)."""
    quarter = sigmoid_slope(z.scaled(2.0))
    return Lifted(quarter.value.scaled(4.0), quarter.lift)


def softplus(z: Doubled) -> Doubled:
    """z + ln(1 + e^−z), or ln(1 + e^z)."""
    rest = log1p(exp(_downward(z)))
    return _chosen(z.hi > 0, z + rest, rest)


def softplus_slope(z: Doubled) -> Lifted:
    """e/(1 + e) from below 0, 1/(1 + e) from above."""
    e = lifted_exp(_downward(z))
    lift = np.where(z.hi > 0, 0, e.lift)
    return Lifted(_chosen(z.hi > 0, ONE, e.value) / (ONE + e.lowered(e.value)), lift)


def relu(z: Doubled) -> Doubled:
    """max(z, 0), which no radius can make worse."""
    _, negative = _signs(z)
    radius = np.where(negative, 0.0, z.radius + 0.0 * z.lo)
    return Doubled(np.maximum(z.hi, 0.0), np.where(z.hi > 0, z.lo, 0.0), radius)


def _signs(z: Doubled) -> tuple[Array, Array]:
    """Where z is certainly above 0, and certainly not."""
    surely, radius = z.hi * (1 - 2.0**-40), z.radius + 0.0 * z.lo
    return surely > radius, -surely >= radius


def relu_slope(z: Doubled) -> Lifted:
    """1 above 0, 0 below and at 0, and [0, 1] where the sign is open."""
    positive, negative = _signs(z)
    closed = positive | negative
    middle, reach = np.where(closed, positive, 0.5), np.where(closed, 0.0, 0.5 + 0.0 * z.hi)
    return _unlifted(Doubled(middle, np.zeros_like(middle), reach))


def _below_top(z: Doubled) -> Doubled:
    """z − z_k where k has the largest hi."""
    top = np.argmax(z.hi, axis=-2, keepdims=True)
    below = z - Doubled(*(np.take_along_axis(part, top, axis=-2) for part in z))
    np.put_along_axis(below.radius, top, 0.0 * np.take_along_axis(z.hi, top, axis=-2), axis=-2)
    return below


def softmax(z: Doubled) -> Doubled:
    """e^{z_j − z_k}/Σ."""
    powers = exp(_below_top(z))
    return powers / total(powers, axis=-2)


def softmax_pull(z: Doubled, g: Doubled) -> Doubled:
    """p ⊙ (g − pᵀg)."""
    powers = lifted_exp(_below_top(z))
    lowered = powers.lowered(powers.value)
    all_of_them = total(lowered, axis=-2)
    mean = total(lowered / all_of_them * g, axis=-2)
    return powers.lowered(powers.value / all_of_them * (g - mean))


ACTIVATIONS = {
    "sigmoid": _elementwise(sigmoid, sigmoid_slope),
    "tanh": _elementwise(tanh, tanh_slope),
    "relu": _elementwise(relu, relu_slope),
    "softplus": _elementwise(softplus, softplus_slope),
    "identity": Row(lambda z: z, lambda z, g: g),
    "softmax": Row(softmax, softmax_pull),
}


def _others(x: Doubled) -> Doubled:
    """Σ_{k≠j} x_k for every j."""
    cases, n, _ = x.hi.shape
    return product(exact(np.broadcast_to(1 - np.eye(n), (cases, n, n))), x)


def _quadratic(activation: str) -> Head:
    def terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
        return ((a - y) * (a - y)).scaled(0.5)

    return Head(terms, lambda z, a, y: ACTIVATIONS[activation].pull(z, a - y))


def _binary_terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    return y * softplus(-z) + (ONE - y) * softplus(z)


def _binary_delta(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    return (ONE - y) * sigmoid(z) - y * sigmoid(-z)


def _categorical_terms(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    below = _below_top(z)
    return y * (log(total(exp(below), axis=-2)) - below)


def _categorical_delta(z: Doubled, a: Doubled, y: Doubled) -> Doubled:
    p = softmax(z)
    return p * _others(y) - y * _others(p)


HEADS = {
    **{("quadratic", name): _quadratic(name) for name in ACTIVATIONS},
    ("cross_entropy", "sigmoid"): Head(_binary_terms, _binary_delta),
    ("cross_entropy", "softmax"): Head(_categorical_terms, _categorical_delta),
}
