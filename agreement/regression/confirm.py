"""A second opinion before a gate closes on a matter of degree: the same cases in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from ..environment import changes, environment
from ..errors import UsageError
from ..record.record import Record
from .baseline import NOTED, Baseline, CellKey, cells_of, places
from .gate import GateOutcome, Layer, compare


def confirmed(outcome: GateOutcome, record: Record, path: Path, baseline: Baseline) -> GateOutcome:
    """The outcome without those WORSE cells that a fresh process judges and does not find worse; a note says which.

    A cell that it does not judge stands; all of them where the record was made in another environment than this one.
    """
    doubtful = [complaint.cell for complaint in outcome.of(Layer.WORSE) if complaint.cell]
    if not doubtful:
        return outcome
    said, here = record.document["environment"], environment()
    elsewhere = changes({key: said.get(key) for key in NOTED}, {key: here.get(key) for key in NOTED})
    if elsewhere:
        return _noted(outcome, f"not tried again, the record was made elsewhere: {'; '.join(elsewhere)}")
    try:
        again = _again(record, path, doubtful)
    except (OSError, UsageError) as error:
        return _noted(outcome, f"could not be tried again: {error}")
    return _without(outcome, _held_again(again, baseline, doubtful), doubtful)


def _held_again(again: Record, baseline: Baseline, doubtful: Collection[CellKey]) -> GateOutcome:
    """The doubtful cells of a fresh record, held against the baseline of its own places."""
    found, repeated = GateOutcome(), cells_of(again)
    for place in places(again).values():
        known = {cell: figures for cell, figures in baseline.cells.get(place, {}).items() if cell in doubtful}
        compare(known, {cell: repeated[cell] for cell in known if cell in repeated}, found)
    return found


def _without(outcome: GateOutcome, found: GateOutcome, doubtful: Iterable[CellKey]) -> GateOutcome:
    """An outcome without what a fresh process refutes: only a cell that was held again can be."""
    still, passed, notes = {complaint.cell for complaint in found.complaints}, [], []
    for cell in dict.fromkeys(doubtful):
        if cell not in found.held:
            notes.append(f"{cell}: could not be tried again: a fresh process did not judge it")
        elif cell not in still:
            passed.append(cell)
            notes.append(f"{cell}: worse in the record, not in a fresh process: the backend is unsteady")
    standing = [one for one in outcome.complaints if one.layer != Layer.WORSE or one.cell not in passed]
    used = {**outcome.used, **{cell: found.used.get(cell, 0.0) for cell in passed}}
    return replace(outcome, complaints=standing, notes=[*outcome.notes, *notes], used=used)


def _noted(outcome: GateOutcome, note: str) -> GateOutcome:
    return replace(outcome, notes=[*outcome.notes, note])


def _again(record: Record, path: Path, cells: Iterable[CellKey]) -> Record:
    """The record's cases of these dtypes and costs, judged by `backproof check` in a process of its own."""
    cells = list(cells)
    requested = record.document["settings"]["backends"]
    named = sorted({cell.backend for cell in cells})
    choice = {
        "backend": named if set(named) <= set(requested) else requested,
        "dtype": sorted({cell.dtype for cell in cells}),
        "cost": sorted({cell.cost for cell in cells}),
    }
    words = [f"--{option}={value}" for option, values in choice.items() for value in values]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "backproof.agreement",
            "check",
            f"--cases-from={path}",
            f"--out={folder}",
            *words,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not (Path(folder) / "record.json").is_file():
            raise UsageError(done.stderr.strip() or f"check ended with exit code {done.returncode}")
        return Record.load(Path(folder) / "record.json")
