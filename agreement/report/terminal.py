"""A record on the terminal: who is wrong and who is right, a line for each backend, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..cases.layouts import in_words
from ..judging.discrepancy import LIKELY
from ..record.conclusion import RunVerdict, failed_on
from ..record.record import Record
from ..screen.numbers import counted, together, took
from ..screen.rows import BarRow, bar_rows
from ..screen.text import WIDTH, columns, command, dimmed, padded, parts, printed, wrapped
from .blamed import underlined
from .standing import Standing, besides, standings
from .words import replay_words

SHOWN = 5
"""How many complaints of one kind are spelled out."""


def render(record: Record, folder: Path | None, where: str = "", ending: str = "", also: Sequence[str] = ()) -> str:
    """The whole report as text, at most 80 columns wide.

    Arguments:
        record: What is told.
        folder: Where the record and its cases lie, if they were written: replay commands name it.
        where: The file to look at next.
        ending: The last line: why the command ends as it does.
        also: What else is to be said of the run: how it was shared out, what it lost.

    """
    return printed(_lines(record, folder, where, ending, also))


def _lines(record: Record, folder: Path | None, where: str, ending: str, also: Sequence[str]) -> Iterator[str]:
    rows = standings(record)
    yield headline(record, rows)
    yield ""
    yield from _backends(record, rows, folder)
    yield from _complaints(record)
    yield from _sharpness(record.summary)
    yield ""
    yield from _ran(record, where)
    yield from (f"⟦dim⟧{line}⟦/⟧" for line in parts(also, 2))
    if ending:
        yield f"  ⟦dim⟧{ending}⟦/⟧"


def headline(record: Record, rows: list[Standing]) -> str:
    """The verdict of the run in a sentence or two: who is wrong in what, who is right, what was not seen."""
    wrong = [row for row in rows if row.mark == "✗"]
    verdict, right = record.conclusion.verdict, [row.name for row in rows if row.mark == "✓"]
    if verdict is RunVerdict.DISAGREE:
        return f"✗ ⟦bad⟧{accused(record, wrong)}⟦/⟧ {_right(right)}".rstrip()
    judged = f"{record.summary['wrong']:,} wrong of {sum(row.decided for row in rows):,} entries."
    if verdict is RunVerdict.INCOMPLETE:
        rest = f"{together(right)}: {judged}" if right else "Of nobody enough was seen to say."
        return f"? ⟦bold⟧Incomplete: {'; '.join(record.conclusion.unseen)}.⟦/⟧ {rest}"
    return f"✓ ⟦good⟧The {_judged(record)} are right:⟦/⟧ {judged}"


def _judged(record: Record) -> str:
    return "gradients" if record.judged == "gradients" else "Hessian-vector products"


def accused(record: Record, wrong: list[Standing]) -> str:
    """Who is wrong, in which equation; else what else disagrees."""
    said = [f"{row.name} is wrong in {together(list(row.equations))}." for row in wrong if row.wrong]
    said += [f"{row.name} gave no answer that could be judged." for row in wrong if not row.wrong]
    failed = failed_on(record.summary)
    said += [f"{failed}."] if failed else []
    said += ["A known deviation no longer shows."] if record.summary["stale_deviations"] else []
    said += ["A backend failed."] if record.summary["failures"] and not said else []
    return " ".join(said)


def _right(names: list[str]) -> str:
    return f"{together(names)} {'is' if len(names) == 1 else 'are'} right." if names else ""


def _backends(record: Record, rows: list[Standing], folder: Path | None) -> Iterator[str]:
    """A line for each backend, with notes under its counts."""
    yield from bar_rows(
        BarRow(
            row.mark,
            row.name,
            row.version,
            _count(row),
            row.worst if row.decided else None,
            notes=besides(row),
            below=list(_wrong(record, row, folder)) if row.first else (),
        )
        for row in rows
    )


def _count(row: Standing) -> str:
    if not row.decided:
        return "nothing decided"
    wrong = f"⟦bad⟧{row.wrong:,} wrong⟦/⟧" if row.wrong else "0 wrong"
    return f"{wrong} of {row.decided:,}"


def _wrong(record: Record, row: Standing, folder: Path | None) -> Iterator[str]:
    """The first equation that is wrong, the entry, and how to see it again."""
    one = row.first
    assert one is not None
    yield ""
    yield from wrapped(f"    ⟦bold⟧{padded(one.equation, 4)}⟦/⟧  {one.formula}", hang=10)
    said = list(_diagnosed(record, row))
    if not said and one.seen_in_the_gradient_alone:
        said = wrapped("          seen in the gradient alone: an equation before it may be the cause")
    yield from said
    yield from wrapped(f"    case  {one.architecture}, {one.dtype}, {one.regime}{in_words(one.layout)}", hang=10)
    yield from wrapped(f"          {one.symbol} is {one.truth:.4g}, {one.backend} {one.got:.4g}")
    if folder:
        yield "    again"
        yield from command(replay_words(record, folder, one.case, one.backend, one.layout), 6)
    yield ""


def _diagnosed(record: Record, row: Standing) -> Iterator[str]:
    """The mistake by name, the line of the source, and the mend, where a diagnosis found them."""
    for found in record.summary.get("diagnoses", []):
        if found["backend"] == row.name:
            yield from _source(f"    {found['file']}:{found['line']}   ", found["text"]) if found["text"] else ()
            yield from (line for said in found["said"].splitlines() for line in wrapped(f"          {said}"))


def _source(place: str, text: str) -> Iterator[str]:
    """A line of source with carets under the expression that is wrong; without them where it is too long for a line."""
    first, last = underlined(text) or (0, 0)
    if columns(place + text) > WIDTH or first == last:
        yield from wrapped(f"{place}⟦bad⟧{text}⟦/⟧", hang=10)
    else:
        yield f"{place}{text}"
        yield f"{' ' * columns(place + text[:first])}⟦bad⟧{'^' * columns(text[first:last])}⟦/⟧"


def _complaints(record: Record) -> Iterator[str]:
    """What failed, was missing, changed or is not supported; what the headline says is not said again."""
    summary, conclusion = record.summary, record.conclusion
    kinds = {
        "✗ failed": summary["failures"],
        "✗ known deviation that no longer shows": summary["stale_deviations"],
        "? not steady": summary.get("unsteady", []),
        "? incomplete": conclusion.unseen if conclusion.verdict is RunVerdict.DISAGREE else [],
        "? not supported": [
            f"{row['backend']}, {row['cases']} cases: {row['reason']}" for row in summary["unsupported_reasons"]
        ],
    }
    for kind, messages in kinds.items():
        for message in messages[:SHOWN]:
            yield from wrapped(f"  {kind}: {message}", hang=4)
        if len(messages) > SHOWN:
            yield f"    … and {len(messages) - SHOWN} more (record.json)"
    if summary["wrong"]:
        yield from dimmed(f"  {LIKELY}")


def _sharpness(summary: dict[str, Any]) -> Iterator[str]:
    """Where nothing could be seen, and how small an error would have been seen elsewhere."""
    if unbounded := summary.get("unbounded", 0):
        said = f"{unbounded:,} entries have no finite bound: any answer passes there, and counts for nothing"
        yield from dimmed(f"  {said}")
    visible = summary["smallest_visible_error"]
    if visible["median"] is not None and not summary["wrong"]:
        yield ""
        yield from wrapped(
            f"  A wrong weight gradient would have been seen from a relative error of {float(visible['median']):.1e} "
            f"(half of them) or {float(visible['p99']):.1e} (99 %), in calm float64 networks."
        )


def _ran(record: Record, where: str) -> list[str]:
    """How much was checked, and the file to look at."""
    summary, settings = record.summary, record.document["settings"]
    what = [counted(summary["cases"], "case"), counted(summary["architectures"], "architecture")]
    what += [f"shard {settings['shard']}"] if "shard" in settings else []
    drawn = (
        f"seed {settings['seed']}" if record.corpus["name"].startswith("drawn") else f"corpus {record.corpus['name']}"
    )
    ran = f"⟦dim⟧{', '.join([*what, drawn, took(summary['seconds'])])}⟦/⟧"
    return parts([ran, *([where] if where else [])], 2, between="     ")
