"""Errors counted by octave, as a record's cells hold them: quantiles, read off between the edges."""

from __future__ import annotations

from collections.abc import Mapping

from .counts import SMALLEST_OCTAVE


def edge(octave: int) -> float:
    """The largest error, in ulp, that this octave counts; octave 0 counts no error at all."""
    return 2.0 ** min(abs(octave) + SMALLEST_OCTAVE, 1023) if octave else 0.0


def quantile(counts: Mapping[int, int], q: float) -> float:
    """The q-quantile of the magnitudes, geometric within its octave, so that it moves as smoothly as they do.

    0 where it falls among errors of exactly 0, or nothing was counted.
    """
    gathered: dict[int, int] = {}
    for octave, n in counts.items():
        gathered[abs(octave)] = gathered.get(abs(octave), 0) + n
    rank, seen = q * sum(gathered.values()), 0
    for octave in sorted(gathered):
        n = gathered[octave]
        if seen + n >= rank:
            return edge(octave) * 2.0 ** ((rank - seen) / n - 1) if octave else 0.0
        seen += n
    return 0.0
