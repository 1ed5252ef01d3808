"""The cells of a record: what all findings of one kind come to, kept in numbers that merge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ..manual.case import Pack
from ..manual.gradients import Place
from ..manual.shapes import Array
from .compare import Finding
from .histogram import NONE, Histogram, bins, occurrences
from .verdict import Verdict


class Key(NamedTuple):
    """What a cell gathers; activation is that of the entry's layer."""

    backend: str
    dtype: str
    cost: str
    activation: str
    regime: str
    quantity: str


Counts = list[dict[int, int]]
"""How often each bin, octave or verdict occurs, by regime."""


class Figures(NamedTuple):
    """What a finding comes to, worked out for all its cases at once: counts by regime, worst values by case."""

    verdicts: Counts
    ratio: Counts
    visible: Counts
    ulps: Counts
    signs: Counts
    step_signs: Counts
    worst: Array

    @classmethod
    def of(cls, finding: Finding, groups: Array) -> Figures:
        """`groups` says of each case in which regime it was drawn, 0, 1, …."""
        ulps = finding.ulps
        worst = (finding.ratio, finding.ratio_stable, finding.step_ratio, np.abs(ulps))
        return cls(
            verdicts=_by_group(finding.verdict, groups),
            ratio=_by_group(bins(finding.ratio), groups),
            visible=_by_group(bins(finding.visible), groups),
            ulps=_by_group(bins(ulps), groups),
            signs=_by_group(_signed_octaves(ulps), groups),
            step_signs=_by_group(_signed_octaves(finding.step_ulps), groups),
            worst=np.stack([_worst(one) for one in worst]),
        )


def _by_group(values: Array, groups: Array) -> Counts:
    """The occurrences in the cases of each group, by one sort."""
    shifted = values.reshape(len(groups), -1).astype(np.int32) + groups[:, None].astype(np.int32) * _APART
    counts: Counts = [{} for _ in range(int(groups.max()) + 1)]
    for code, n in occurrences(shifted).items():
        group = (code + _APART // 2) // _APART
        counts[group][code - group * _APART] = n
    for of_group in counts:
        of_group.pop(NONE, None)
    return counts


_APART = 2**15
"""More than twice any bin."""


@dataclass
class Cell:
    """Counts, worst values and histograms of the entries of one key."""

    cases: int = 0
    verdicts: Counter[int] = field(default_factory=Counter)
    ratio: Histogram = field(default_factory=Histogram)
    visible: Histogram = field(default_factory=Histogram)
    ulps: Histogram = field(default_factory=Histogram)
    signs: Counter[int] = field(default_factory=Counter)
    step_signs: Counter[int] = field(default_factory=Counter)
    worst_ratio: float = 0.0
    worst_ratio_stable: float = 0.0
    worst_step_ratio: float = 0.0
    worst_ulps: float = 0.0
    worst_case: str | None = None

    def add(self, figures: Figures, group: int, rows: Array, ids: list[str]) -> None:
        """Take in the cases of a finding that these rows select, a group of its figures; ids are theirs."""
        self.verdicts.update(figures.verdicts[group])
        self.ratio.count(figures.ratio[group])
        self.visible.count(figures.visible[group])
        self.ulps.count(figures.ulps[group])
        self.signs.update(figures.signs[group])
        self.step_signs.update(figures.step_signs[group])
        worst, stable, step, ulps = figures.worst[:, rows]
        ratio, case = min((-r, id) for r, id in zip(worst.tolist(), ids, strict=True))
        if (ratio, case) < (-self.worst_ratio, self.worst_case or "~"):
            self.worst_ratio, self.worst_case = -ratio, case
        self.worst_ratio_stable = max(self.worst_ratio_stable, float(stable.max()))
        self.worst_step_ratio = max(self.worst_step_ratio, float(step.max()))
        self.worst_ulps = max(self.worst_ulps, float(ulps.max()))

    def merge(self, other: Cell) -> None:
        """Take in another's counts; of equally bad cases the first by id is the worst, so order is no matter."""
        self.cases += other.cases
        self.verdicts.update(other.verdicts)
        self.signs.update(other.signs)
        self.step_signs.update(other.step_signs)
        for mine, theirs in ((self.ratio, other.ratio), (self.visible, other.visible), (self.ulps, other.ulps)):
            mine.merge(theirs)
        worst = min((self, other), key=lambda cell: (-cell.worst_ratio, cell.worst_case or "~"))
        self.worst_case, self.worst_ratio = worst.worst_case, worst.worst_ratio
        self.worst_ratio_stable = max(self.worst_ratio_stable, other.worst_ratio_stable)
        self.worst_step_ratio = max(self.worst_step_ratio, other.worst_step_ratio)
        self.worst_ulps = max(self.worst_ulps, other.worst_ulps)

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
            "worst_ratio": _number(self.worst_ratio),
            "worst_ratio_stable": _number(self.worst_ratio_stable),
            "worst_step_ratio": _number(self.worst_step_ratio),
            "median_ratio": _number(self.ratio.quantile(0.5)),
            "visible": {"median": _number(self.visible.quantile(0.5)), "p99": _number(self.visible.quantile(0.99))},
            "ulps": {
                "median": _number(self.ulps.quantile(0.5)),
                "p99": _number(self.ulps.quantile(0.99)),
                "max": _number(self.worst_ulps),
            },
            "ulp_histogram": _by_octave(self.signs),
            "step_ulp_histogram": _by_octave(self.step_signs),
            "worst_case": self.worst_case,
        }


