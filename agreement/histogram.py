"""Counts on a fixed logarithmic scale: they merge exactly, whatever made them and in any order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ..manual.shapes import Array

PER_OCTAVE = 8
"""Bins to a factor of two: a quantile is at most 9 % above the value it stands for."""


@dataclass
class Histogram:
    """How many magnitudes fell in (2^((b−1)/8), 2^(b/8)], by b; zeros and infinities apart."""

    zeros: int = 0
    infinities: int = 0
    bins: Counter[int] = field(default_factory=Counter)

    def add(self, values: Array) -> None:
        """Count magnitudes; NaN stands for none."""
        magnitude = np.abs(values[~np.isnan(values)])
        finite = magnitude[(magnitude > 0) & np.isfinite(magnitude)]
        self.zeros += int((magnitude == 0).sum())
        self.infinities += int(np.isinf(magnitude).sum())
        self.bins.update(np.ceil(np.log2(finite) * PER_OCTAVE).astype(int).tolist())

    def merge(self, other: Histogram) -> None:
        """Take in another's counts."""
        self.zeros += other.zeros
        self.infinities += other.infinities
        self.bins.update(other.bins)

    @property
    def total(self) -> int:
        return self.zeros + self.infinities + sum(self.bins.values())

    def quantile(self, q: float) -> float | None:
        """The upper edge of the bin that holds the q-quantile; None where nothing was counted."""
        rank, seen = q * self.total, self.zeros
        if not self.total:
            return None
        if seen >= rank and self.zeros:
            return 0.0
        for b in sorted(self.bins):
            seen += self.bins[b]
            if seen >= rank:
                return float(2.0 ** min(b / PER_OCTAVE, 1023.9))
        return float("inf")
