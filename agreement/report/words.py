"""What all reports say alike."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..cases.layouts import CONTIGUOUS
from ..judging.discrepancy import GRADIENTS
from ..judging.finding import SHARP, SHARP_IN_16_BITS
from ..record.conclusion import RunVerdict, agreeing, failed_on, seen
from ..record.record import Record
from ..tally.sharpness import percent
from .matrix import MatrixRow

COUNTS = ("lossy", "lost", "known", "wrong")
"""What the matrix counts beside its errors."""


def sentence(record: Record) -> str:
    """The verdict of a run in one sentence, and what was not seen; a backend that was not seen agrees with nothing."""
    summary, conclusion = record.summary, record.conclusion
    wrong = f"{summary['wrong']:,} wrong"
    judged = (
        f"{summary['cases']:,} cases, {summary['architectures']:,} architectures, {summary['entries']:,} entries, "
        f"{'; '.join(filter(None, [wrong, failed_on(summary)]))}"
    )
    unseen = "; ".join(conclusion.unseen)
    if conclusion.verdict is RunVerdict.DISAGREE:
        return (
            f"DISAGREE: {_named(summary, summary['backends'])}; {judged}.{f' INCOMPLETE: {unseen}.' if unseen else ''}"
        )
    agree = agreeing(summary)
    said = f"with the certified truth: {_named(summary, agree)}; {judged}."
    if conclusion.verdict is RunVerdict.AGREE:
        return f"AGREE {said}"
    rest = f"agree {said}" if agree else f"nobody can be said to agree; {judged}."
    return f"INCOMPLETE: {unseen}. The rest: {rest}"


def _named(summary: dict[str, Any], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {summary['backends'][name]}" for name in names) or "no backend"


def sight(record: Record) -> list[str]:
    """Which share of every backend's gradients was judged sharply, a line each; none in a record that does not know."""
    shares: dict[str, list[str]] = {}
    for row in filter(lambda row: row.nonzero, seen(record.summary)):
        shares.setdefault(row.backend, []).append(f"{percent(row.share)} ({row.dtype})")
    head = f"nonzero ∂C/∂W and ∂C/∂b judged sharper than {SHARP:g} (in 16 bits {SHARP_IN_16_BITS:g})"
    lines = [f"{head}: {name} {', '.join(shares[name])}" for name in record.summary["backends"] if name in shares]
    return [*lines, *_unbounded(record.summary)]


def _unbounded(summary: dict[str, Any]) -> list[str]:
    n = summary.get("unbounded", 0)
    return [f"no finite bound, so that any answer passes there and counts for nothing: {n:,} entries"] if n else []


def replay_command(record: Record, folder: Path, case: str, backend: str, layout: str = CONTIGUOUS) -> str:
    """What judges one case of a record again, to be pasted into a shell."""
    return " ".join(replay_words(record, folder, case, backend, layout))


def replay_words(record: Record, folder: Path, case: str, backend: str, layout: str = CONTIGUOUS) -> list[str]:
    """The words of that command, each quoted where a shell needs it."""
    command = ["backproof", "replay"] if record.judged == GRADIENTS else ["backproof", "hvp", "--replay"]
    requested = record.document["settings"].get("addresses", {}).get(backend, backend)
    lying = [] if layout == CONTIGUOUS else ["--layout", layout]
    file = str(folder / "cases" / f"{case}.json")
    rows = [word for address in _rows_of(record, case) for word in ("--activation", address)]
    return [shlex.quote(word) for word in (*command, file, "--backend", requested, *rows, *lying)]


def _rows_of(record: Record, case: str) -> list[str]:
    """The addresses of the rows of the user's own that a case has."""
    rows, stored = record.document["settings"].get("rows", {}), record.document["cases"].get(case, {})
    names = stored.get("architecture", {}).get("activations", ())
    return [rows[name] for name in dict.fromkeys(names) if name in rows]


def figures(row: MatrixRow) -> tuple[str, ...]:
    """Worst ratio end to end and in one step, 99 % and largest error in ulp."""
    ratios = [f"{ratio:.2g}" for ratio in (row.worst_ratio, row.worst_step_ratio)]
    return (*ratios, f"{row.ulps_at(0.99):.2g}", f"{row.worst_ulps:.2g}")
