"""Smooth activations, with decaying exponentials of −|z|."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from flint import arb, ctx

from ..constants import BITS, pair
from ..functions import Lifted, exp, expm1, lifted_exp, log1p
from ..number import Doubled, exact, quotient
from ..series import rest
from .row import ONE, DoubledRow, chosen, downward, elementwise

NEAR = 2.0**-4
"""Below it z − tanh z is a series."""


def sigmoid(z: Doubled) -> Doubled:
    """1/(1 + e^−z), or e^z/(1 + e^z)."""
    e = exp(downward(z))
    above = np.broadcast_to(z.hi > 0, e.hi.shape)
    return chosen(above, ONE, e) / (ONE + e)


def lifted_sigmoid(z: Doubled) -> Lifted:
    """The same, lifted where it is small: e/(1 + e) from below 0, 1/(1 + e) from above."""
    e = lifted_exp(downward(z))
    lift = np.where(z.hi > 0, 0, e.lift)
    return Lifted(chosen(z.hi > 0, ONE, e.value) / (ONE + e.lowered(e.value)), lift)


def sigmoid_slope(z: Doubled) -> Lifted:
    """e/(1 + e)², e = e^∓z."""
    e = lifted_exp(downward(z))
    beside = ONE + e.lowered(e.value)
    return Lifted(e.value / beside / beside, e.lift)


def tanh(z: Doubled) -> Doubled:
    """∓f/(2 + f), f = e^∓2z − 1."""
    f = expm1(downward(z).scaled(2.0))
    magnitude = f / (exact(2.0) + f)
    return chosen(z.hi > 0, -magnitude, magnitude)


def tanh_slope(z: Doubled) -> Lifted:
    """4σ(2z)σ(−2z)."""
    quarter = sigmoid_slope(z.scaled(2.0))
    return Lifted(quarter.value.scaled(4.0), quarter.lift)


def softplus(z: Doubled) -> Doubled:
    """z + ln(1 + e^−z), or ln(1 + e^z)."""
    rest = log1p(exp(downward(z)))
    return chosen(z.hi > 0, z + rest, rest)


def _beside(z: Doubled) -> Doubled:
    """1 + |z|."""
    return ONE - downward(z)


def softsign(z: Doubled) -> Doubled:
    """z/(1 + |z|)."""
    return quotient(z, _beside(z))


def softsign_pull(z: Doubled, g: Doubled) -> Doubled:
    """g/(1 + |z|)²."""
    return quotient(quotient(g, _beside(z)), _beside(z))


class Shrinking(NamedTuple):
    """c_0 … c_7 of z − tanh z = z³ Σ c_n z^2n: two as pairs, then floats, the highest power first."""

    first: Doubled
    second: Doubled
    others: tuple[float, ...]


@cache
def shrinking() -> Shrinking:
    """From tanh′ = 1 − tanh², power by power."""
    with ctx.workprec(BITS):
        tanh_series = [arb(1)]
        for n in range(1, 9):
            square = sum((x * y for x, y in zip(tanh_series, reversed(tanh_series), strict=True)), arb(0))
            tanh_series.append(-square / (2 * n + 1))
        first, second, *others = (-x for x in tanh_series[1:])
        return Shrinking(pair(first), pair(second), tuple(map(float, reversed(others))))


def _series(z: Doubled) -> Doubled:
    """z − tanh z for |z| < NEAR."""
    first, second, others = shrinking()
    square = z * z
    sum_of_powers = z * (square * (first + square * (second + square * rest(others, square))))
    return sum_of_powers._replace(radius=np.where(z.radius <= 2.0**-20, sum_of_powers.radius, np.inf))


def tanhshrink(z: Doubled) -> Doubled:
    """z − tanh z."""
    return chosen(np.abs(z.hi) < NEAR, _series(z), z - tanh(z))


def tanhshrink_pull(z: Doubled, g: Doubled) -> Doubled:
    """g tanh² z."""
    t = tanh(z)
    return g * t * t


SMOOTH = {
    "sigmoid": elementwise(sigmoid, sigmoid_slope),
    "tanh": elementwise(tanh, tanh_slope),
    "softplus": elementwise(softplus, lifted_sigmoid),
    "logsigmoid": elementwise(lambda z: -softplus(-z), lambda z: lifted_sigmoid(-z)),
    "softsign": DoubledRow(softsign, softsign_pull),
    "tanhshrink": DoubledRow(tanhshrink, tanhshrink_pull),
}
