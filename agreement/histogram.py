"""Counts on a fixed logarithmic scale: they merge exactly, whatever made them and in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..manual.shapes import Array

PER_OCTAVE = 8
"""Bins to a factor of two: a quantile is at most 9 % above the value it stands for."""
NONE, ZERO, INFINITE = -10_001, -10_000, 10_000
"""The bins of NaN, which stands for none, of 0 and of ∞: beyond those of any float."""


def bins(values: Array) -> Array:
    """The bin of every magnitude."""
    with np.errstate(divide="ignore", invalid="ignore"):
        octaves = np.ceil(np.log2(np.abs(values)) * PER_OCTAVE)
    numbered = np.fmax(np.maximum(octaves, ZERO), NONE)  # the first keeps NaN, the second does not
    return np.minimum(numbered, INFINITE).astype(np.int32)


FEW = 4096
"""So many integers are quicker sorted than counted."""


def occurrences(of: Array) -> dict[int, int]:
    """How often each integer occurs."""
    if of.size <= FEW:
        values, counts = np.unique(of, return_counts=True)
    else:
        lowest = int(of.min())
        every = np.bincount(of.ravel() - lowest)
        found = np.flatnonzero(every)
        values, counts = found + lowest, every[found]
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


@dataclass
class Histogram:
    """How many magnitudes fell in (2^((b−1)/8), 2^(b/8)], by b; zeros and infinities apart."""

    zeros: int = 0
    infinities: int = 0
    bins: Counter[int] = field(default_factory=Counter)

    def add(self, values: Array) -> None:
        """Count magnitudes; NaN stands for none."""
        self.count(occurrences(bins(values)))

    def count(self, counts: Mapping[int, int]) -> None:
        """Count what is binned already."""
        self.zeros += counts.get(ZERO, 0)
        self.infinities += counts.get(INFINITE, 0)
        self.bins.update({b: n for b, n in counts.items() if ZERO < b < INFINITE})

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
