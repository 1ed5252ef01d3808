"""A quantity whose error is a linear form: x̂ − x° = Aη plus at most `box`, for one η in [−1, 1]^S."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...shapes import Array
from ..arithmetic import Inexact

SPACING = 2.0**-53
"""u of float64, which all of this is worked out in."""
LEAST = float(np.finfo(np.float64).smallest_subnormal)


class Form(NamedTuple):
    """`value` (k, n, m) is what one correct program has, `signed` (k, n, m, S) is A.

    `spread` is Σ_s |A_s|; `box` bounds what no symbol stands for yet.
    """

    value: Array
    signed: Array
    spread: Array
    box: Array

    @classmethod
    def of(cls, value: Array, error: Array) -> Form:
        """A number that is known up to an error of its own."""
        return cls(value, np.empty((*value.shape, 0)), np.zeros_like(error), np.asarray(error))

    @property
    def radius(self) -> Array:
        """R ≥ |x̂ − x°|, of every correct program."""
        return self.spread + self.box

    @property
    def most(self) -> Array:
        """The largest magnitude that any x̂ can have: K₂ = 2."""
        return np.abs(self.value) + 2 * self.radius

    @property
    def inexact(self) -> Inexact:
        return Inexact(self.value, self.radius)

    @property
    def lost(self) -> float:
        """What underflow can take from all symbols of an entry when each is multiplied once."""
        return LEAST * self.signed.shape[-1]

    def settled(self) -> Form:
        """The same with a symbol for what the box holds: entry i of an example has the i-th of n new ones."""
        *leading, n, m = self.value.shape
        if not self.box.any():
            return self
        new_symbols, each = np.zeros((*leading, n, m, n)), np.arange(n)
        new_symbols[..., each, :, each] = np.moveaxis(self.box, -2, 0)
        signed = np.concatenate([self.signed, new_symbols], axis=-1)
        return Form(self.value, signed, self.radius, np.zeros_like(self.box))

    def through(self, w: Array) -> tuple[Array, Array]:
        """W A and its spread: a matrix (k, n′, n) on every example."""
        k, n, m, symbols = self.signed.shape
        signed = (w @ self.signed.reshape(k, n, m * symbols)).reshape(k, w.shape[-2], m, symbols)
        return signed, spread_of(signed)


def spread_of(signed: Array) -> Array:
    """Σ_s |A_s|."""
    return np.asarray(np.abs(signed).sum(axis=-1))
