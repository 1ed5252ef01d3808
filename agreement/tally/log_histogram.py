"""Counts on logarithmic scales, by signed octave and by 1/8 octave: they merge exactly, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...manual.shapes import Array

SMALLEST_OCTAVE, LARGEST_OCTAVE = -6, 1030
"""Of an error in ulp that is counted by octave; what is smaller counts as the smallest."""
PER_OCTAVE = 8
"""Bins to a factor of two: a quantile is at most 9 % above the value it stands for."""
FINE, COARSE = 64, 32
"""Octaves either side of 1 that are divided so; beyond, a bin is this many octaves: enough to say that
all digits are lost, or none, and a histogram stays small however much it counts."""
EDGES = np.r_[
    -1056 * PER_OCTAVE : -FINE * PER_OCTAVE : COARSE * PER_OCTAVE,
    -FINE * PER_OCTAVE : FINE * PER_OCTAVE + 1,
    (FINE + COARSE) * PER_OCTAVE : 1024 * PER_OCTAVE + 1 : COARSE * PER_OCTAVE,
]
"""The upper edges of the bins, as b in 2^(b/8)."""

ZERO, INFINITE, NONE = 0, len(EDGES) + 1, len(EDGES) + 2
"""The slots of 0, of ∞ and of NaN, which stands for none; between the first two, one for each edge."""
SLOTS = len(EDGES) + 3
BLOCK = 45
"""Bits of a float64 below those that name a block: 1/128 of an octave, which holds one edge at most."""
INFINITY = np.array(np.inf).view(np.int64)


def _blocks() -> tuple[Array, Array]:
    """Of every block of positive floats the slot of its least, and the last bits that belong to it: bits of floats
    are in the order of the floats.
    """
    with np.errstate(over="ignore"):
        edges = np.r_[np.exp2(EDGES[:-1] / PER_OCTAVE).view(np.int64), INFINITY - 1, INFINITY, 2**63 - 1]
    least = np.arange(2 ** (63 - BLOCK)) << BLOCK
    first = np.searchsorted(edges, least)
    return (first + 1).astype(np.int16), edges[first]


FIRST_SLOT, LAST_BITS = _blocks()


def slots(values: Array) -> Array:
    """The slot of every magnitude: of the smallest edge that is not below it."""
    bits = np.abs(values).view(np.int64)
    block = bits >> BLOCK
    found = FIRST_SLOT[block] + (bits > LAST_BITS[block])
    found[bits == 0] = ZERO
    return found


def quantile(bins: Iterable[tuple[float, int]], q: float, width: float = 0.0) -> float | None:
    """The q-quantile of magnitudes counted in bins; None where nothing was counted.

    `bins` holds log2 of an upper edge (−∞ for 0, ∞ for ∞) and a count, in ascending order. Within a bin of
    this width, in octaves, the quantile moves geometrically; of width 0 it is the upper edge.
    """
    filled = [(upper, n) for upper, n in bins if n]
    rank, seen = q * sum(n for _, n in filled), 0
    for upper, n in filled:
        if seen + n >= rank:
            within = ((rank - seen) / n - 1) * width
            return float("inf") if upper == float("inf") else float(2.0 ** min(upper + within, 1023.9))
        seen += n
    return None


def stated(value: float | None) -> float | str | None:
    """A magnitude as a document holds it: JSON has no infinity, so it is written as a word."""
    return "inf" if value == float("inf") else value


def edge(octave: int) -> float:
    """The largest error, in ulp, that a signed octave counts; octave 0 counts no error at all."""
    return 2.0 ** min(_upper(octave), 1023)


def _upper(octave: int) -> float:
    return abs(octave) + SMALLEST_OCTAVE if octave else float("-inf")


def octave_quantile(counts: Mapping[int, int], q: float) -> float:
    """The q-quantile of the magnitudes of errors counted by signed octave, in ulp; 0 where none was counted."""
    gathered: Counter[float] = Counter()
    for octave, n in counts.items():
        gathered[_upper(octave)] += n
    return quantile(sorted(gathered.items()), q, width=1.0) or 0.0


class Histogram:
    """How many magnitudes fell into each bin; zeros and infinities apart."""

    def __init__(self, zeros: int = 0, infinities: int = 0, bins: Mapping[int, int] | None = None) -> None:
        self._counts = np.zeros(SLOTS, np.int64)
        self._counts[[ZERO, INFINITE]] = zeros, infinities
        for edge, n in (bins or {}).items():
            self._counts[ZERO + 1 + np.searchsorted(EDGES, edge)] += n

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
        return int(self._counts[:NONE].sum())

    def quantile(self, q: float) -> float | None:
        """The upper edge of the bin that holds the q-quantile; None where nothing was counted."""
        inside = ((b / PER_OCTAVE, n) for b, n in self.bins.items())
        return quantile([(float("-inf"), self.zeros), *inside, (float("inf"), self.infinities)], q)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.as_json() == other.as_json()

    __hash__ = None  # type: ignore[assignment]  # it counts on
