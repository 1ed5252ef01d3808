"""The gate: a record held against a baseline, in layers, so that nothing passes by being absent.

Hard: what is wrong, failed or stale. Then what vanished. Then what got worse by more than a margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from ..environment import changes
from ..errors import UsageError
from ..judging.verdict import DECIDED, Verdict
from ..record.consistency import check
from ..record.record import Record
from .baseline import QUANTILES, SCALES, Baseline, CellKey, KernelKey, cells_of, places
from .likely_cause import cause
from .limits import count_limit, limit, measured

UNWELCOME = ("lossy", "known", "undetermined", "out_of_range", "blind", "unsupported")
SCALE_NAMES = {"ulps": "error end to end", "step_ulps": "error of one step"}


class Layer(StrEnum):
    """Why a gate closes."""

    WRONG = "WRONG"
    VANISHED = "VANISHED"
    WORSE = "WORSE"


@dataclass(frozen=True)
class Complaint:
    """One reason, in words, and the cell that it concerns, if it is one cell's."""

    layer: Layer
    text: str
    cell: CellKey | None = None

    def __str__(self) -> str:
        return f"{self.layer}: {self.text}"


class Compared(NamedTuple):
    """How many cells of which backends were held against the baseline of a place."""

    place: KernelKey
    cells: int
    backends: tuple[str, ...]


@dataclass(frozen=True)
class GateOutcome:
    """What a gate found: complaints close it; notes and changes of the environment are only told."""

    complaints: list[Complaint] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    """What was held against what, a place each."""
    held: list[CellKey] = field(default_factory=list)
    """The cells that stand in both."""
    strangers: list[CellKey] = field(default_factory=list)
    """Cells of the record that the baseline does not have: they are not compared."""
    used: dict[CellKey, float] = field(default_factory=dict)
    """How much of its margin a cell that stands in both has used up: above 1 the gate closes."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the record's backends."""

    def of(self, layer: Layer) -> list[Complaint]:
        """The complaints of one layer."""
        return [complaint for complaint in self.complaints if complaint.layer == layer]

    @property
    def accepted(self) -> int:
        """How many of the cells that stand in both no complaint concerns."""
        return len({*self.held} - {complaint.cell for complaint in self.complaints})


def gate(record: Record, baseline: Baseline) -> GateOutcome:
    """Hold a record against a baseline; UsageError where the two cannot be compared at all."""
    check(record.document, "the record")
    if record.corpus["hash"] != baseline.corpus["hash"]:
        raise UsageError(
            f"the record judges corpus {record.corpus['hash'] or 'without a hash'}, "
            f"the baseline is of {baseline.corpus['hash']}: make the record with `check --corpus frozen`"
        )
    outcome, cells = GateOutcome(complaints=list(hard(record))), cells_of(record)
    outcome.notes.extend(record.summary.get("unsteady", []))
    outcome.versions.update(record.summary["backends"])
    for place in _held(record, baseline):
        outcome.changes.extend(changes(baseline.environments[place], _noted(record, baseline.environments[place])))
        backends = tuple(sorted({cell.backend for cell in baseline.cells[place]}))
        outcome.compared.append(Compared(place, len(baseline.cells[place]), backends))
        compare(baseline.cells[place], {c: f for c, f in cells.items() if c.dtype == place.dtype}, outcome)
    outcome.changes[:] = dict.fromkeys(outcome.changes)
    return outcome


def _noted(record: Record, environment: dict[str, Any]) -> dict[str, Any]:
    return {key: record.document["environment"].get(key) for key in environment}


def _held(record: Record, baseline: Baseline) -> list[KernelKey]:
    """The places to compare at; UsageError where the baseline knows one of them not at all."""
    here = places(record)
    for place in here.values():
        if place not in baseline.cells:
            known = "; ".join(map(str, sorted(baseline.cells)))
            raise UsageError(f"the baseline has nothing for {place}; it has {known}. Add this one with --accept")
    isa_and_blas = {place[:2] for place in here.values()}
    return [place for place in sorted(baseline.cells) if place[:2] in isa_and_blas]


