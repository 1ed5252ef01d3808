"""The agreement matrix: the cells of a record gathered by backend, cost and dtype."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..judging.verdict import DECIDED, Verdict
from ..record.record import Record
from ..tally.log_histogram import octave_quantile


@dataclass
class MatrixRow:
    """The totals of some cells."""

    key: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    worst_ratio: float = 0.0
    worst_step_ratio: float = 0.0
    worst_unlisted: float = 0.0
    """Of either judgement, without the entries that a listed deviation explains."""
    worst_ulps: float = 0.0
    signed: Counter[int] = field(default_factory=Counter)
    visible: float = 0.0
    """The largest smallest-visible error of a cell, in 99 % of its entries."""

    def add(self, cell: dict[str, Any]) -> None:
        """Take in a cell."""
        for name in ("entries", *(verdict.word for verdict in Verdict)):
            self.counts[name] = self.counts.get(name, 0) + cell[name]
        self.counts["lost"] = self.counts.get("lost", 0) + cell.get("lost", 0)
        self.worst_ratio = max(self.worst_ratio, float(cell["worst_ratio"]))
        self.worst_step_ratio = max(self.worst_step_ratio, float(cell["worst_step_ratio"]))
        self.worst_unlisted = max(self.worst_unlisted, ratio_unlisted(cell))
        for octave, n in cell["ulp_histogram"].items():
            self.signed[int(octave)] += n
        self.visible = max(self.visible, float(cell["visible"]["p99"] or 0))
        self.worst_ulps = max(self.worst_ulps, float(cell["ulps"]["max"]))

    @property
    def undecided(self) -> int:
        """Entries of which nothing could be said."""
        return sum(self.counts[verdict.word] for verdict in Verdict if verdict not in DECIDED)

    def ulps_at(self, q: float) -> float:
        """The q-quantile of the errors in ulp."""
        return octave_quantile(self.signed, q)


def ratio_unlisted(cell: dict[str, Any]) -> float:
    """A cell's worst error/allowed without listed deviations; of both judgements in a record that does not know."""
    ratio = cell.get("worst_ratio_unlisted")
    return float(ratio) if ratio is not None else max(float(cell["worst_ratio"]), float(cell["worst_step_ratio"]))


def gathered(
    cells: Iterable[dict[str, Any]], *keys: str, where: Callable[[dict[str, Any]], bool] = bool
) -> list[MatrixRow]:
    """The cells that pass, a row for each combination of these keys, in order of appearance."""
    rows: dict[tuple[str, ...], MatrixRow] = {}
    for cell in filter(where, cells):
        key = tuple(cell[name] for name in keys)
        rows.setdefault(key, MatrixRow(key)).add(cell)
    return list(rows.values())


def order(record: Record) -> Callable[[MatrixRow], int]:
    """A sort key: backends as they were asked for."""
    requested = list(record.summary["backends"])
    return lambda row: requested.index(row.key[0]) if row.key[0] in requested else len(requested)
