"""The cost's second-order part: R{δ^L} from R{z^L}, one row for each head that tells it.

Everything is per example, before the share of a mean. The bounds are derived in docs/bounds.md, section 11.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

import numpy as np

from ..activations import SIGMOID, SOFTMAX, Elementwise
from ..costs.binary import BinaryCrossEntropy
from ..costs.categorical import CategoricalCrossEntropy, KullbackLeibler
from ..costs.difference import Quadratic
from ..costs.head import Head
from ..rounding.arithmetic import Arithmetic, Inexact, Tier
from ..shapes import Array, Layer
from .activation_rows import SECOND, OfSoftplus


class SecondOrder(ABC):
    """∂²C/∂z² of one head, applied to R{z^L}."""

    @abstractmethod
    def value(self, head: Head, z: Layer, a: Layer, y: Layer, r_z: Layer) -> Layer:
        """R{δ^L}."""

    @abstractmethod
    def error(
        self, head: Head, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
    ) -> Array:
        """What rounding can do to it."""


class OfQuadratic(SecondOrder):
    """On neurons that stand alone: R{a − y} ⊙ σ′ + (a − y) ⊙ R{σ′}."""

    def value(self, head: Head, z: Layer, a: Layer, y: Layer, r_z: Layer) -> Layer:
        """σ′ ⊙ R{a} + (a − y) ⊙ σ″ ⊙ R{z}."""
        sigma = cast("Elementwise", head.sigma)
        slope = sigma.slope(z)
        return slope * (slope * r_z) + (a - y) * SECOND[sigma.name].value(z) * r_z

    def error(
        self, head: Head, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
    ) -> Array:
        sigma = cast("Elementwise", head.sigma)
        slope = sigma.slope_within(z, arithmetic, tier)
        second = SECOND[sigma.name].within(sigma.name, z, arithmetic, tier)
        g = cast("Quadratic", head).difference(a, y, arithmetic)
        rising, bending = triple_error(slope, slope, r_z, arithmetic), triple_error(g, second, r_z, arithmetic)
        return arithmetic.ranged(g.most * r_z.most + r_z.most, rising + bending)


class OfQuadraticSoftmax(SecondOrder):
    """On a softmax: R{p} ⊙ (g − pᵀg) + p ⊙ (R{p} − R{p}ᵀg − pᵀR{p}), g = p − y, R{p} = p ⊙ (R{z} − pᵀR{z})."""

    def value(self, head: Head, z: Layer, a: Layer, y: Layer, r_z: Layer) -> Layer:
        g, r_p = a - y, SOFTMAX.pull(z, r_z)
        return r_p * (g - _sum(a * g)) + a * (r_p - _sum(r_p * g) - _sum(a * r_p))

    def error(
        self, head: Head, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
    ) -> Array:
        n, difference = z.value.shape[-2], cast("Quadratic", head).difference(a, y, arithmetic)
        p, e_p = _likely(z, arithmetic, tier)
        g, e_g, r, e_r = difference.most, difference.error, r_z.most, r_z.error
        m, e_m = _sum(p * g), _sum(e_p * g + p * e_g)
        t, e_t = _sum(p * r), _sum(e_p * r + p * e_r)
        q = r * (g + m) + g * t + p * (r + t)
        e_q = e_r * (g + m) + r * (e_g + e_m) + e_g * t + g * e_t + e_p * (r + t) + p * (e_r + e_t)
        inherited = e_p * (q + _sum(p * q)) + p * (e_q + _sum(e_p * q + p * e_q))
        underflow = (8 * n + 16) * arithmetic.tau * (1 + g + m) * (1 + r + t)
        return arithmetic.ranged(q, inherited + arithmetic.gamma(3 * n + 24) * p * (q + _sum(p * q)) + underflow)


class OfBinary(SecondOrder):
    """Cross-entropy on a sigmoid: σ′ ⊙ R{z}, as δ^L = a − y."""

    def value(self, head: Head, z: Layer, a: Layer, y: Layer, r_z: Layer) -> Layer:
        return SIGMOID.slope(z) * r_z

    def error(
        self, head: Head, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
    ) -> Array:
        slope_error = SIGMOID.slope_error(z, arithmetic)
        if tier.textbook:
            slope_error = np.maximum(slope_error, self._of_two_sides(z, y, arithmetic))
        error = arithmetic.product_error(Inexact(SIGMOID.slope(z.value), slope_error), r_z, 12)
        return arithmetic.ranged(r_z.most * (1 + y.most), error + 8 * arithmetic.tau * (1 + y.most) * (1 + r_z.most))

    def _of_two_sides(self, z: Inexact, y: Inexact, arithmetic: Arithmetic) -> Array:
        """(1 − y) softplus″(z) + y softplus″(−z), or a(1 − a)."""
        softplus, behind = OfSoftplus(), Inexact(-z.value, z.error)
        sides = [softplus.textbook_error(side, arithmetic) for side in (z, behind)]
        weights = [np.abs(1 - y.value) + y.error, y.most]
        rounding = arithmetic.gamma(8) * (weights[0] + weights[1]) * SIGMOID.slope(z.value)
        both = weights[0] * sides[0] + weights[1] * sides[1] + rounding
        return np.maximum(both, SIGMOID.textbook_slope_error(z, arithmetic))


class OfCategorical(SecondOrder):
    """Cross-entropy on a softmax: Σy · p ⊙ (R{z} − pᵀR{z}), as δ^L = p Σy − y."""

    def value(self, head: Head, z: Layer, a: Layer, y: Layer, r_z: Layer) -> Layer:
        """Σy · p_j Σ_k p_k (R{z_j} − R{z_k}): the same without the cancellation where p_j is near 1."""
        apart = r_z[..., :, None, :] - r_z[..., None, :, :]
        return _sum(y) * a * (a[..., None, :, :] * apart).sum(axis=-2)

    def error(
        self, head: Head, z: Inexact, a: Inexact, y: Inexact, r_z: Inexact, arithmetic: Arithmetic, tier: Tier
    ) -> Array:
        n, total = z.value.shape[-2], _sum(y.most)
        p, e_p = _likely(z, arithmetic, tier)
        spread = self._pairwise(p, e_p, r_z, arithmetic)
        if tier.textbook:
            spread = np.maximum(spread, self._multiplied_out(p, e_p, r_z, arithmetic))
        error = total * spread + _sum(y.error) * p * (r_z.most + _sum(p * r_z.most))
        underflow = (6 * n + 16) * arithmetic.tau * (1 + total) * (1 + r_z.most + _sum(r_z.most))
        return arithmetic.ranged(total * _sum(r_z.most) + _sum(r_z.most), error + underflow)

    def _multiplied_out(self, p: Array, e_p: Array, r_z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of p_j R{z_j} − p_j Σ_k p_k R{z_k}."""
        n, r, e_r = p.shape[-2], r_z.most, r_z.error
        t, e_t = _sum(p * r), _sum(e_p * r + p * e_r)
        return e_p * (r + t) + p * (e_r + e_t) + arithmetic.gamma(3 * n + 20) * p * (r + t)

    def _pairwise(self, p: Array, e_p: Array, r_z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of Σ_k p_j p_k (R{z_j} − R{z_k})."""
        n, r = p.shape[-2], r_z.value
        e_apart = r_z.error[..., :, None, :] + r_z.error[..., None, :, :]
        e_apart = np.where(np.eye(n, dtype=bool)[..., None], 0.0, e_apart)
        apart = np.abs(r[..., :, None, :] - r[..., None, :, :]) + 2 * e_apart
        first, e_first, others, e_others = (
            p[..., :, None, :],
            e_p[..., :, None, :],
            p[..., None, :, :],
            e_p[..., None, :, :],
        )
        rounding = arithmetic.gamma(n + 12) * apart
        each = (first * e_others + e_first * others) * apart + first * others * (e_apart + rounding)
        return np.asarray(each.sum(axis=-2))


def _sum(x: Array) -> Array:
    return np.asarray(x.sum(axis=-2, keepdims=True))


def _likely(z: Inexact, arithmetic: Arithmetic, tier: Tier) -> tuple[Array, Array]:
    """The largest p that any program can have, and its error."""
    error = SOFTMAX.error_of(tier)(z, arithmetic)
    return SOFTMAX.most_likely(z) + error, error


def triple_error(x: Inexact, y: Inexact, w: Inexact, arithmetic: Arithmetic) -> Array:
    """What a product of three can be off, taken in any order: each one's error times the other two."""
    inherited = y.most * w.most * x.error + x.most * w.most * y.error + x.most * y.most * w.error
    underflow = 8 * arithmetic.tau * (1 + x.most) * (1 + y.most) * (1 + w.most)
    return np.asarray(inherited + arithmetic.gamma(12) * x.most * y.most * w.most + underflow)


def second_order(head: Head) -> SecondOrder | None:
    """The row of a head, None where it has none."""
    if type(head) is Quadratic:
        return OfQuadratic() if isinstance(head.sigma, Elementwise) else OfQuadraticSoftmax()
    return OF_LABELS.get(type(head))


OF_LABELS: dict[type[Head], SecondOrder] = {
    BinaryCrossEntropy: OfBinary(),
    CategoricalCrossEntropy: OfCategorical(),
    KullbackLeibler: OfCategorical(),
}
