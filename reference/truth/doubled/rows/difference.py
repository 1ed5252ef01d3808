"""Costs of the difference a − y, on any activation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb

from ..constants import read
from ..functions import exp, expm1, log1p
from ..number import Doubled, exact
from .hard import pieces
from .row import ONE, DoubledHead, DoubledRow, chosen, downward
from .smooth import tanh

HALF, LN2 = exact(0.5), read(arb.const_log2)
Function = Callable[[Doubled], Doubled]


def of_difference(each: Function, rise: Function) -> Callable[[DoubledRow], DoubledHead]:
    """Σ f(a − y) on an activation, whose ∂C/∂a is f′(a − y)."""
    return lambda row: DoubledHead(lambda z, a, y: each(a - y), lambda z, a, y: row.pull(z, rise(a - y)))


def half_square(g: Doubled) -> Doubled:
    """½g²."""
    return (g * g).scaled(0.5)


def huber(g: Doubled) -> Doubled:
    """½g², straight beyond ±1."""
    return pieces(g, (-1.0, 1.0), (-g - HALF, half_square(g), g - HALF))


def huber_rise(g: Doubled) -> Doubled:
    """g, cut off at ±1."""
    return pieces(g, (-1.0, 1.0), (-ONE, g, ONE))


def log_cosh(g: Doubled) -> Doubled:
    """ln cosh g = ln(1 + (e^g − 1)²/2e^g) where that is near 0, |g| + ln(1 + e^−2|g|) − ln 2 beyond."""
    down = downward(g)
    size = -down
    risen = expm1(size)
    near = log1p((risen * risen).scaled(0.5) / (ONE + risen))
    return chosen(np.abs(g.hi) < 1, near, (size - LN2) + log1p(exp(down.scaled(2.0))))


OF_DIFFERENCE = {
    "quadratic": of_difference(half_square, lambda g: g),
    "huber": of_difference(huber, huber_rise),
    "log_cosh": of_difference(log_cosh, tanh),
}
