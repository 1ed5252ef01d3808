"""Activations with kinks: the branch, where the side is certain; the hull of the branches, where it is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb

from ..constants import read
from ..functions import Lifted, expm1, lifted_exp
from ..number import GROWN, Doubled, exact
from .row import ONE, DoubledRow, chosen, elementwise, unlifted

Line = Callable[[Doubled], Doubled]
LAMBDA = read(lambda: arb("1.0507009873554804934193349852946"))
LAMBDA_ALPHA = read(lambda: arb("1.0507009873554804934193349852946") * arb("1.6732632423543772848170429916717"))
"""Of the selu, to as many digits as its authors give."""


def hull(x: Doubled, y: Doubled) -> Doubled:
    """Around both."""
    middle = x.hi / 2 + y.hi / 2
    reaches = (np.abs(part.hi - middle) + np.abs(part.lo) + part.radius for part in (x, y))
    return Doubled(middle, np.zeros_like(middle), np.maximum(*reaches) * GROWN)


def pieces(z: Doubled, kinks: tuple[float, ...], branches: tuple[Doubled, ...]) -> Doubled:
    """The branch that z is on; exactly at a kink the one of smaller magnitude, over it the hull."""
    result = branches[0]
    for kink, branch in zip(kinks, branches[1:], strict=True):
        result = _either(z - exact(kink), result, branch)
    return result


def _either(d: Doubled, left: Doubled, right: Doubled) -> Doubled:
    """By the sign of d, of which lo is less than 2^−40."""
    surely = d.hi * (1 - 2.0**-40)
    above, below, met = surely > d.radius, -surely > d.radius, (d.hi == 0) & (d.radius == 0)
    flatter = np.abs(left.hi) <= np.abs(right.hi)
    certain = chosen(below | (met & flatter), left, right)
    closed = above | below | met
    if closed.all():
        return certain
    either = hull(left, right)
    says_nothing = 0.0 * (d.hi + d.radius)  # NaN where d is no number
    return chosen(closed, certain, either._replace(radius=either.radius + says_nothing))


def row(kinks: tuple[float, ...], values: tuple[Line, ...], slopes: tuple[Line, ...]) -> DoubledRow:
    """A row of pieces, between its kinks."""

    def line(branches: tuple[Line, ...]) -> Line:
        return lambda z: pieces(z, kinks, tuple(branch(z) for branch in branches))

    slope = line(slopes)
    return elementwise(line(values), lambda z: unlifted(slope(z)))


def constant(x: float) -> Line:
    """One number."""
    return lambda z: exact(x)


def itself(z: Doubled) -> Doubled:
    """z."""
    return z


def over(divisor: float) -> Line:
    """z/divisor."""
    return lambda z: z / exact(divisor)


def tailed(left: Line, right: Line) -> DoubledRow:
    """e^z − 1 below 0, z above, each times its own factor."""

    def value(z: Doubled) -> Doubled:
        return pieces(z, (0.0,), (left(expm1(z)), right(z)))

    def slope(z: Doubled) -> Lifted:
        power = lifted_exp(z)  # lifted only far below 0
        return power._replace(value=pieces(z, (0.0,), (left(power.value), right(ONE))))

    return elementwise(value, slope)


ZERO, UNIT, SIX, THREE = constant(0.0), constant(1.0), exact(6.0), exact(3.0)

HARD = {
    "identity": DoubledRow(itself, lambda z, g: g),
    "relu": row((0.0,), (ZERO, itself), (ZERO, UNIT)),
    "leaky_relu": row((0.0,), (over(100.0), itself), (lambda z: ONE / exact(100.0), UNIT)),
    "relu6": row((0.0, 6.0), (ZERO, itself, constant(6.0)), (ZERO, UNIT, ZERO)),
    "hardtanh": row((-1.0, 1.0), (constant(-1.0), itself, UNIT), (ZERO, UNIT, ZERO)),
    "hardsigmoid": row((-3.0, 3.0), (ZERO, lambda z: (z + THREE) / SIX, UNIT), (ZERO, lambda z: ONE / SIX, ZERO)),
    "hardswish": row(
        (-3.0, 3.0),
        (ZERO, lambda z: z * (z + THREE) / SIX, itself),
        (ZERO, lambda z: (z.scaled(2.0) + THREE) / SIX, UNIT),
    ),
    "elu": tailed(itself, itself),
    "selu": tailed(lambda x: LAMBDA_ALPHA * x, lambda x: LAMBDA * x),
}
