"""Numbers with a bound on the rounding that led to them: an error analysis that runs along with a formula.

After Higham, Accuracy and Stability of Numerical Algorithms, section 3.3: each operation passes on the
errors of its operands and adds its own, u times its result; a sum of n terms in any order adds
γ_{n−1} times the sum of their absolute values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.shapes import Array

LIBRARY = 4.0
"""Units of rounding of an elementary function."""


@dataclass(frozen=True)
class Running:
    """A value and the most that a calculation in a format of unit roundoff `u` is off it, entry by entry."""

    value: Array
    error: Array
    u: float

    @classmethod
    def exact(cls, value: Any, u: float) -> Running:
        """What is given."""
        array = np.asarray(value, dtype=np.float64)
        return cls(array, np.zeros_like(array), u)

    def _rounded(self, value: Array, error: Array, units: float = 1.0) -> Running:
        return Running(value, error + units * self.u * (np.abs(value) + error), self.u)

    def _of(self, other: Any) -> Running:
        return other if isinstance(other, Running) else Running.exact(other, self.u)

    def __add__(self, other: Any) -> Running:
        that = self._of(other)
        return self._rounded(self.value + that.value, self.error + that.error)

    def __sub__(self, other: Any) -> Running:
        that = self._of(other)
        return self._rounded(self.value - that.value, self.error + that.error)

    def __mul__(self, other: Any) -> Running:
        that = self._of(other)
        crossed = np.abs(self.value) * that.error + self.error * (np.abs(that.value) + that.error)
        return self._rounded(self.value * that.value, crossed)

    def __truediv__(self, other: Any) -> Running:
        that = self._of(other)
        least = np.abs(that.value) - that.error
        quotient = self.value / that.value
        with np.errstate(divide="ignore"):
            error = np.where(least > 0, (self.error + np.abs(quotient) * that.error) / least, np.inf)
        return self._rounded(quotient, error)

    def __matmul__(self, other: Any) -> Running:
        that = self._of(other)
        terms = np.abs(self.value) @ np.abs(that.value)
        passed = np.abs(self.value) @ that.error + self.error @ (np.abs(that.value) + that.error)
        return Running(self.value @ that.value, passed + self._gamma(self.value.shape[-1]) * (terms + passed), self.u)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> Running:
        """Added up along an axis, in any order."""
        count = self.value.size if axis is None else self.value.shape[axis]
        passed = self.error.sum(axis=axis, keepdims=keepdims)
        terms = np.abs(self.value).sum(axis=axis, keepdims=keepdims) + passed
        return Running(
            np.asarray(self.value.sum(axis=axis, keepdims=keepdims)), passed + self._gamma(count) * terms, self.u
        )

    def mean(self, axis: int | None = None, keepdims: bool = False) -> Running:
        """The sum over the count."""
        return self.sum(axis, keepdims) / (self.value.size if axis is None else self.value.shape[axis])

    def apply(self, function: Callable[[Array], Array], steepest: Callable[[Array, Array], Array]) -> Running:
        """A library's function of it; `steepest(value, error)` bounds |f′| over value ± error."""
        passed = np.where(self.error > 0, steepest(self.value, self.error) * self.error, 0.0)
        return self._rounded(np.asarray(function(self.value)), passed, LIBRARY)

    def exp(self) -> Running:
        """e to it."""
        return self.apply(np.exp, lambda value, error: np.exp(value + error))

    def log(self) -> Running:
        """Its logarithm."""
        return self.apply(np.log, lambda value, error: 1 / np.maximum(value - error, np.finfo(float).tiny))

    def sqrt(self) -> Running:
        """Its square root."""
        return self.apply(np.sqrt, lambda value, error: 0.5 / np.sqrt(np.maximum(value - error, np.finfo(float).tiny)))

    def _gamma(self, n: int) -> float:
        return n * self.u / (1 - n * self.u)
