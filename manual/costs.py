"""Costs, one row each: C, ∇_a C, δ^L, and what rounding can do to them.

A row has a head for each output activation that it can be evaluated with: cross-entropy is
computed from the logits z^L, so that nothing overflows or cancels when the output is saturated.
The rounding methods are derived in docs/bounds.md, section 4.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from .activations import ACTIVATIONS, SIGMOID, SOFTMAX, SOFTPLUS, Activation, Elementwise, sum_of_others
from .arithmetic import Arithmetic, Inexact, Tier
from .shapes import Array, Layer, PerExample


@dataclass(frozen=True)
class Head(ABC):
    """A cost on top of one output activation σ. Everything is per example, before the mean or sum."""

    sigma: Activation

    @abstractmethod
    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        """C of each example."""

    @abstractmethod
    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """∇_a C = ∂C/∂a^L, as the note writes it."""

    def delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """δ^L = ∇_a C ⊙ σ′(z^L)."""
        return self.sigma.pull(z, self.nabla_a(a, y))

    def textbook_delta(self, z: Layer, a: Layer, y: Layer) -> Layer:
        """δ^L through the textbook slope."""
        return self.sigma.textbook_pull(z, a, self.nabla_a(a, y))

    @abstractmethod
    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding can do to ΣC over all examples, shape (*k)."""

    @abstractmethod
    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        """What rounding can do to δ^L, shape (*k, n, m)."""


def _total(x: Array) -> Array:
    """The sum over neurons and examples."""
    return np.asarray(x.sum(axis=(-2, -1)))


def _entries(x: Array) -> int:
    return int(x.shape[-2] * x.shape[-1])


