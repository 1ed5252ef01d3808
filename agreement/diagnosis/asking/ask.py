"""Asking a subject for the gradients of cases, in the layouts that it may work in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ....manual.case import Case
from .layout import Layout, candidates
from .outcome import CallOutcome
from .subject import Subject, call


@dataclass(frozen=True)
class Reply:
    """What came of one case in one layout."""

    number: int
    layout: Layout
    outcome: CallOutcome

    def as_json(self) -> dict[str, Any]:
        return {"number": self.number, "layout": asdict(self.layout), "outcome": self.outcome.as_json()}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Reply:
        """Back from the child's line."""
        return cls(row["number"], Layout(**row["layout"]), CallOutcome.from_json(row["outcome"]))


def ask(
    make: Callable[[], Subject | None], cases: Sequence[Case], layouts: list[Layout] | None, path: Path | None = None
) -> Iterator[Reply]:
    """Every case in every layout; in all that the subject may work in where none are given.

    Nested lists are tried only where no array brings an answer. `make` gives a new subject: one whose
    second answer differs is asked anew each time.
    """
    subject = make()
    assert subject is not None
    renewed = answered = False
    for layout in layouts or subject.layouts(list(candidates())):
        if layouts is None and layout.lists and answered:
            return
        for number, case in enumerate(cases):
            if layout.takes(case) and not (subject.single and case.examples > 1 and layout.examples == "flat"):
                subject = (make() or subject) if renewed else subject
                outcome = call(subject, layout, case, path)
                renewed, answered = renewed or not outcome.repeats, answered or outcome.raised is None
                yield Reply(number, layout, outcome)
