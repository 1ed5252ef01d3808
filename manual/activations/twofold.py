"""Numbers of twice the precision, as a sum of two floats: for arguments of exp that must not be rounded.

T. J. Dekker, A floating-point technique for extending the available precision (1971).
"""

from __future__ import annotations

from typing import NamedTuple

from ..shapes import Array

SPLIT = 2.0**27 + 1


class Twofold(NamedTuple):
    """high + low, with |low| at most half an ulp of high; float64."""

    high: Array | float
    low: Array | float

    def times(self, other: Twofold) -> Twofold:
        """The product, relatively within a few 2^−104."""
        product = exact_product(self.high, other.high)
        return Twofold(product.high, product.low + (self.high * other.low + self.low * other.high))

    def plus_one(self) -> Twofold:
        """1 + x for an x ≥ 0."""
        total = 1 + self.high
        part = total - self.high
        return Twofold(total, (1 - part) + (self.high - (total - part)) + self.low)


def exact_product(x: Array | float, y: Array | float) -> Twofold:
    """x y exactly, where nothing over- or underflows."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    return Twofold(product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low)


def _halves(x: Array | float) -> tuple[Array | float, Array | float]:
    high = SPLIT * x - (SPLIT * x - x)
    return high, x - high
