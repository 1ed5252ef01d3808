"""What a row in pairs is, and what rows are made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .....manual.shapes import Array
from ..functions import Lifted
from ..number import Doubled, exact

ONE = exact(1.0)


class DoubledRow(NamedTuple):
    """σ(z), and the pull-back of g = ∂C/∂a to ∂C/∂z."""

    value: Callable[[Doubled], Doubled]
    pull: Callable[[Doubled, Doubled], Doubled]


class DoubledHead(NamedTuple):
    """The terms that add up to C, and δ^L = ∂C/∂z^L per example, from z^L, a^L and y."""

    terms: Callable[[Doubled, Doubled, Doubled], Doubled]
    delta: Callable[[Doubled, Doubled, Doubled], Doubled]


def elementwise(value: Callable[[Doubled], Doubled], slope: Callable[[Doubled], Lifted]) -> DoubledRow:
    """A row from σ and σ′ of one neuron."""

    def pull(z: Doubled, g: Doubled) -> Doubled:
        factor = slope(z)
        return factor.lowered(g * factor.value)

    return DoubledRow(value, pull)


def unlifted(x: Doubled) -> Lifted:
    """A pair as it is."""
    return Lifted(x, np.zeros((), dtype=np.int64))


def chosen(condition: Array, x: Doubled, y: Doubled) -> Doubled:
    """x where the condition holds, y elsewhere."""
    return Doubled(*(np.where(condition, *parts) for parts in zip(x, y, strict=True)))


def downward(z: Doubled) -> Doubled:
    """−z from above 0, z from below: by the sign of hi; each use is the same function on either side."""
    return chosen(z.hi > 0, -z, z)


def clipped(z: Doubled, reach: float) -> Doubled:
    """z, or ±reach where it is certainly beyond: for what is as good as constant there."""
    surely = (np.abs(z.hi) - z.radius >= reach) & np.isfinite(z.hi + z.lo)
    return chosen(surely, exact(np.copysign(reach, z.hi)), z)
