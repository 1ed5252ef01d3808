"""Legal adversaries: programs that use all the freedom which docs/bounds.md gives to correct ones.

Sums in the worst order, fused or not; library functions that are off by nearly c u, whichever way hurts;
the stable or the textbook's formulas; the share first or last; subnormal numbers kept or flushed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.backprop import head_of
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.rounding.arithmetic import Arithmetic
from backproof.manual.shapes import Array
from backproof.reference.protocol import Traits

WIDE = {"float32": np.float64, "float64": np.longdouble}
SPARE = 3.0
"""Of c u, what rounding to the dtype and the wide evaluation may use."""
CANCELLED = {"sigmoid": 1.0, "tanh": 2.0, "softplus": 1.0}
"""Σ|terms| of a textbook's formula."""
SATURATED = {"sigmoid": 32, "tanh": 64, "softplus": 16}
"""From e^−|z| ≤ u/this on (tanh: e^−2|z|) every way of writing it is at its limit."""
ORDERS: dict[str, Callable[[Array], Array]] = {
    "given": lambda p: np.zeros_like(p),
    "reversed": lambda p: -np.arange(p.shape[-2], dtype=float)[:, None] * np.ones_like(p),
    "largest first": lambda p: -np.abs(p),
    "smallest first": np.abs,
    "one sign first": lambda p: -p,
    "other sign first": lambda p: p,
}
"""By what the terms of a sum are sorted."""


@dataclass(frozen=True)
class Adversary:
    """One choice of each freedom. `signs`: up, down, random or towards (what raises C)."""

    name: str
    order: str = "given"
    fused: bool = False
    signs: str = "up"
    written: str = "stable"
    """stable, textbook (σ′ from a) or cancelled (σ itself with terms that cancel)."""
    late: bool = False
    flushes: bool = False
    version: str = "1"

    @property
    def traits(self) -> Traits:
        return Traits(recomputes=False, flushes=self.flushes)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None if dtype in WIDE and not architecture.l2 and not architecture.weighted else "plain networks only"

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return _Pass(self, pack).gradients()


