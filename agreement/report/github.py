"""A record for GitHub Actions: annotations on stdout, the summary page of the job."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import shown
from ..record.record import Record
from . import markdown

SUMMARY_FILE = "GITHUB_STEP_SUMMARY"
"""Names the file that the summary of a step is appended to."""
ANNOTATIONS = 10
"""GitHub shows no more of one step."""
SUMMARY_BYTES = 2**20 - 1
"""The largest summary of a step, less one."""
CUT = "\n\n… cut here: a summary holds 1 MiB. The whole is in record.json.\n"


def render(record: Record, folder: Path) -> str:
    """Annotations for what is wrong; the summary goes to $GITHUB_STEP_SUMMARY, or follows where that is unset."""
    complaints = [*map(str, record.discrepancies), *record.summary["failures"], *record.summary["stale_deviations"]]
    unsteady = record.summary.get("unsteady", [])
    said = "".join(f"{line}\n" for line in (*errors(complaints), *marked("warning", unsteady)))
    summary = limited(markdown.render(record))
    file = os.environ.get(SUMMARY_FILE)
    if not file:
        return said + summary
    with Path(file).open("a", encoding="utf-8") as page:
        page.write(summary)
    return said


def errors(complaints: Iterable[str]) -> list[str]:
    """An `::error` line for each of the first complaints."""
    return marked("error", complaints)


def marked(level: str, sentences: Iterable[str]) -> list[str]:
    """A line of this level for each of the first sentences, escaped as the runner wants it."""
    shown = list(sentences)[:ANNOTATIONS]
    return [f"::{level} title=backproof::{_escaped(sentence)}" for sentence in shown]


def _escaped(text: str) -> str:
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def limited(text: str, size: int = SUMMARY_BYTES) -> str:
    """The text, or as many whole lines of it as fit with a word that it was cut."""
    raw = text.encode()
    if len(raw) <= size:
        return text
    start = raw[: size - len(CUT.encode())].decode(errors="ignore")
    return start[: start.rindex("\n")] + CUT
