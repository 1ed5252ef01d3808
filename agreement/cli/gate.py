"""`backproof gate`: fail on what got worse."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..environment import changes
from ..errors import UsageError
from ..files import probe
from ..output import say
from ..record.conclusion import RunVerdict
from ..record.record import Record
from ..regression.baseline import Baseline, places
from ..regression.confirm import confirmed
from ..regression.gate import GateOutcome, Layer, gate, hard
from ..report import github
from ..report.gated import gate_lines
from ..screen.text import printed
from .exit_codes import AGREE, DISAGREE, NOTHING_CHECKED

SHOWN_CELLS = 5
WORDS = {Layer.WRONG: "is wrong", Layer.VANISHED: "vanished", Layer.WORSE: "got worse"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the record, the baseline, and whether to write it."""
    parser.add_argument("record", type=Path, metavar="RECORD", help="the record.json of `check --corpus frozen`")
    parser.add_argument("--baseline", type=Path, required=True, metavar="FILE", help="what it is held against")
    parser.add_argument("--format", choices=("text", "github"), default="text", help="github adds annotations")
    parser.add_argument("--accept", action="store_true", help="write this record's figures into the baseline")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Hold the record against the baseline and say what moved, or write the baseline and say what changed in it.

    Returns:
        The exit code: 1 for what is wrong or worse, 5 for what vanished or an incomplete record, else 0.

    Raises:
        UsageError: The record or the baseline is damaged, or a record with wrong entries is to be accepted.

    """
    record = Record.load(given.record)
    if record.conclusion.verdict is RunVerdict.INCOMPLETE:
        say(printed([f"? gate: CLOSED: the record is incomplete: {'; '.join(record.conclusion.unseen)}"]), end="")
        return NOTHING_CHECKED
    if given.accept:
        probe(given.baseline)
        return _accept(record, given.baseline)
    baseline = Baseline.load(given.baseline)
    outcome = confirmed(gate(record, baseline), record, given.record, baseline)
    if given.format == "github":
        say("\n".join(github.errors(str(complaint) for complaint in outcome.complaints)))
    code = exit_code(outcome)
    say(printed(gate_lines(outcome, f"exit {code}: {ending(outcome)}")), end="")
    return code


def ending(outcome: GateOutcome) -> str:
    """Why the command ends with the code that it does."""
    found = [layer for layer in Layer if outcome.of(layer)]
    return f"something {' and something '.join(WORDS[layer] for layer in found)}" if found else "nothing got worse"


def exit_code(outcome: GateOutcome) -> int:
    """Give the exit code for what the gate found.

    Arguments:
        outcome: What is held against the record.

    Returns:
        1 for what is wrong or worse, 5 for what merely vanished, 0 where nothing is held against the record.

    """
    if outcome.of(Layer.WRONG) or (outcome.of(Layer.WORSE) and not outcome.of(Layer.VANISHED)):
        return DISAGREE
    return NOTHING_CHECKED if outcome.complaints else AGREE


def _environment(changed: Iterable[str]) -> str:
    return f"  changed since: {'; '.join(dict.fromkeys(changed)) or 'nothing'}"


def _accept(record: Record, path: Path) -> int:
    """Write the baseline, unless something is wrong; say what of it changed."""
    wrong = list(hard(record))
    if wrong:
        raise UsageError(f"a record with wrong entries cannot become a baseline: {wrong[0].text}")
    old = Baseline.load(path) if path.exists() else Baseline(record.corpus)
    fits = old.corpus["hash"] == record.corpus["hash"]
    new = (old if fits else Baseline(record.corpus)).with_record(record)
    new.save(path)
    say(printed(_accepted(record, old, new, path)), end="")
    return AGREE


def _accepted(record: Record, old: Baseline, new: Baseline, path: Path) -> Iterator[str]:
    before, after = ({(p, c): f for p, cells in one.cells.items() for c, f in cells.items()} for one in (old, new))
    changed = [cell for (place, cell), figures in after.items() if before.get((place, cell), figures) != figures]
    added, gone = len({*after} - {*before}), len({*before} - {*after})
    if not (changed or added or gone):
        yield f"✓ gate: {path}: nothing changed"
    else:
        yield f"✓ gate: accepted into {path}: {len(changed)} cells changed, {added} new, {gone} gone"
    yield ""
    here = {place[:2] for place in places(record).values()}
    machines = " and ".join(f"{isa} with {blas}" for isa, blas in sorted(here))
    yield f"  for: {', '.join(places(record))} on {machines}, corpus {new.corpus['hash']}"
    said = [
        change
        for place in places(record).values()
        if place in old.environments
        for change in changes(old.environments[place], new.environments[place])
    ]
    yield _environment(said)
    yield from (f"    {cell}" for cell in changed[:SHOWN_CELLS])
    if len(changed) > SHOWN_CELLS:
        yield f"    … and {len(changed) - SHOWN_CELLS} more: the diff of {path} shows them"