class _Pass:
    """One forward and one backward pass of an adversary."""

    def __init__(self, by: Adversary, pack: Pack) -> None:
        self.by, self.pack, self.dtype = by, pack, pack.dtype.type
        self.wide, self.arithmetic = WIDE[pack.dtype.name], Arithmetic(pack.dtype.name)
        self.rng = np.random.default_rng(len(pack) + pack.architecture.parameters)
        self.share = self.dtype(pack.share)

    def gradients(self) -> Gradients[Array]:
        pack, names = self.pack, self.pack.architecture.activations
        weights, a, z = [*map(self.stored, pack.weights)], [self.stored(pack.x)], []
        for w, b, name in zip(weights, pack.biases, names, strict=True):
            z.append(self.stored(self.product(w, a[-1]) + self.stored(b)[..., None]))
            a.append(self.activation(name, z[-1]))
        deltas_ = [self.delta(z[-1], a[-1])]
        for i in range(len(names) - 2, -1, -1):
            back = self.product(weights[i + 1].mT, deltas_[0])
            deltas_.insert(0, self.stored(back * self.slope(names[i], z[i], a[i + 1])))
        last = self.share if self.by.late else self.dtype(1)
        deltas = tuple(self.stored(d * last) for d in deltas_)
        nabla_w = tuple(self.stored(self.product(d, below.mT) * last) for d, below in zip(deltas_, a, strict=False))
        nabla_b = tuple(self.stored(self.total(d) * last) for d in deltas_)
        cost = head_of(pack).value(z[-1], a[-1], self.stored(pack.y)).sum(axis=-1) * self.share
        return Gradients(nabla_w, nabla_b, deltas, tuple(z), tuple(a[1:]), np.asarray(self.stored(cost)))

    def stored(self, x: Any) -> Array:
        """In the dtype, and flushed if subnormal numbers are."""
        x = np.asarray(x, self.dtype)
        return np.where(np.abs(x) < self.arithmetic.omega, self.dtype(0), x) if self.by.flushes else x

    def off(self, exact: Array, terms: Array | float | None = None) -> Array:
        """A library's value: as far off as c allows, relatively or to its terms."""
        sign = {"up": 1.0, "down": -1.0}.get(self.by.signs)
        signs = self.rng.choice([-1.0, 1.0], exact.shape) if sign is None else sign
        far = (self.arithmetic.c - SPARE) * self.arithmetic.u * signs
        return self.stored(exact * (1 + far) if terms is None else exact + far * terms)

    def product(self, x: Array, y: Array) -> Array:
        """X Y, every sum in this order."""
        left, right = np.broadcast_arrays(x[..., :, :, None], y[..., None, :, :])
        return self.summed(left, right)

    def total(self, d: Array) -> Array:
        """Over the examples."""
        terms = np.moveaxis(d[..., None], -2, -2)
        return self.summed(terms, np.ones_like(terms))[..., 0]

    def summed(self, left: Array, right: Array) -> Array:
        """Σ over the last axis but one."""
        at = np.argsort(ORDERS[self.by.order](left * right), axis=-2, kind="stable")
        left, right = np.take_along_axis(left, at, -2), np.take_along_axis(right, at, -2)
        total = np.zeros_like(left[..., 0, :])
        for k in range(left.shape[-2]):
            p, q = left[..., k, :], right[..., k, :]
            if self.by.fused:
                total = self.stored(self.wide(1) * total + p.astype(self.wide) * q)
            else:
                total = self.stored(total + self.stored(p * q))
        return total

    def activation(self, name: str, z: Array) -> Array:
        sigma, wide = ACTIVATIONS[name], z.astype(self.wide)
        if name in ("relu", "identity"):
            return self.stored(sigma.value(z))
        exact = sigma.value(wide)
        if name == "softmax":
            return self.softmax(z)
        cancelled = self.by.written == "cancelled"
        found = self.off(exact, CANCELLED[name]) if cancelled and name in CANCELLED else self.off(exact)
        if name not in CANCELLED:
            return found
        # Assumption A6: what saturates is at its limit; what cancels is so on the other side, too.
        there = np.exp(-np.abs(wide) * (2 if name == "tanh" else 1)) <= self.arithmetic.u / SATURATED[name]
        limit = np.where(wide > 0, 1, -1 if name == "tanh" else 0)
        if name == "softplus":
            return self.stored(np.where(there, np.where(wide > 0, self.off(exact), 0 if cancelled else found), found))
        return self.stored(np.where(there & ((wide > 0) | cancelled | (name == "tanh")), limit, found))

    def softmax(self, z: Array) -> Array:
        below = z - z.max(axis=-2, keepdims=True)
        powers = self.off(np.exp(below.astype(self.wide)))
        terms = np.moveaxis(powers, -2, -1)[..., None]
        total = self.summed(terms, np.ones_like(terms))[..., 0][..., None, :]
        if self.by.written == "cancelled":
            lse = self.stored(z.max(axis=-2, keepdims=True) + self.stored(np.log(total)))
            return self.stored(np.minimum(self.stored(np.exp(z - lse)), self.dtype(1)))
        return self.stored(powers / total)

    def slope(self, name: str, z: Array, a: Array) -> Array:
        sigma = ACTIVATIONS[name]
        assert isinstance(sigma, Elementwise)
        if name in ("relu", "identity"):
            return sigma.slope(z)
        if self.by.written != "stable":
            return self.stored(sigma.textbook_slope(z, a))
        return self.off(sigma.slope(z.astype(self.wide)))

    def delta(self, z: Array, a: Array) -> Array:
        of, y = self.pack.architecture, self.stored(self.pack.y)
        first = self.dtype(1) if self.by.late else self.share
        if of.cost == "cross_entropy":
            return self.stored(self.of_labels(z, a, y, of.activations[-1]) * first)
        g = self.stored(self.stored(a - y) * first)
        if of.activations[-1] == "softmax":
            terms = np.moveaxis(self.stored(a * g), -2, -1)[..., None]
            mean = self.summed(terms, np.ones_like(terms))[..., 0][..., None, :]
            return self.stored(a * self.stored(g - mean))
        return self.stored(g * self.slope(of.activations[-1], z, a))

    def of_labels(self, z: Array, a: Array, y: Array, output: str) -> Array:
        if output == "softmax":
            if self.by.written == "stable":
                return head_of(self.pack).delta(z, a, y)
            return self.stored(self.stored(a * y.sum(axis=-2, keepdims=True)) - y)
        if self.by.written == "stable":
            right, left = (self.off(ACTIVATIONS["sigmoid"].value(side.astype(self.wide))) for side in (z, -z))
            return self.stored(self.stored((1 - y) * right) - self.stored(y * left))
        if self.by.written == "cancelled":
            return self.stored(self.stored(1 - y) - self.activation("sigmoid", -z))
        return self.stored(a - y)


ADVERSARIES = (
    Adversary("plain"),
    Adversary("reversed, down", order="reversed", signs="down"),
    Adversary("largest first", order="largest first"),
    Adversary("smallest first, down", order="smallest first", signs="down"),
    Adversary("one sign first", order="one sign first"),
    Adversary("other sign first, random", order="other sign first", signs="random"),
    Adversary("fused", fused=True, signs="random"),
    Adversary("fused, one sign first", order="one sign first", fused=True),
    Adversary("fused, late", order="largest first", fused=True, signs="down", late=True),
    Adversary("late", order="other sign first", late=True),
    Adversary("flushing", signs="down", flushes=True),
    Adversary("flushing, worst order", order="one sign first", flushes=True),
    Adversary("flushing, fused, late", fused=True, late=True, flushes=True, signs="random"),
    Adversary("textbook", written="textbook"),
    Adversary("textbook, down, largest first", order="largest first", signs="down", written="textbook"),
    Adversary("textbook, fused, random", fused=True, signs="random", written="textbook"),
    Adversary("textbook, late, flushing", written="textbook", late=True, flushes=True),
    Adversary("cancelled", written="cancelled"),
    Adversary("cancelled, down, one sign first", order="one sign first", signs="down", written="cancelled"),
    Adversary("cancelled, random, late", signs="random", written="cancelled", late=True),
)
