"""Cross-entropy on softmax outputs, and the Kullback–Leibler divergence, which differs by what y alone says."""

from __future__ import annotations

import numpy as np

from ..activations import SOFTMAX, sum_of_others
from ..rounding.arithmetic import Arithmetic, Inexact, Tier, capped
from ..shapes import Array, Layer, PerExample
from .head import Head, entries, total


class CategoricalCrossEntropy(Head):
    """C = −Σ y ln p with p = softmax(z): δ^L = p Σy − y, which is a − y where the targets sum to 1."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        """Σ y (ln Σ_k e^{z_k} − z)."""
        low = z - z.max(axis=-2, keepdims=True)
        return (y * (np.log(np.exp(low).sum(axis=-2, keepdims=True)) - low)).sum(axis=-2)

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """−y/p."""
        return -y / a

    def delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """p_j Σ_{k≠j} y_k − y_j Σ_{k≠j} p_k: the same without the cancellation where p_j is near 1."""
        return a * sum_of_others(y) - y * sum_of_others(a)

    def textbook_delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """p Σy − y."""
        return a * y.sum(axis=-2, keepdims=True) - y

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        p, gap = SOFTMAX.most_likely(z), SOFTMAX.gap(z)
        depth = gap + np.log(gap.shape[-2])
        relative = SOFTMAX.exponent_error(z, p) + SOFTMAX.rho(gap, arithmetic)
        if tier.textbook:  # y LSE − y z, the terms by themselves
            size = np.abs(z.value) + 2 * z.error
            relative = relative + (arithmetic.c + 2) * arithmetic.u * (size + size.max(axis=-2, keepdims=True))
        each = (
            y.most * relative
            + y.error * depth
            + arithmetic.summed(entries(gap), 6) * y.most * depth
            + 2 * arithmetic.omega
        )
        return arithmetic.ranged(total(y.most * depth), total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        moved, e_p = SOFTMAX.moved(z, SOFTMAX.most_likely(z)), SOFTMAX.error_of(tier)(z, arithmetic)
        return self._delta_error(z, y, arithmetic, tier, Inexact(moved, e_p))

    def delta_rounding(self, z: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding alone does to p Σy − y, wherever ẑ lies within 2 e_z."""
        still = np.zeros_like(z.error)
        return self._delta_error(z, y, arithmetic, tier, Inexact(still, SOFTMAX.rounding_of(tier)(z, arithmetic)))

    def _delta_error(self, z: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier, off: Inexact) -> Array:
        """How far p is moved, and off in all, is given."""
        n, u = z.value.shape[-2], arithmetic.u
        p, (moved, e_p) = SOFTMAX.most_likely(z), off
        rho = SOFTMAX.rounding(z, arithmetic, tier)
        q, others = np.minimum(1.0, sum_of_others(p)), sum_of_others(y.most)
        e_q = moved + sum_of_others(rho * p) + arithmetic.summed(n, 0) * q + n * arithmetic.omega
        e_q = capped(e_q, 1 + 2 * arithmetic.summed(n, 2))  # both sums lie between 0 and 1, but for their rounding
        e_y = y.error + p * y.error.sum(axis=-2, keepdims=True)
        stable = (
            others * e_p
            + y.most * e_q
            + arithmetic.summed(n, 4) * (p * others + y.most * q)
            + e_y
            + (n + 4) * arithmetic.tau
        )
        if not tier.textbook:
            return arithmetic.ranged(p * others + y.most, stable)
        total = np.abs(y.value.sum(axis=-2, keepdims=True))
        e_total = arithmetic.summed(n, 0) * y.most.sum(axis=-2, keepdims=True)
        p_most = p + e_p
        textbook = total * e_p + e_total * p_most + 3 * u * (p_most * total + y.most) + e_y
        return arithmetic.ranged(p * others + y.most, np.maximum(stable, textbook))


class KullbackLeibler(CategoricalCrossEntropy):
    """C = Σ y (ln y − ln p), with 0 ln 0 = 0: δ^L is that of cross-entropy."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        return super().value(z, a, y) + (y * _log(y)).sum(axis=-2)

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        log = np.abs(_log(y.value))
        roundings = (arithmetic.c + 2) * arithmetic.u + arithmetic.summed(entries(y.value), 6)
        entropy = y.error * (log + 1) + roundings * y.most * log + 2 * arithmetic.tau
        return np.asarray(super().value_error(z, a, y, arithmetic, tier) + total(entropy))


def _log(y: Layer) -> Layer:
    """ln y, and 0 for 0, which it is multiplied by."""
    return np.log(np.where(y == 0, 1, y).astype(y.dtype))
