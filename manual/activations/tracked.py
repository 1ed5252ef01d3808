"""Running error analysis: a textbook's formula is worked out, and each step adds what it can round.

Higham, Accuracy and Stability of Numerical Algorithms, section 3.3. The rules are derived in
docs/bounds.md, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..rounding.arithmetic import Arithmetic
from ..shapes import Array

FLOAT64 = Arithmetic("float64")
Constant = float | int
LIMIT = 1 / 16
"""u: what saturates is at its limit when it is this near (jax's float64 tanh from 20 on; measured)."""


@dataclass(frozen=True)
class Tracked:
    """A part of a formula: its value at z, how far another program's ẑ can move it, what rounding can.

    A plain number beside one is a constant of the formula, rounded once.
    """

    value: Array
    moved: Array
    error: Array
    arithmetic: Arithmetic

    @classmethod
    def at(cls, z: Array, moved: Array | float, arithmetic: Arithmetic = FLOAT64) -> Tracked:
        """The argument itself."""
        return cls(z, np.asarray(moved) * np.ones(z.shape), np.zeros(z.shape), arithmetic)

    @property
    def size(self) -> Array:
        """The largest magnitude that a program can have here."""
        return np.asarray(np.abs(self.value) + self.moved + self.error)

    def _constant(self, x: Tracked | Constant) -> Tracked:
        if isinstance(x, Tracked):
            return x
        zero = np.zeros_like(self.error)
        return Tracked(np.asarray(x, self.value.dtype), zero, zero + self.arithmetic.u * abs(x), self.arithmetic)

    def _rounded(self, value: Array, moved: Array, error: Array) -> Tracked:
        size = np.abs(value) + moved + error
        grown = error + self.arithmetic.u * size + self.arithmetic.tau
        return Tracked(np.asarray(value), moved, self.arithmetic.ranged(size, grown), self.arithmetic)

    def __add__(self, other: Tracked | Constant) -> Tracked:
        y = self._constant(other)
        return self._rounded(self.value + y.value, self.moved + y.moved, self.error + y.error)

    def __neg__(self) -> Tracked:
        return Tracked(np.asarray(-self.value), self.moved, self.error, self.arithmetic)

    def __sub__(self, other: Tracked | Constant) -> Tracked:
        return self + -self._constant(other)

    def __rsub__(self, other: Constant) -> Tracked:
        return -self + other

    def __mul__(self, other: Tracked | Constant) -> Tracked:
        y = self._constant(other)
        moved = np.abs(self.value) * y.moved + self.moved * (np.abs(y.value) + y.moved)
        return self._rounded(self.value * y.value, moved, self.error * y.size + y.error * self.size)

    __radd__, __rmul__ = __add__, __mul__

    def through(
        self,
        f: Callable[[Array], Array],
        steepest: Callable[[Array, Array], Array],
        short: Callable[[Array], Array] | None = None,
        terms: float = 0.0,
    ) -> Tracked:
        """f of it, good to c u, or to c u of the `terms` that cancel in it, given the largest f′ between
        two ends, and how far f is `short` of the limit that it rounds to.
        """
        reach = self.moved + self.error
        slope, value = steepest(self.value - reach, self.value + reach), f(self.value)
        moved = slope * self.moved
        rounding = self.arithmetic.c * self.arithmetic.u * (np.maximum(np.abs(value), terms) + moved)
        if short is not None:
            left = short(np.maximum(np.abs(self.value) - reach, 0.0))
            rounding = np.where(left <= LIMIT * self.arithmetic.u, np.minimum(left, rounding), rounding)
        return Tracked(value, moved, slope * self.error + rounding + self.arithmetic.omega, self.arithmetic)
