"""The cells of a record: the sums of all findings of one kind, in numbers that merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Place
from ..judging.finding import Finding
from ..judging.verdict import Verdict
from .counts import MARKS, GroupCounts, Groups, OneGroup, apart
from .log_histogram import Histogram, octave_quantile, stated


class Key(NamedTuple):
    """What a cell gathers; activation is that of the entry's layer."""

    backend: str
    dtype: str
    cost: str
    activation: str
    regime: str
    quantity: str


@dataclass
class Cell:
    """Counts, worst values and histograms of the entries of one key."""

    cases: int = 0
    verdicts: Counter[int] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    ratio: Histogram = field(default_factory=Histogram)
    visible: Histogram = field(default_factory=Histogram)
    signs: Counter[int] = field(default_factory=Counter)
    step_signs: Counter[int] = field(default_factory=Counter)
    worst_ratio: float = 0.0
    worst_ratio_stable: float = 0.0
    worst_step_ratio: float = 0.0
    worst_ratio_unlisted: float = 0.0
    """Of either judgement, without the entries that a listed deviation explains."""
    worst_ulps: float = 0.0
    worst_case: str | None = None

    def add(self, one: OneGroup, ids: list[str]) -> None:
        """Take in the cases of a finding that are of one regime; ids are theirs."""
        _took(self.verdicts, one.verdicts)
        _took(self.marks, one.marks)
        _took(self.signs, one.signs)
        _took(self.step_signs, one.step_signs)
        self.ratio.count(one.ratio)
        self.visible.count(one.visible)
        worst, stable, step, unlisted, ulps = one.worst.max(axis=1).tolist()
        if worst >= self.worst_ratio:
            case = min(ids[row] for row in np.flatnonzero(one.worst[0] == worst))
            self._take(worst, case)
        self.worst_ratio_stable = max(self.worst_ratio_stable, stable)
        self.worst_step_ratio = max(self.worst_step_ratio, step)
        self.worst_ratio_unlisted = max(self.worst_ratio_unlisted, unlisted)
        self.worst_ulps = max(self.worst_ulps, ulps)

    def merge(self, other: Cell) -> None:
        """Take in another's counts; of equally bad cases the first by id is the worst, so order is no matter."""
        self.cases += other.cases
        self.verdicts.update(other.verdicts)
        self.marks.update(other.marks)
        self.signs.update(other.signs)
        self.step_signs.update(other.step_signs)
        for mine, theirs in ((self.ratio, other.ratio), (self.visible, other.visible)):
            mine.merge(theirs)
        self._take(other.worst_ratio, other.worst_case)
        self.worst_ratio_stable = max(self.worst_ratio_stable, other.worst_ratio_stable)
        self.worst_step_ratio = max(self.worst_step_ratio, other.worst_step_ratio)
        self.worst_ratio_unlisted = max(self.worst_ratio_unlisted, other.worst_ratio_unlisted)
        self.worst_ulps = max(self.worst_ulps, other.worst_ulps)

    def _take(self, ratio: float, case: str | None) -> None:
        if (-ratio, case or "~") < (-self.worst_ratio, self.worst_case or "~"):
            self.worst_ratio, self.worst_case = ratio, case

    @property
    def entries(self) -> int:
        """How many entries were judged."""
        return sum(self.verdicts.values())

    def as_json(self) -> dict[str, Any]:
        """The cell as it stands in a record, without its key."""
        return {
            "cases": self.cases,
            "entries": self.entries,
            **{verdict.word: self.verdicts[verdict] for verdict in Verdict},
            **{mark: self.marks[mark] for mark in MARKS},
            "worst_ratio": stated(self.worst_ratio),
            "worst_ratio_stable": stated(self.worst_ratio_stable),
            "worst_step_ratio": stated(self.worst_step_ratio),
            "worst_ratio_unlisted": stated(self.worst_ratio_unlisted),
            "median_ratio": stated(self.ratio.quantile(0.5)),
            "visible": {"median": stated(self.visible.quantile(0.5)), "p99": stated(self.visible.quantile(0.99))},
            "ulps": {
                "median": octave_quantile(self.signs, 0.5),
                "p99": octave_quantile(self.signs, 0.99),
                "max": stated(self.worst_ulps),
            },
            "ulp_histogram": _by_octave(self.signs),
            "step_ulp_histogram": _by_octave(self.step_signs),
            "worst_case": self.worst_case,
        }


def _took(mine: Counter[Any], counts: Mapping[Any, int]) -> None:
    """Counter.update, which is slow where there is little to count."""
    for key, n in counts.items():
        mine[key] += n


def _by_octave(counts: Counter[int]) -> dict[str, int]:
    return {str(octave): n for octave, n in sorted(counts.items())}


def _key(backend: str, place: Place, pack: Pack, regime: str) -> Key:
    architecture = pack.architecture
    activation = architecture.activations[place.layer - 1]
    return Key(backend, pack.dtype.name, architecture.cost, activation, regime, place.quantity.value)


class Cells:
    """All cells of a run."""

    def __init__(self) -> None:
        self._cells: dict[Key, Cell] = {}

    def add(self, findings: Sequence[Finding], figures: Sequence[GroupCounts], pack: Pack, groups: Groups) -> None:
        """Sort all findings of a backend in a pack into their cells, which count each of its cases once."""
        rows = [np.flatnonzero(groups.of == group) for group in range(len(groups.names))]
        ids = [[pack[row].id for row in chosen.tolist()] for chosen in rows]
        sizes: dict[Key, int] = {}
        for finding, of in zip(findings, figures, strict=True):
            kind = _key(finding.backend, finding.place, pack, "")
            for regime, chosen, named, one in zip(groups.names, rows, ids, apart(of, rows), strict=True):
                key = kind._replace(regime=regime)
                if key not in self._cells:
                    self._cells[key] = Cell()
                self._cells[key].add(one, named)
                sizes[key] = len(chosen)
        for key, cases in sizes.items():
            self._cells[key].cases += cases

    def add_unsupported(self, backend: str, place: Place, entries: int, pack: Pack, regimes: tuple[str, ...]) -> None:
        """Count the entries of a part that a backend does not take, in each case."""
        for regime in regimes:
            cell = self._cells.setdefault(_key(backend, place, pack, regime), Cell())
            cell.verdicts[Verdict.UNSUPPORTED] += entries

    def put(self, key: Key, cell: Cell) -> None:
        """Take in one cell."""
        self._cells.setdefault(key, Cell()).merge(cell)

    def merge(self, other: Cells) -> None:
        """Take in another's cells."""
        for key, cell in other:
            self.put(key, cell)

    def worst_cases(self) -> set[str]:
        """The cases that some cell names as its worst."""
        return {cell.worst_case for cell in self._cells.values() if cell.worst_case}

    def __iter__(self) -> Iterator[tuple[Key, Cell]]:
        return iter(sorted(self._cells.items()))
