"""Count the entries of a finding by regime, all that a cell needs, all cases at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...manual.shapes import Array
from ...reference.fast.switch import fast
from ..judging.finding import Finding
from ..judging.verdict import Verdict
from .log_histogram import SLOTS, slots
from .octaves import UNCOUNTED, by_octave, columns


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
        if fast():
            from .compiled_counts import counted

            return cls(*counted(finding, groups.of, len(groups.names)))
        return cls.by_numpy(finding, groups)

    @classmethod
    def by_numpy(cls, finding: Finding, groups: Groups) -> GroupCounts:
        """The same in passes of NumPy's."""
        ulps = finding.ulps
        worst = (finding.ratio, finding.ratio_stable, finding.step_ratio, finding.ratio_unlisted, np.abs(ulps))
        return cls(
            verdicts=groups.counts(finding.verdict, len(Verdict)),
            marks=np.stack([groups.counts(getattr(finding, mark), 2)[:, 1] for mark in MARKS], axis=1),
            ratio=groups.counts(slots(finding.ratio), SLOTS),
            visible=groups.counts(slots(finding.visible), SLOTS),
            signs=groups.counts(columns(ulps), UNCOUNTED + 1),
            step_signs=groups.counts(columns(finding.step_ulps), UNCOUNTED + 1),
            worst=np.stack([_worst(one) for one in worst]),
        )


class OneGroup(NamedTuple):
    """A group's share of GroupCounts: what is mostly 0 as counts of what there is, the rest as rows."""

    verdicts: dict[int, int]
    marks: dict[str, int]
    ratio: Array
    visible: Array
    signs: dict[int, int]
    step_signs: dict[int, int]
    worst: Array


def apart(figures: GroupCounts, rows: Sequence[Array]) -> Iterator[OneGroup]:
    """Group by group; `rows` are each group's cases."""
    verdicts = [{verdict: n for verdict, n in enumerate(row) if n} for row in figures.verdicts.tolist()]
    marks = [dict(zip(MARKS, row, strict=True)) for row in figures.marks.tolist()]
    octaves = by_octave(figures.signs), by_octave(figures.step_signs)
    worst = [figures.worst[:, chosen] for chosen in rows]
    for each in zip(verdicts, marks, figures.ratio, figures.visible, *octaves, worst, strict=True):
        yield OneGroup(*each)


def _worst(values: Array) -> Array:
    """The largest of each case, 0 where there is none."""
    return np.asarray(np.fmax.reduce(values.reshape(len(values), -1), axis=1, initial=0.0))
