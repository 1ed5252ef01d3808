"""σ″, one row for each activation that tells it: the R-operator needs it, and nothing else here does.

Bounds as in base.py, derived in docs/bounds.md, section 11.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from ..activations.hard import HARDSIGMOID, HARDTANH, IDENTITY, LEAKY_RELU, RELU, RELU6
from ..activations.smooth import SIGMOID, SOFTPLUS, TANH, nearest_zero
from ..rounding.arithmetic import Arithmetic, Inexact, Tier, capped
from ..shapes import Array, Layer


class SecondSlope(ABC):
    """σ″ of one neuron at a time, and what rounding can do to it."""

    @abstractmethod
    def value(self, z: Layer) -> Layer:
        """σ″(z), accurate to a few ulps for every z."""

    @abstractmethod
    def error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """What ẑ and rounding can do to it."""

    @abstractmethod
    def textbook_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """The same for whichever formula is used: what differentiation makes of the textbook's σ′, too."""

    def within(self, name: str, z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Inexact:
        """σ″(z) and its error in a tier; what is listed of a σ′ counts for its slope as well."""
        error = (self.textbook_error if tier.textbook else self.error)(z, arithmetic) + tier.slope_excess(name, z)
        return Inexact(self.value(z.value), np.where(np.isfinite(z.error), error, np.inf))


class Straight(SecondSlope):
    """0: straight pieces, on either side of every kink."""

    def value(self, z: Layer) -> Layer:
        return np.zeros_like(z)

    def error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.zeros_like(z.error)

    def textbook_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return np.zeros_like(z.error)


class OfSigmoid(SecondSlope):
    """σ″ = σ′(1 − 2σ)."""

    def value(self, z: Layer) -> Layer:
        """−tanh(z/2) σ′(z)."""
        return -np.tanh(z / 2) * SIGMOID.slope(z)

    def error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """|σ‴| ≤ σ′ as |1 − 6σ′| ≤ 1, and |σ″| ≤ σ′."""
        moved = capped(z.error, 2.0) * SIGMOID.slope(nearest_zero(z))
        return moved + arithmetic.c * arithmetic.u * (np.abs(self.value(z.value)) + moved) + arithmetic.omega

    def textbook_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """a(1 − a)(1 − 2a), in any order, multiplied out or not."""
        slope = Inexact(SIGMOID.slope(z.value), SIGMOID.textbook_slope_error(z, arithmetic))
        a, e_a = SIGMOID.value(z.value), SIGMOID.textbook_value_error(z, arithmetic)
        factor = Inexact(1 - 2 * a, 2 * e_a + 4 * arithmetic.u)
        return np.maximum(self.error(z, arithmetic), _product(slope, factor, 3.0, arithmetic))


class OfTanh(SecondSlope):
    """tanh″ = −2 tanh · sech²."""

    def value(self, z: Layer) -> Layer:
        return -2 * np.tanh(z) * TANH.slope(z)

    def error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """|tanh‴| = sech²|4 − 6 sech²| ≤ 4 sech², and |tanh″| ≤ 2 sech²."""
        moved = 4 * capped(z.error, 1.0) * TANH.slope(nearest_zero(z))
        return moved + arithmetic.c * arithmetic.u * (np.abs(self.value(z.value)) + moved) + 8 * arithmetic.omega

    def textbook_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """−2a(1 − a²)."""
        slope = Inexact(TANH.slope(z.value), TANH.textbook_slope_error(z, arithmetic))
        factor = Inexact(2 * TANH.value(z.value), 2 * TANH.textbook_value_error(z, arithmetic))
        return np.maximum(self.error(z, arithmetic), _product(slope, factor, 2.0, arithmetic))


class OfSoftplus(SecondSlope):
    """softplus″ = σ′, σ the sigmoid."""

    def value(self, z: Layer) -> Layer:
        return SIGMOID.slope(z)

    def error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return SIGMOID.slope_error(z, arithmetic)

    def textbook_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """s(1 − s) or s − s², from a slope s that may have come through a logarithm."""
        s, e_s = SIGMOID.value(z.value), SOFTPLUS.textbook_slope_error(z, arithmetic)
        rest = Inexact(1 - s, e_s + 2 * arithmetic.u)
        return np.maximum(self.error(z, arithmetic), _product(Inexact(s, e_s), rest, 2.0, arithmetic))


def _product(x: Inexact, y: Inexact, parts: float, arithmetic: Arithmetic) -> Array:
    """What a product of two factors is off, where |y| may be put together from `parts`."""
    spread = arithmetic.gamma(8) * parts * x.most
    return arithmetic.product_error(x, y, 8) + spread + arithmetic.omega


STRAIGHT = Straight()
SECOND: dict[str, SecondSlope] = {
    SIGMOID.name: OfSigmoid(),
    TANH.name: OfTanh(),
    SOFTPLUS.name: OfSoftplus(),
    **{row.name: STRAIGHT for row in (RELU, IDENTITY, LEAKY_RELU, RELU6, HARDTANH, HARDSIGMOID)},
}
"""By the activation's name."""
