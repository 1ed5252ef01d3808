"""A record on the terminal: the verdict in a sentence, what is wrong, the matrix; plain text in a pipe."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ...manual.case import Case
from ..errors import shown
from ..judging.discrepancy import LIKELY, Discrepancy
from ..judging.replay import Replay, ReplayEntry
from ..judging.verdict import Verdict
from ..output import columns, stream
from ..record.record import Record
from .matrix import gathered, order
from .words import COUNTS, figures, replay_command, sentence, sight

SHOWN = 5
"""How many discrepancies are spelled out."""
PIPE_WIDTH = 160


def render(record: Record, folder: Path | None) -> str:
    """The whole report as text; `folder` is where the record and its cases lie, if they were written."""
    return _printed(
        [
            sentence(record),
            *_discrepancies(record, folder),
            *_complaints(record.summary),
            _verdicts(record.summary),
            _matrix(record),
            *_lost_digits(record),
            *_known(record.summary),
            *sight(record),
            _sharpness(record.summary),
        ]
    )


def _printed(parts: Iterable[str | Table]) -> str:
    width = columns()
    terminal, width = width is not None, width or PIPE_WIDTH
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, highlight=False, markup=False)
    for part in parts:
        console.print(shown(part) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _discrepancies(record: Record, folder: Path | None) -> list[str]:
    found = record.discrepancies
    shown = [f"{one}{_replay_line(record, one, folder)}" for one in found[:SHOWN]]
    cases = record.summary["wrong_cases"]
    more = [f"… and {cases - len(shown)} more such cases (record.json)."] if cases > len(shown) else []
    return [*shown, *more, LIKELY] if found else []


def _replay_line(record: Record, one: Discrepancy, folder: Path | None) -> str:
    return f"\n    replay: {replay_command(record, folder, one.case, one.backend, one.layout)}" if folder else ""


def _complaints(summary: dict[str, Any]) -> list[str]:
    unsupported = [
        f"unsupported: {row['backend']}, {row['cases']} cases: {row['reason']}"
        for row in summary["unsupported_reasons"]
    ]
    stale = [f"STALE known deviation: {message}" for message in summary["stale_deviations"]]
    unsteady = [f"UNSTEADY: {message}" for message in summary.get("unsteady", [])]
    return [*(f"FAILED: {message}" for message in summary["failures"][:SHOWN]), *stale, *unsteady, *unsupported]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD if stream().isatty() else box.ASCII2)
    for column in columns:
        table.add_column(
            column,
            justify="left" if column in ("backend", "cost", "dtype", "activation", "part") else "right",
            no_wrap=True,
        )
    return table


def _verdicts(summary: dict[str, Any]) -> str:
    counts = [f"{verdict.word} {summary[verdict.word]:,}" for verdict in Verdict]
    lost = summary.get("lost", 0)
    counts[Verdict.LOSSY] += f" (lost {lost:,})" if lost else ""
    return f"entries: {', '.join(counts)}"


def _matrix(record: Record) -> Table:
    table = _table(
        "worst error/bound, end to end and in one step (at most 1, also beside a known deviation); errors in ulp",
        *(
            "backend",
            "cost",
            "dtype",
            "whole",
            "step",
            "ulp 99 %",
            "max ulp",
            "lossy",
            "lost",
            "known",
            "wrong",
            "undecided",
        ),
    )
    for row in sorted(gathered(record.cells, "backend", "cost", "dtype"), key=order(record)):
        counts = [*(row.counts[word] for word in COUNTS), row.undecided]
        table.add_row(*row.key, *figures(row), *(f"{n:,}" if n else "·" for n in counts))
    return table


def _lost_digits(record: Record) -> list[Table]:
    lossy = gathered(record.cells, "backend", "activation", "dtype", where=lambda cell: bool(cell["lossy"]))
    if not lossy:
        return []
    table = _table(
        "where digits are lost to the textbook's formula",
        "backend",
        "activation",
        "dtype",
        "entries",
        "lost",
        "max ulp",
    )
    for row in sorted(lossy, key=lambda row: -row.counts["lossy"])[: 2 * SHOWN]:
        table.add_row(*row.key, f"{row.counts['lossy']:,}", f"{row.counts['lost']:,}", figures(row)[3])
    return [table]


def _known(summary: dict[str, Any]) -> list[str]:
    return [f"known deviation: {row['what']} ({row['reference']})" for row in summary["known_deviations"]]


def _sharpness(summary: dict[str, Any]) -> str:
    visible = summary["smallest_visible_error"]
    seconds = f"{summary['seconds']:.0f} s."
    if visible["median"] is None:
        return seconds
    return (
        f"An error in one weight gradient of a calm float64 network would have been seen from {visible['median']:.1e} "
        f"(relative; half of the entries) or {visible['p99']:.1e} (99 %). {seconds}"
    )


def render_replay(case: Case, result: Replay) -> str:
    """Every entry of a case, what is wrong first."""
    table = _table(
        f"case {case.id}: {case.architecture}, {case.dtype}",
        "backend",
        "part",
        "entry",
        "got",
        "truth",
        "bound",
        "ulp",
        "verdict",
    )
    for entry in sorted(result.entries, key=lambda entry: entry.verdict != Verdict.WRONG):
        table.add_row(*_replay_row(entry))
    return _printed([*map(str, result.discrepancies), table])


def _replay_row(entry: ReplayEntry) -> tuple[str, ...]:
    index = ", ".join(map(str, entry.index))
    ulps = "" if entry.ulps != entry.ulps else f"{entry.ulps:.3g}"
    numbers = (f"{entry.got:.17g}", f"{entry.truth:.17g}", f"{entry.bound:.2g}", ulps)
    return (entry.backend, str(entry.place), f"[{index}]", *numbers, entry.verdict.word)
