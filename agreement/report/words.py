"""What all reports say alike."""

from __future__ import annotations

from ..record.record import Record
from .matrix import Row


def sentence(record: Record) -> str:
    """The verdict of a run in one sentence."""
    summary = record.summary
    names = ", ".join(f"{name} {version}" for name, version in summary["backends"].items()) or "no backend"
    judged = f"{summary['cases']} cases, {summary['architectures']} architectures, {summary['entries']:,} entries"
    if summary["wrong_cases"] or summary["failures"]:
        return f"DISAGREE: {names}; {judged}: {summary['wrong']:,} entries are wrong."
    if not sum(summary["decided"].values()):
        return f"NOTHING CHECKED: {names}; {judged}."
    return f"AGREE with the certified truth: {names}; {judged}, 0 wrong."


def figures(row: Row) -> tuple[str, ...]:
    """Worst ratio end to end and in one step, 99 % and largest error in ulp."""
    mark = "*" if row.counts["known"] else ""
    ratios = [f"{ratio:.2g}{mark if ratio > 1 else ''}" for ratio in (row.worst_ratio, row.worst_step_ratio)]
    return (*ratios, f"{row.ulps_at(0.99):.2g}", f"{row.worst_ulps:.2g}")
