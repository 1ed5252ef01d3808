"""`backproof gate`: fail on what got worse."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from ..environment import changes
from ..errors import UsageError, one_line
from ..files import probe
from ..output import say
from ..record.conclusion import RunVerdict
from ..record.record import Record
from ..regression.baseline import Baseline, places
from ..regression.confirm import confirmed
from ..regression.gate import Compared, GateOutcome, Layer, gate, hard
from ..report import github
from ..screen.text import printed
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED

SHOWN, SHOWN_CELLS = 20, 5
LONGEST_LINE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The record, the baseline, and whether to write it."""
    parser.add_argument("record", type=Path, metavar="RECORD", help="the record.json of `check --corpus frozen`")
    parser.add_argument("--baseline", type=Path, required=True, metavar="FILE", help="what it is held against")
    parser.add_argument("--format", choices=("text", "github"), default="text", help="github adds annotations")
    parser.add_argument("--accept", action="store_true", help="write this record's figures into the baseline")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Hold the record against the baseline and say what moved, or write the baseline and say what changed in it."""
    record = Record.load(given.record)
    if record.conclusion.verdict is RunVerdict.INCOMPLETE:
        say(printed([f"gate: CLOSED: the record is incomplete: {'; '.join(record.conclusion.unseen)}"]), end="")
        return NOTHING_CHECKED
    if given.accept:
        probe(given.baseline)
        return _accept(record, given.baseline)
    baseline = Baseline.load(given.baseline)
    outcome = confirmed(gate(record, baseline), record, given.record, baseline)
    if given.format == "github":
        say("\n".join(github.errors(str(complaint) for complaint in outcome.complaints)))
    say(printed(lines(outcome)), end="")
    return exit_code(outcome)


def exit_code(outcome: GateOutcome) -> int:
    """1 for what is wrong or worse, 5 for what merely vanished, 0 where nothing is held against the record."""
    if outcome.of(Layer.WRONG) or (outcome.of(Layer.WORSE) and not outcome.of(Layer.VANISHED)):
        return DISAGREE
    return NOTHING_CHECKED if outcome.complaints else AGREE


def lines(outcome: GateOutcome) -> list[str]:
    """What the gate says: the verdict, what was compared, what changed since; then the reasons."""
    n = len(outcome.complaints)
    said = [f"gate: CLOSED by {n} {'finding' if n == 1 else 'findings'}" if n else "gate: open"]
    said += [f"compared: {_compared(outcome)}", f"accepted: {_margin(outcome)}", _environment(outcome.changes)]
    said += [str(complaint) for complaint in outcome.complaints[:SHOWN]]
    if len(outcome.complaints) > SHOWN:
        said.append(f"… and {len(outcome.complaints) - SHOWN} more")
    said += [f"note: {note}" for note in outcome.notes[:SHOWN]]
    return [one_line(line, LONGEST_LINE) for line in said]


def _compared(outcome: GateOutcome) -> str:
    """How many cells of what, on which machines; dtypes of one machine are named together."""
    by_machine = groupby(outcome.compared, lambda one: one.place[:2])
    machines = [(where, list(parts)) for where, parts in by_machine]
    return "; ".join(f"{_cells(parts)} on {isa} with {blas}" for (isa, blas), parts in machines) or "nothing"


def _cells(parts: list[Compared]) -> str:
    names = ", ".join(sorted({name for part in parts for name in part.backends}))
    return f"{sum(part.cells for part in parts)} cells of {names} in {', '.join(part.place.dtype for part in parts)}"


def _margin(outcome: GateOutcome) -> str:
    """How many cells are as accepted; what is better, and what the baseline does not know."""
    said = [f"{outcome.accepted} cells are within the margin of the baseline"]
    if outcome.better:
        said.append(f"{len(outcome.better)} figures are better (--accept keeps them), as {outcome.better[0]}")
    if outcome.strangers:
        cells = f"{len(outcome.strangers)} cells are not in it and not compared (--accept adds them)"
        said.append(f"{cells}, as {outcome.strangers[0]}")
    return "; ".join(said)


def _environment(changed: Iterable[str]) -> str:
    return f"changed in the environment: {'; '.join(dict.fromkeys(changed)) or 'nothing'}"


def _accept(record: Record, path: Path) -> int:
    """Write the baseline, unless something is wrong; say what of it changed."""
    wrong = list(hard(record))
    if wrong:
        raise UsageError(f"a record with wrong entries cannot become a baseline: {wrong[0].text}")
    old = Baseline.load(path) if path.exists() else Baseline(record.corpus)
    fits = old.corpus["hash"] == record.corpus["hash"]
    new = (old if fits else Baseline(record.corpus)).with_record(record)
    new.save(path)
    say(printed(one_line(line, LONGEST_LINE) for line in _accepted(record, old, new, path)), end="")
    return AGREE


def _accepted(record: Record, old: Baseline, new: Baseline, path: Path) -> Iterator[str]:
    before, after = ({(p, c): f for p, cells in one.cells.items() for c, f in cells.items()} for one in (old, new))
    changed = [cell for (place, cell), figures in after.items() if before.get((place, cell), figures) != figures]
    added, gone = len({*after} - {*before}), len({*before} - {*after})
    if not (changed or added or gone):
        yield f"{path}: nothing changed"
    else:
        yield f"gate: accepted into {path}: {len(changed)} cells changed, {added} new, {gone} gone"
    here = {place[:2] for place in places(record).values()}
    machines = " and ".join(f"{isa} with {blas}" for isa, blas in sorted(here))
    yield f"for: {', '.join(places(record))} on {machines}, corpus {new.corpus['hash']}"
    said = [
        change
        for place in places(record).values()
        if place in old.environments
        for change in changes(old.environments[place], new.environments[place])
    ]
    yield _environment(said)
    yield from (f"  {cell}" for cell in changed[:SHOWN_CELLS])
    if len(changed) > SHOWN_CELLS:
        yield f"  … and {len(changed) - SHOWN_CELLS} more: the diff of {path} shows them"
