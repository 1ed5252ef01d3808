"""Cross-entropy on sigmoid outputs, computed from the logits so that nothing overflows or cancels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..activations import SIGMOID, SOFTPLUS
from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array, Layer, PerExample
from .head import Head, entries, total


class BinaryCrossEntropy(Head):
    """C = −Σ [y ln a + (1 − y) ln(1 − a)] with a = σ(z): the σ′ cancels, δ^L = a − y."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        """Σ [y ln(1 + e^−z) + (1 − y) ln(1 + e^z)]."""
        return ((1 - y) * SOFTPLUS.value(z) + y * SOFTPLUS.value(-z)).sum(axis=-2)

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """−y/a + (1 − y)/(1 − a)."""
        return (1 - y) / (1 - a) - y / a

    def delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """(1 − y)σ(z) − yσ(−z) = a − y, without the cancellation."""
        return (1 - y) * SIGMOID.value(z) - y * SIGMOID.value(-z)

    def textbook_delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """a − y."""
        return a - y

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        n = entries(z.value)
        terms, weight = self._sides(SOFTPLUS.value, z, y), self._weight(y)
        largest = weight * (z.most + 1)
        steepest = np.abs(self.delta(z.value, a.value, y.value)) + 2 * SIGMOID.moved(z)
        each = (
            z.error * steepest
            + y.error * z.most
            + (arithmetic.c + 8) * arithmetic.u * (largest if tier.textbook else terms)
            + weight * arithmetic.omega
            + arithmetic.summed(n, 6) * terms
        )
        return arithmetic.ranged(total(largest), total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        return SIGMOID.moved(z) + self.delta_rounding(z, y, arithmetic, tier)

    def delta_rounding(self, z: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding alone does to σ(ẑ) − y, wherever ẑ lies within 2 e_z."""
        u, terms, underflow = arithmetic.u, self._sides(SIGMOID.value, z, y), self._weight(y) * arithmetic.omega
        rounding = (arithmetic.c_log + 6) * u * terms
        if tier.textbook:
            off = SIGMOID.textbook_value_rounding(z, arithmetic)  # also (1 − y) − σ(−z), where 1 − y is rounded
            difference = np.abs(SIGMOID.value(z.value) - y.value) + 2 * SIGMOID.moved(z) + off
            rounding = np.maximum(rounding, off + u * (difference + np.abs(1 - y.value) + y.error))
        return rounding + y.error + underflow

    def _sides(self, rise: Callable[[Layer], Layer], z: Inexact, y: Inexact) -> Array:
        """|1 − y| f(z) + |y| f(−z) at most, for an f that rises."""
        return np.abs(1 - y.value) * rise(z.value + 2 * z.error) + np.abs(y.value) * rise(2 * z.error - z.value)

    def _weight(self, y: Inexact) -> Array:
        """What an error of one part in the logit's terms can at most be multiplied by."""
        return 1 + np.abs(y.value) + np.abs(1 - y.value)
