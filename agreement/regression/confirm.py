"""A second opinion before a gate closes on a matter of degree: the same cases in a fresh process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..environment import changes, environment
from ..errors import UsageError
from ..record.record import Record
from .baseline import NOTED, Baseline, CellKey, cells_of, places
from .gate import Complaint, GateOutcome, Layer, compare


def confirmed(outcome: GateOutcome, record: Record, path: Path, baseline: Baseline) -> GateOutcome:
    """The outcome without those WORSE cells that a fresh process does not find worse; a note says which.

    All of them stand where the record was made in another environment than this one.
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
    found, repeated = GateOutcome(), cells_of(again)
    for place in places(again).values():
        known = {cell: figures for cell, figures in baseline.cells.get(place, {}).items() if cell in doubtful}
        compare(known, {cell: repeated[cell] for cell in known if cell in repeated}, found)
    still = {complaint.cell for complaint in found.complaints}
    passed = [cell for cell in dict.fromkeys(doubtful) if cell not in still]
    notes = [f"{cell}: worse in the record, not in a fresh process: the backend is unsteady" for cell in passed]
    standing = [complaint for complaint in outcome.complaints if not _withdrawn(complaint, passed)]
    used = {**outcome.used, **{cell: found.used.get(cell, 0.0) for cell in passed}}
    return replace(outcome, complaints=standing, notes=[*outcome.notes, *notes], used=used)


def _withdrawn(complaint: Complaint, passed: list[CellKey]) -> bool:
    return complaint.layer == Layer.WORSE and complaint.cell in passed


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
