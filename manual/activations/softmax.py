"""The softmax: the one activation whose neurons depend on each other."""

from __future__ import annotations

import numpy as np

from ..rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic, Inexact, Tier, capped
from ..shapes import Array, Layer
from .base import Activation

MOST_EXPONENT = 700.0
"""Where ρ is more, p̄ is 0, or the cap at 1 speaks."""
AT_ONCE = 64
"""Neurons whose others are summed by a matrix."""


class Softmax(Activation):
    """e^{z_j} / Σ_k e^{z_k} over the neurons of one example. Its slope is a matrix, so only pull exists."""

    name = "softmax"
    output_only = True
    core = True

    def value(self, z: Layer) -> Layer:
        e = np.exp(z - z.max(axis=-2, keepdims=True))
        return e / e.sum(axis=-2, keepdims=True)

    def pull(self, z: Layer, g: Layer) -> Layer:
        """p_j Σ_k p_k (g_j − g_k): p ⊙ (g − pᵀg) without its cancellation where one p is near 1."""
        p = self.value(z)
        return p * differences(p, g)

    def textbook_pull(self, z: Layer, a: Layer, g: Layer) -> Layer:
        """p ⊙ (g − pᵀg)."""
        return a * (g - (a * g).sum(axis=-2, keepdims=True))

    def value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return capped(self.moved(z, self.most_likely(z)) + self.value_rounding(z, arithmetic), 1.0)

    def value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        return self.rounding(z, arithmetic, STABLE) * self.most_likely(z) + arithmetic.omega

    def textbook_value_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        most = np.exp(self.shift_error(z, arithmetic))
        return capped(self.moved(z, self.most_likely(z)) + self.textbook_value_rounding(z, arithmetic), most)

    def textbook_value_rounding(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """Of exp(z_j − LSE), LSE = ln Σ_k e^{z_k} rounded as the number that it is."""
        return self.rounding(z, arithmetic, TEXTBOOK) * self.most_likely(z) + arithmetic.omega

    def shift_error(self, z: Inexact, arithmetic: Arithmetic) -> Array:
        """What rounding can do to LSE: c u of it, or less than ln n, as no float is between M and fl(M + ln S)."""
        n = z.value.shape[-2]
        largest = np.abs(z.value.max(axis=-2, keepdims=True)) + 2 * z.error.max(axis=-2, keepdims=True)
        return np.minimum((arithmetic.c + 2) * arithmetic.u * (largest + np.log(n)), np.log(n) + 1 / 8)

    def moved(self, z: Inexact, p: Array) -> Array:
        """d_j, how far e_z alone can move p_j."""
        return capped(p * self.exponent_error(z, p), 1.0)

    def most_likely(self, z: Inexact) -> Array:
        """p̄_k, the largest p_k within 2 e_z."""
        below = z.value - z.value.max(axis=-2, keepdims=True)
        low, high = below - 2 * z.error, below + 2 * z.error
        top = low.max(axis=-2, keepdims=True)
        total = top + np.log(np.exp(low - top).sum(axis=-2, keepdims=True))
        return np.minimum(1.0, np.exp(high - total))

    def exponent_error(self, z: Inexact, p: Array) -> Array:
        """ℓ_j = q̄_j e_j + Σ_{k≠j} p̄_k e_k ≥ what e_z can do to ln p_j."""
        return np.minimum(1.0, sum_of_others(p)) * z.error + sum_of_others(p * z.error)

    def gap(self, z: Inexact) -> Array:
        """g_j, how far the logit lies below the largest, at most: not at all where it is that whatever the errors."""
        high = z.value + 2 * z.error
        first = high.max(axis=-2, keepdims=True)
        alone = (high == first) & ((high == first).sum(axis=-2, keepdims=True) == 1)
        second = np.where(alone, -np.inf, high).max(axis=-2, keepdims=True)
        return np.maximum(0.0, np.where(alone, second, first) - z.value + 2 * z.error)

    def rho(self, gap: Array, arithmetic: Arithmetic) -> Array:
        """ρ_j, what rounding can do to ln p_j: the gap itself is rounded before exp."""
        n = gap.shape[-2]
        return arithmetic.u * (2 * gap + (arithmetic.c + 2) * (np.log(n) + 4)) + arithmetic.summed(n, 0)

    def rounding(self, z: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """e^ρ − 1, the relative rounding error of p_j."""
        rho = self.rho(self.gap(z), arithmetic)
        shift = self.shift_error(z, arithmetic) if tier.textbook else 0.0
        return np.expm1(np.minimum(rho + shift, MOST_EXPONENT))


def sum_of_others(x: Layer) -> Layer:
    """Σ_{k≠j} x_k over the neurons, without the cancellation of Σ_k x_k − x_j.

    Of many neurons the others are those of the same half, and all of the other one.
    """
    n = x.shape[-2]
    if n <= AT_ONCE:
        return (1 - np.eye(n, dtype=x.dtype)) @ x
    halves = x[..., : n // 2, :], x[..., n // 2 :, :]
    sums = (half.sum(axis=-2, keepdims=True) for half in reversed(halves))
    return np.concatenate([sum_of_others(half) + there for half, there in zip(halves, sums, strict=True)], axis=-2)


def differences(p: Layer, g: Layer) -> Layer:
    """Σ_k p_k (g_j − g_k), a neuron k at a time, so that no array is larger than a layer."""
    total = np.zeros_like(g)
    for k in range(g.shape[-2]):
        total += p[..., k : k + 1, :] * (g - g[..., k : k + 1, :])
    return total


def distances(weights: Layer, g: Layer) -> Layer:
    """Σ_k w_k |g_j − g_k| over the neurons, w ≥ 0: in the order of g, from one to the next, so that nothing cancels."""
    order = np.argsort(g, axis=-2)
    w, steps = np.take_along_axis(weights, order, axis=-2), np.diff(np.take_along_axis(g, order, axis=-2), axis=-2)
    below, above = w.cumsum(axis=-2), w[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :]
    total = np.zeros_like(g)
    total[..., 1:, :] = (below[..., :-1, :] * steps).cumsum(axis=-2)
    total[..., :-1, :] += (above[..., 1:, :] * steps)[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :]
    found = np.empty_like(g)
    np.put_along_axis(found, order, total, axis=-2)
    return found


def stable_pull_error(p: Inexact, g: Inexact, arithmetic: Arithmetic) -> Array:
    """What rounding can do to p_j Σ_k p_k (g_j − g_k): the sum over k ≠ j, then the product rule."""
    n, p_most = p.value.shape[-2], p.most

    def reach(weights: Array) -> Array:
        """Σ_{k≠j} w_k (|g_j − g_k| + 2e_j + 2e_k)."""
        errors = g.error * sum_of_others(weights) + sum_of_others(weights * g.error)
        return distances(weights, g.value) + 2 * errors

    far, lost = reach(p_most), reach(np.ones_like(p_most))
    moved = g.error * sum_of_others(p_most) + sum_of_others(p_most * g.error) + reach(p.error)
    rounding = arithmetic.summed(n, 3) * far + 4 * arithmetic.tau * (n + lost)
    return arithmetic.product_error(p, Inexact(differences(p.value, g.value), moved + rounding), 8)


def pull_error(p: Inexact, g: Inexact, arithmetic: Arithmetic) -> Array:
    """What rounding can do to p ⊙ (g − pᵀg): the inner product first, then the product rule."""
    n = p.value.shape[-2]
    mean = Inexact(
        (p.value * g.value).sum(axis=-2, keepdims=True),
        (arithmetic.product_error(p, g, 2) + arithmetic.summed(n, 0) * p.most * g.most).sum(axis=-2, keepdims=True),
    )
    centred = Inexact(g.value - mean.value, g.error + mean.error)
    rounding = arithmetic.gamma(n + 8) * p.most * (g.most + mean.most)
    return arithmetic.product_error(p, centred, 8) + rounding


SOFTMAX = Softmax()
