"""Counts on a fixed logarithmic scale: they merge exactly, whatever made them and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..manual.shapes import Array

PER_OCTAVE = 8
"""Bins to a factor of two: a quantile is at most 9 % above the value it stands for."""
FINE, COARSE = 64, 32
"""Octaves either side of 1 that are divided so; beyond, a bin is this many octaves: enough to say that
all digits are lost, or none, and a histogram stays small however much it counts."""
EDGES = np.r_[
    -1088 * PER_OCTAVE : -FINE * PER_OCTAVE : COARSE * PER_OCTAVE,
    -FINE * PER_OCTAVE : FINE * PER_OCTAVE + 1,
    (FINE + COARSE) * PER_OCTAVE : 1056 * PER_OCTAVE + 1 : COARSE * PER_OCTAVE,
]
"""The upper edges of the bins, as b in 2^(b/8)."""

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


class Histogram:
    """How many magnitudes fell into each bin; zeros and infinities apart."""

    def __init__(self, zeros: int = 0, infinities: int = 0, bins: Mapping[int, int] | None = None) -> None:
        self.zeros, self.infinities = zeros, infinities
        self._counts = np.zeros(len(EDGES), np.int64)
        if bins:
            self.count(bins)

    @property
    def bins(self) -> dict[int, int]:
        """The counts by upper edge, where there are any."""
        filled = np.flatnonzero(self._counts)
        return dict(zip(EDGES[filled].tolist(), self._counts[filled].tolist(), strict=True))

    def as_json(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {"zeros": self.zeros, "infinities": self.infinities, "bins": self.bins}

    def add(self, values: Array) -> None:
        """Count magnitudes; NaN stands for none."""
        self.count(occurrences(bins(values)))

    def count(self, counts: Mapping[int, int]) -> None:
        """Count what is binned already."""
        self.zeros += counts.get(ZERO, 0)
        self.infinities += counts.get(INFINITE, 0)
        finite = {b: n for b, n in counts.items() if ZERO < b < INFINITE}
        np.add.at(self._counts, np.searchsorted(EDGES, list(finite)), list(finite.values()))

    def merge(self, other: Histogram) -> None:
        """Take in another's counts."""
        self.zeros += other.zeros
        self.infinities += other.infinities
        self._counts += other._counts

    @property
    def total(self) -> int:
        return self.zeros + self.infinities + int(self._counts.sum())

    def quantile(self, q: float) -> float | None:
        """The upper edge of the bin that holds the q-quantile; None where nothing was counted."""
        rank, seen = q * self.total, self.zeros
        if not self.total:
            return None
        if seen >= rank and self.zeros:
            return 0.0
        for b, n in self.bins.items():
            seen += n
            if seen >= rank:
                return float(2.0 ** min(b / PER_OCTAVE, 1023.9))
        return float("inf")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.as_json() == other.as_json()

    __hash__ = None  # type: ignore[assignment]  # it counts on
