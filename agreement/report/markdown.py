"""A record as Markdown: for a pull request, and for a job's summary page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..errors import one_line, shown
from ..record.record import Record
from .matrix import MatrixRow, gathered
from .words import COUNTS, figures, sentence, sight


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; what would end a cell, or be HTML, is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(plain(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def plain(text: str) -> str:
    """A text on one line that is no HTML, and opens no code."""
    return one_line(text, 2000).replace("&", "&amp;").replace("<", "&lt;").replace("`", "\\`")


def render(record: Record) -> str:
    """The verdict, the agreement matrix with the worst rows first, and what is wrong."""
    return "\n\n".join(_parts(record)) + "\n"


def _badness(row: MatrixRow) -> tuple[float, ...]:
    return -row.counts["wrong"], -row.counts["known"], -max(row.worst_ratio, row.worst_step_ratio)


def _parts(record: Record) -> Iterator[str]:
    yield f"**{sentence(record)}**"
    rows = sorted(gathered(record.cells, "backend", "cost", "dtype"), key=_badness)
    head = ("backend", "cost", "dtype", "error/bound", "one step", "ulp 99 %", "max ulp", *COUNTS)
    yield table(head, ([*row.key, *figures(row), *(f"{row.counts[word]:,}" for word in COUNTS)] for row in rows))
    for message in (*record.summary["failures"], *record.summary["stale_deviations"]):
        yield f"- {plain(message)}"
    for message in record.summary.get("unsteady", []):
        yield f"- unsteady: {plain(message)}"
    for discrepancy in record.discrepancies:
        yield f"```\n{shown(str(discrepancy)).replace('```', '` ` `')}\n```"
    yield from sight(record)
    visible = record.summary["smallest_visible_error"]
    if visible["median"] is not None:
        half, most = (float(visible[name]) for name in ("median", "p99"))
        yield (
            f"Smallest relative error seen in a weight gradient of a calm float64 network: {half:.1e} "
            f"in half of the entries, {most:.1e} in 99 %."
        )
