"""Pairs of floats with a radius: drawn, and held against what they must enclose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from backproof.manual.shapes import Array
from backproof.reference.truth.doubled.number import Doubled
from flint import arb, ctx

BITS = 400
RNG = np.random.default_rng(0)


def spread(n: int, low: float, high: float) -> Array:
    """Either sign, magnitudes from 2^low to 2^high."""
    return RNG.choice([-1.0, 1.0], n) * 2.0 ** RNG.uniform(low, high, n)


def perturbed(hi: Array, low: float, high: float) -> Doubled:
    """Pairs with a radius, relatively from 2^low to 2^high."""
    return Doubled(hi, hi * RNG.uniform(-(2.0**-54), 2.0**-54, hi.shape), np.abs(spread(hi.size, low, high) * hi))


def ends(x: Doubled, at: Any) -> list[arb]:
    """The least, middle and largest number that an entry encloses."""
    hi, lo, radius = (arb(float(part[at])) for part in x)
    return [hi + lo - radius, hi + lo, hi + lo + radius]


def misses(result: Doubled, truths: Callable[[Any], list[arb]]) -> list[Any]:
    """Where a finite enclosure does not hold all of the truths of its entry."""
    found = []
    with ctx.workprec(BITS):
        for at in np.ndindex(result.hi.shape):
            hi, lo, radius = (float(part[at]) for part in result)
            if np.isfinite([hi, lo, radius]).all():
                pair, slack = arb(hi) + arb(lo), arb(radius)
                found += [at for truth in truths(at) if not abs(truth - pair) - slack <= arb(2.0) ** -1200]
    return found
