"""`backproof diff`: which cells moved between two records."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..documents import to_json
from ..output import say
from ..record.record import Record
from ..regression.diff import Diff, Move, Versions, diff
from ..regression.identical_errors import identical_errors
from ..report import markdown
from ..report.matrix import ratio_unlisted
from ..screen.numbers import counted, ratio, times
from ..screen.text import printed, table
from ..tally.cells import Key
from .exit_codes import AGREE, DISAGREE

SHOWN, SHOWN_PAIRS, NAMED = 20, 5, 2
HEAD = ("cell", "worst error of allowed, old → new", "errors: median", "99 %", "verdicts")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the two records, and how to print."""
    parser.add_argument("old", type=Path, metavar="OLD", help="a record.json")
    parser.add_argument("new", type=Path, metavar="NEW", help="a later one")
    parser.add_argument("--all", action="store_true", help="also the cells that moved within the gate's margin")
    parser.add_argument("--format", choices=("text", "json", "github"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Print which cells moved from one record to the other.

    Returns:
        The exit code: 1 where a cell vanished or has more wrong entries, else 0.

    Raises:
        UsageError: A record cannot be read.

    """
    old, new = Record.load(given.old), Record.load(given.new)
    result, shared = diff(old, new), identical_errors(new)
    if given.format == "json":
        document = {**result.as_json(), "shared": [pair.as_json() for pair in shared]}
        say(to_json(document))
    else:
        both = [f"{pair}: a sign of shared code, or of the same formula." for pair in shared[:SHOWN_PAIRS]]
        if given.format == "github":
            say("\n".join([*_markdown(result, given.all), *both]))
        else:
            say(printed([*_text(result, given.all), *both]), end="")
    return DISAGREE if result.worse else AGREE


def _head(result: Diff, everything: bool) -> Iterator[str]:
    both = [row for row in result.backends if None not in (row.old, row.new)]
    beyond, within = (sum(getattr(row, name) for row in both) for name in ("beyond", "within"))
    hidden = " (--all lists them)" if within and not everything else ""
    yield f"{beyond} of {result.cells} cells moved beyond the gate's margin, {within} within it{hidden}."
    yield from (f"  {_versions(row)}" for row in result.backends)
    told = {row.backend.partition(".")[0] for row in both if row.old != row.new}
    others = [change for change in result.changes if change.partition(" ")[0] not in told]
    yield f"Changed in the environment: {'; '.join(others) or 'nothing else'}."
    if not result.same_cases:
        yield "The two records judge different cases: only how errors are distributed can be compared."


def _versions(row: Versions) -> str:
    """A backend's versions, and what of it moved."""
    if row.old is None or row.new is None:
        return f"{row.backend} {row.old or row.new}: only in the {'new' if row.old is None else 'old'} record"
    version = f"{row.old} in both" if row.old == row.new else f"{row.old} → {row.new}"
    return f"{row.backend} {version}: {row.beyond} cells beyond the margin, {row.within} within"


def _chosen(result: Diff, everything: bool) -> list[Move]:
    """The rows to show: none of a backend that stands in one record only, as a line says that already."""
    both = {row.backend for row in result.backends if None not in (row.old, row.new)}
    rows = result.moves if everything else result.beyond
    return [move for move in rows if move.key.backend in both]


def _text(result: Diff, everything: bool) -> Iterator[str]:
    yield from _head(result, everything)
    yield from (f"  {line}" for line in _of_one_record(_chosen(result, everything)))
    moves = [move for move in _chosen(result, everything) if _in_both(move)]
    if moves:
        yield ""
        head = ("worst of allowed", "errors: median", "99 %", "cell; verdicts that changed")
        yield from table(head, map(_columns, moves[:SHOWN]))
    if len(moves) > SHOWN:
        yield f"… and {len(moves) - SHOWN} more (--format json)."


def _columns(move: Move) -> tuple[str, ...]:
    """What fits a screen of a row."""
    cell, *numbers, verdicts = _row(move)
    return (*numbers, f"{cell}; {verdicts}" if verdicts else cell)


def _markdown(result: Diff, everything: bool) -> Iterator[str]:
    yield from (f"{line.strip()}\n" for line in _head(result, everything))
    yield from (f"{line}\n" for line in _of_one_record(_chosen(result, everything)))
    moves = [move for move in _chosen(result, everything) if _in_both(move)]
    if moves:
        yield markdown.table(HEAD, map(_row, moves[:SHOWN]))


def _in_both(move: Move) -> bool:
    return move.old is not None and move.new is not None


def _of_one_record(moves: list[Move]) -> Iterator[str]:
    """The cells that vanished or are new, a line for each backend: how many, and what they have in common."""
    groups: dict[tuple[str, str], list[Key]] = {}
    for move in moves:
        if not _in_both(move):
            groups.setdefault(("new" if move.old is None else "VANISHED", move.key.backend), []).append(move.key)
    for (word, backend), keys in groups.items():
        common = ", ".join(_named(name, {getattr(key, name) for key in keys}) for name in Key._fields[1:])
        yield f"{backend}: {counted(len(keys), 'cell')} {word}: {common}"


def _named(field: str, values: set[str]) -> str:
    """A few values by name, many by their number."""
    plural = {"activation": "activations", "quantity": "quantities"}.get(field, f"{field}s")
    return "/".join(sorted(values)) if len(values) <= NAMED else f"{len(values)} {plural}"


def _row(move: Move) -> tuple[str, ...]:
    cell = ", ".join(move.key)
    assert move.old is not None
    assert move.new is not None
    verdicts = ", ".join(f"{word} {old} → {new}" for word, (old, new) in move.verdicts.items())
    worst = " → ".join(_of_allowed(ratio_unlisted(one)) for one in (move.old, move.new))
    return (cell, worst, _grown(move.old, move.new, "median"), _grown(move.old, move.new, "p99"), verdicts)


def _of_allowed(worst: float) -> str:
    return ratio(worst) if worst <= 1 else "beyond"


def _grown(old: dict[str, Any], new: dict[str, Any], quantile: str) -> str:
    """By how much an error grew: ×2 means that one binary digit more is lost."""
    before, after = (float(cell["ulps"][quantile] or 0) for cell in (old, new))
    if before == after:
        return "as it was"
    return times(after / before) if before else "0 before"
