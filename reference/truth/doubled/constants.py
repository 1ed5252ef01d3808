"""Real constants as pairs, read off balls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb, ctx

from .number import Doubled

BITS = 300


def pair(x: arb) -> Doubled:
    """A number that is not 0, as sharp as a ball of BITS, within 2^−105 of itself."""
    hi = float(x)
    return Doubled(np.array(hi), np.array(float(x - hi)), np.array(2.0**-105 * abs(hi)))


def read(constant: Callable[[], arb]) -> Doubled:
    """The pair of a constant."""
    with ctx.workprec(BITS):
        return pair(constant())