class Quadratic(Head):
    """C = ½‖a − y‖², with any output activation."""

    def value(self, z: Layer, a: Layer, y: Layer) -> PerExample:
        return ((a - y) ** 2).sum(axis=-2) / 2

    def nabla_a(self, a: Layer, y: Layer) -> Layer:
        """a − y."""
        return a - y

    def value_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        g, n = self._difference(a, y, arithmetic), _entries(a.value)
        each = g.most * g.error + g.error**2 / 2 + arithmetic.gamma(n + 6) * g.most**2 / 2 + 4 * arithmetic.tau
        return arithmetic.ranged(_total(g.most**2), _total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        g = self._difference(a, y, arithmetic)
        if isinstance(self.sigma, Elementwise):
            error = arithmetic.product_error(g, self.sigma.slope_within(z, arithmetic, tier), 8)
        else:
            p = Inexact(self.sigma.value(z.value), self.sigma.value_error(z, arithmetic))
            error = self._softmax_pull_error(p, g, arithmetic)
        return arithmetic.ranged(g.most, error)

    def _difference(self, a: Inexact, y: Inexact, arithmetic: Arithmetic) -> Inexact:
        g = self.nabla_a(a.value, y.value)
        return Inexact(g, a.error + y.error + arithmetic.u * (np.abs(g) + a.error + y.error) + arithmetic.tau)

    def _softmax_pull_error(self, p: Inexact, g: Inexact, arithmetic: Arithmetic) -> Array:
        """p ⊙ (g − pᵀg): the inner product first, then the product rule."""
        n = p.value.shape[-2]
        mean = Inexact(
            (p.value * g.value).sum(axis=-2, keepdims=True),
            arithmetic.product_error(p, g, n + 2).sum(axis=-2, keepdims=True),
        )
        centred = Inexact(g.value - mean.value, g.error + mean.error)
        rounding = arithmetic.gamma(8) * p.most * (g.most + mean.most)
        return arithmetic.product_error(p, centred, 8) + rounding


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
        n = _entries(z.value)
        terms, weight = self._sides(SOFTPLUS.value, z, y), self._weight(y)
        largest = weight * (z.most + 1)
        steepest = np.abs(self.delta(z.value, a.value, y.value)) + 2 * SIGMOID.moved(z)
        each = (
            z.error * steepest
            + y.error * z.most
            + (arithmetic.c + 8) * arithmetic.u * (largest if tier.textbook else terms)
            + weight * arithmetic.omega
            + arithmetic.gamma(n + 6) * terms
        )
        return arithmetic.ranged(_total(largest), _total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        u, terms, underflow = arithmetic.u, self._sides(SIGMOID.value, z, y), self._weight(y) * arithmetic.omega
        stable = SIGMOID.moved(z) + (arithmetic.c_log + 6) * u * terms + y.error + underflow
        if not tier.textbook:
            return stable
        e_a = SIGMOID.value_error(z, arithmetic)
        textbook = e_a + y.error + u * (np.abs(SIGMOID.value(z.value) - y.value) + e_a) + underflow
        return np.maximum(stable, textbook)

    def _sides(self, rise: Callable[[Layer], Layer], z: Inexact, y: Inexact) -> Array:
        """|1 − y| f(z) + |y| f(−z) at most, for an f that rises."""
        return np.abs(1 - y.value) * rise(z.value + 2 * z.error) + np.abs(y.value) * rise(2 * z.error - z.value)

    def _weight(self, y: Inexact) -> Array:
        """What an error of one part in the logit's terms can at most be multiplied by."""
        return 1 + np.abs(y.value) + np.abs(1 - y.value)


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
        each = (
            y.most * relative
            + y.error * depth
            + arithmetic.gamma(_entries(gap) + 6) * y.most * depth
            + 2 * arithmetic.omega
        )
        return arithmetic.ranged(_total(y.most * depth), _total(each))

    def delta_error(self, z: Inexact, a: Inexact, y: Inexact, arithmetic: Arithmetic, tier: Tier) -> Array:
        n, u = z.value.shape[-2], arithmetic.u
        p, e_p = SOFTMAX.most_likely(z), SOFTMAX.value_error(z, arithmetic)
        rho = SOFTMAX.rho(SOFTMAX.gap(z), arithmetic)
        q, others = np.minimum(1.0, sum_of_others(p)), sum_of_others(y.most)
        e_q = SOFTMAX.moved(z, p) + sum_of_others(rho * p) + arithmetic.gamma(n) * q + n * arithmetic.omega
        e_y = y.error + p * y.error.sum(axis=-2, keepdims=True)
        stable = (
            others * e_p
            + y.most * e_q
            + arithmetic.gamma(n + 4) * (p * others + y.most * q)
            + e_y
            + (n + 4) * arithmetic.tau
        )
        if not tier.textbook:
            return arithmetic.ranged(p * others + y.most, stable)
        total = np.abs(y.value.sum(axis=-2, keepdims=True))
        e_total = arithmetic.gamma(n) * y.most.sum(axis=-2, keepdims=True)
        p_most = p + e_p
        textbook = total * e_p + e_total * p_most + 3 * u * (p_most * total + y.most) + e_y
        return arithmetic.ranged(p * others + y.most, np.maximum(stable, textbook))


@dataclass(frozen=True)
class Cost:
    """A row: the head for each output activation, or one that serves every activation."""

    name: str
    heads: Mapping[str, type[Head]] = field(default_factory=dict)
    general: type[Head] | None = None

    def head(self, activation: str) -> Head:
        """The cost evaluated on outputs of this activation; ValueError where that is not defined."""
        head = self.heads.get(activation, self.general)
        if head is None:
            allowed = " or ".join(self.heads)
            raise ValueError(f"cost {self.name!r} on {activation!r} outputs: it needs {allowed} outputs")
        return head(ACTIVATIONS[activation])


COSTS: dict[str, Cost] = {
    row.name: row
    for row in (
        Cost("quadratic", general=Quadratic),
        Cost("cross_entropy", {"sigmoid": BinaryCrossEntropy, "softmax": CategoricalCrossEntropy}),
    )
}