def hard(record: Record) -> Iterator[Complaint]:
    """Whatever no baseline excuses: wrong entries, backends that failed, stale known deviations."""
    found = record.discrepancies
    failures = record.summary["failures"]
    if failures:
        others = f" (and {len(failures) - 1} others)" if len(failures) > 1 else ""
        yield Complaint(Layer.WRONG, f"{failures[0]}{others}. Likely: {cause([])}")
    for message in record.summary["stale_deviations"]:
        yield Complaint(Layer.WRONG, f"stale known deviation: {message}. Likely: the library mended it; drop the row")
    for cell, figures in cells_of(record).items():
        if figures.get("wrong"):
            shown = [one for one in found if one.backend == cell.backend and one.dtype == cell.dtype]
            entries = f"{figures['wrong']} of {sum(figures.get(v.word, 0) for v in Verdict)} entries are wrong"
            yield Complaint(Layer.WRONG, f"{cell}: {entries}. Likely: {cause(shown)}", cell)


def compare(old: dict[CellKey, dict[str, Any]], new: dict[CellKey, dict[str, Any]], outcome: GateOutcome) -> None:
    """Hold the cells of one place against their baseline; what is found goes into the outcome."""
    backends = {cell.backend for cell in new}
    for backend in sorted({cell.backend for cell in old} - backends):
        outcome.complaints.append(Complaint(Layer.VANISHED, f"backend {backend} is in the baseline, not in the record"))
    for cell, figures in old.items():
        if cell in new:
            outcome.held.append(cell)
            _hold(cell, figures, new[cell], outcome)
        elif cell.backend in backends:
            outcome.complaints.append(Complaint(Layer.VANISHED, f"{cell}: the cell is not in the record", cell))
    outcome.strangers.extend(cell for cell in new if cell not in old)


def _hold(cell: CellKey, old: dict[str, Any], new: dict[str, Any], outcome: GateOutcome) -> None:
    """One cell against its baseline."""
    entries = [sum(figures.get(verdict.word, 0) for verdict in Verdict) for figures in (old, new)]
    if entries[0] != entries[1]:
        text = f"{cell}: {entries[0]} entries → {entries[1]}"
        outcome.complaints.append(Complaint(Layer.VANISHED, text, cell))
    for word in UNWELCOME:
        before, after = old.get(word, 0), new.get(word, 0)
        _use(cell, before, after, count_limit(before), outcome)
        if after > count_limit(before):
            text = f"{cell}: {word} entries {before} → {after} (limit {count_limit(before):.0f})"
            outcome.complaints.append(Complaint(Layer.WORSE, text, cell))
    for scale in SCALES:
        if scale in old:
            _hold_quantiles(cell, scale, old[scale], new.get(scale, {}), outcome)
        elif scale in new and any(old.get(verdict.word) for verdict in DECIDED):
            text = f"{cell}: {SCALE_NAMES[scale]}: the baseline has no quantiles of {new[scale]['of']} errors"
            outcome.complaints.append(Complaint(Layer.VANISHED, text, cell))


def _use(cell: CellKey, before: float, after: float, most: float, outcome: GateOutcome) -> None:
    """Note which part of the way from `before` to the limit a figure has gone."""
    part = max(0.0, (after - before) / (most - before)) if after <= most else math.inf
    outcome.used[cell] = max(outcome.used.get(cell, 0.0), part)


def _hold_quantiles(cell: CellKey, scale: str, old: dict[str, Any], new: dict[str, Any], outcome: GateOutcome) -> None:
    if not new:
        text = f"{cell}: {SCALE_NAMES[scale]}: {old['of']} errors were measured, now none"
        outcome.complaints.append(Complaint(Layer.VANISHED, text, cell))
        return
    of = min(old["of"], new["of"])
    for name, q in QUANTILES.items():
        before, after = (measured(figures[name], cell.dtype) for figures in (old, new))
        most = limit(before, q, of)
        if most is None:
            continue
        _use(cell, before, after, most, outcome)
        text = f"{cell}: {SCALE_NAMES[scale]}, {name} {old[name]:.3g} → {new[name]:.3g} ulp"
        if not after <= most:
            outcome.complaints.append(Complaint(Layer.WORSE, f"{text} (limit {most:.3g})", cell))
        elif before > (limit(after, q, of) or 0):
            outcome.better.append(text)