def _by_octave(counts: Counter[int]) -> dict[str, int]:
    return {str(octave): n for octave, n in sorted(counts.items())}


def _worst(values: Array) -> Array:
    """The largest of each case, 0 where there is none."""
    return np.asarray(np.fmax.reduce(values.reshape(len(values), -1), axis=1, initial=0.0))


def _number(value: float | None) -> float | str | None:
    """JSON has no infinity: it is written as a word."""
    return "inf" if value == float("inf") else value


SMALLEST_OCTAVE = -6


def _signed_octaves(ulps: Array) -> Array:
    """Signed octaves: 0 for none, ±b for |ulps| in (2^(b−7), 2^(b−6)] (b = 1 also for less); NONE for no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        octave = np.maximum(np.ceil(np.log2(np.abs(ulps))), SMALLEST_OCTAVE + 1) - SMALLEST_OCTAVE
    signed = np.where(ulps == 0, 0.0, np.sign(ulps) * octave)
    return np.where(np.isfinite(ulps), signed, NONE).astype(np.int32)


def _key(backend: str, place: Place, pack: Pack, regime: str) -> Key:
    architecture = pack.architecture
    activation = architecture.activations[place.layer - 1]
    return Key(backend, pack.dtype.name, architecture.cost, activation, regime, place.quantity.value)


class Cells:
    """All cells of a run."""

    def __init__(self) -> None:
        self._cells: dict[Key, Cell] = {}

    def add(self, findings: Sequence[Finding], pack: Pack, ids: list[str], regimes: tuple[str, ...]) -> None:
        """Sort all findings of a backend in a pack into their cells, which count each of its cases once."""
        names = list(dict.fromkeys(regimes))
        groups = np.array([names.index(regime) for regime in regimes])
        rows = [np.flatnonzero(groups == group) for group in range(len(names))]
        figures = [Figures.of(finding, groups) for finding in findings]
        sizes: dict[Key, int] = {}
        for (finding, of), (group, regime) in product(zip(findings, figures, strict=True), enumerate(names)):
            key = _key(finding.backend, finding.place, pack, regime)
            chosen = rows[group]
            self._cells.setdefault(key, Cell()).add(of, group, chosen, [ids[row] for row in chosen])
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
