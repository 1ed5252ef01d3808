"""Count the entries of a finding by regime, all that a cell needs, all cases at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...manual.shapes import Array
from ..judging.finding import Finding
from ..judging.verdict import Verdict
from .log_histogram import LARGEST_OCTAVE, SLOTS, SMALLEST_OCTAVE, slots

MIDDLE = LARGEST_OCTAVE - SMALLEST_OCTAVE
"""The column of no error; errors of either sign on either side."""
UNCOUNTED = 2 * MIDDLE + 1
"""The column of what is no number."""


class Groups(NamedTuple):
    """The regimes of a pack's cases: their names, and of each case which of them."""

    names: tuple[str, ...]
    of: Array

    @classmethod
    def by(cls, regimes: tuple[str, ...]) -> Groups:
        """In the order in which they first occur."""
        names = tuple(dict.fromkeys(regimes))
        return cls(names, np.array([names.index(regime) for regime in regimes]))

    def counts(self, columns: Array, width: int) -> Array:
        """How often each column occurs in each group: a row of this width to a group."""
        cases = len(self.of)
        codes = columns.reshape(cases, -1) + (self.of * width)[:, None]
        counts = np.bincount(codes.ravel(), minlength=len(self.names) * width)
        return counts.reshape(len(self.names), width)


MARKS = ("lost", "nonzero", "sharp", "unbounded")
"""What an entry may be besides its verdict, as Finding has it."""


class GroupCounts(NamedTuple):
    """Counts, a row to a group: of verdicts, of marks, of the slots of histograms, of signed octaves of
    errors; and the worst values of each case.
    """

    verdicts: Array
    marks: Array
    ratio: Array
    visible: Array
    signs: Array
    step_signs: Array
    worst: Array

    @classmethod
    def of(cls, finding: Finding, groups: Groups) -> GroupCounts:
        """All of a finding."""
        ulps = finding.ulps
        worst = (finding.ratio, finding.ratio_stable, finding.step_ratio, finding.ratio_unlisted, np.abs(ulps))
        return cls(
            verdicts=groups.counts(finding.verdict, len(Verdict)),
            marks=np.stack([groups.counts(getattr(finding, mark), 2)[:, 1] for mark in MARKS], axis=1),
            ratio=groups.counts(slots(finding.ratio), SLOTS),
            visible=groups.counts(slots(finding.visible), SLOTS),
            signs=groups.counts(_octaves(ulps), UNCOUNTED + 1),
            step_signs=groups.counts(_octaves(finding.step_ulps), UNCOUNTED + 1),
            worst=np.stack([_worst(one) for one in worst]),
        )


def by_octave(row: Array) -> dict[int, int]:
    """A row of signed octaves as counts: 0 for none, ±b for |ulps| in (2^(b−7), 2^(b−6)], b = 1 also for less."""
    filled = np.flatnonzero(row[:UNCOUNTED])
    return dict(zip((filled - MIDDLE).tolist(), row[filled].tolist(), strict=True))


def by_verdict(row: Array) -> dict[int, int]:
    """A row of verdicts as counts."""
    return {verdict: n for verdict, n in enumerate(row.tolist()) if n}


def _octaves(ulps: Array) -> Array:
    """The column of each signed error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        octaves = np.log2(np.abs(ulps))
        np.ceil(octaves, out=octaves)
        np.maximum(octaves, SMALLEST_OCTAVE + 1, out=octaves)
        octaves -= SMALLEST_OCTAVE
        octaves *= np.sign(ulps)
    octaves += MIDDLE
    octaves[~np.isfinite(octaves)] = UNCOUNTED
    return octaves.astype(np.intp)


def _worst(values: Array) -> Array:
    """The largest of each case, 0 where there is none."""
    return np.asarray(np.fmax.reduce(values.reshape(len(values), -1), axis=1, initial=0.0))
