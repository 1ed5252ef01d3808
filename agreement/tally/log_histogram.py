"""Counts on a fixed logarithmic scale: they merge exactly, whatever made them and in any order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...manual.shapes import Array

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

LOWEST, HIGHEST = int(EDGES[0]), int(EDGES[-1])
"""Beyond the edges of any float."""
NONE, ZERO, INFINITE = 0, 1, len(EDGES) + 2
"""The slots of NaN, which stands for none, of 0 and of ∞; between the last two, one for each edge."""
SLOTS = len(EDGES) + 3
_SLOT_OF = np.r_[NONE, ZERO, np.searchsorted(EDGES, np.arange(LOWEST, HIGHEST + 1)) + 2, INFINITE]
"""By the upper edge, from LOWEST − 2 on."""


def slots(values: Array) -> Array:
    """The slot of every magnitude."""
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.log2(np.abs(values))
    edges *= PER_OCTAVE
    np.ceil(edges, out=edges)
    np.maximum(edges, LOWEST - 1, out=edges)
    np.fmax(edges, LOWEST - 2, out=edges)  # the line before kept NaN, this one does not
    np.minimum(edges, HIGHEST + 1, out=edges)
    return _SLOT_OF[edges.astype(np.intp) - (LOWEST - 2)]


class Histogram:
    """How many magnitudes fell into each bin; zeros and infinities apart."""

    def __init__(self, zeros: int = 0, infinities: int = 0, bins: Mapping[int, int] | None = None) -> None:
        self._counts = np.zeros(SLOTS, np.int64)
        self._counts[[ZERO, INFINITE]] = zeros, infinities
        for edge, n in (bins or {}).items():
            self._counts[_SLOT_OF[edge - (LOWEST - 2)]] += n

    @property
    def zeros(self) -> int:
        return int(self._counts[ZERO])

    @property
    def infinities(self) -> int:
        return int(self._counts[INFINITE])

    @property
    def bins(self) -> dict[int, int]:
        """The counts by upper edge, where there are any."""
        of_edges = self._counts[ZERO + 1 : INFINITE]
        filled = np.flatnonzero(of_edges)
        return dict(zip(EDGES[filled].tolist(), of_edges[filled].tolist(), strict=True))

    def as_json(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {"zeros": self.zeros, "infinities": self.infinities, "bins": self.bins}

    def add(self, values: Array) -> None:
        """Count magnitudes; NaN stands for none."""
        self.count(np.bincount(slots(values).ravel(), minlength=SLOTS))

    def count(self, counts: Array) -> None:
        """Count what is sorted into slots already."""
        self._counts += counts

    def merge(self, other: Histogram) -> None:
        """Take in another's counts."""
        self._counts += other._counts

    @property
    def total(self) -> int:
        return int(self._counts[ZERO:].sum())

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
