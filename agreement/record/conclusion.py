"""What a run is worth: whether all agree, something disagrees, or too little was seen to say."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from ..tally.sharpness import FLOOR, Sharpness, percent


class RunVerdict(StrEnum):
    """The verdict on a whole run."""

    AGREE = "agree"
    DISAGREE = "disagree"
    INCOMPLETE = "incomplete"


class Conclusion(NamedTuple):
    """The verdict on a run, and what was not seen, a sentence each."""

    verdict: RunVerdict
    unseen: tuple[str, ...]


def concluded(summary: dict[str, Any]) -> Conclusion:
    """From a record's summary: a wrong entry, a failure, a stale deviation and what the run was told to fail
    on disagree, whatever else was not seen.
    """
    unseen = tuple(_unseen(summary))
    if failed_on(summary) or summary["wrong_cases"] or summary["failures"] or summary["stale_deviations"]:
        return Conclusion(RunVerdict.DISAGREE, unseen)
    return Conclusion(RunVerdict.INCOMPLETE if unseen else RunVerdict.AGREE, unseen)


def failed_on(summary: dict[str, Any]) -> str | None:
    """The entries that the run was told to fail on, in words; None where there are none of them."""
    word = summary.get("fail_on")
    return f"{summary[word]:,} {word} (--fail-on {word})" if word and summary[word] else None


def agreeing(summary: dict[str, Any]) -> list[str]:
    """The backends of which enough was seen, by name."""
    dull = {row.backend for row in seen(summary) if not row.enough}
    return [name for name in summary["backends"] if summary["decided"].get(name) and name not in dull]


def seen(summary: dict[str, Any]) -> list[Sharpness]:
    """By backend and dtype; nothing in a record from before it was counted."""
    return [Sharpness(**row) for row in summary.get("sharpness", [])]


def _unseen(summary: dict[str, Any]) -> Iterator[str]:
    yield from (f"not checked, {reason}" for reason in summary.get("missing", []))
    silent = [name for name in summary["backends"] if not summary["decided"].get(name)]
    yield from (f"no entry of {name} was decided" for name in silent)
    if not summary["backends"]:
        yield "no backend was asked"
    for row in seen(summary):
        if not row.enough and row.backend not in silent:
            yield (
                f"{percent(row.share)} of the nonzero ∂C/∂W and ∂C/∂b of {row.backend} in {row.dtype} "
                f"were judged sharply, {percent(FLOOR)} are needed"
            )
