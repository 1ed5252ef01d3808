"""The forms of the catalogue's mistakes by name, and the program with some of them in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....manual.case import Case
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from ...catalogue.mistakes import MISTAKES
from ...catalogue.row import MistakeForm
from ...catalogue.trace import FAILURES, RIGHT, PassSteps, Trace
from .conventions import Convention

BEFORE = {"z", "a", "bp1", "bp2"}
"""The steps that δ depends on."""


@dataclass(frozen=True)
class NamedForm:
    """A form of a mistake."""

    id: str
    form: MistakeForm
    rank: int = 0
    """How many plainer forms the mistake has."""

    def __hash__(self) -> int:
        return hash((self.id, self.rank))

    @property
    def early(self) -> bool:
        """It spoils δ."""
        return bool(set(self.form.steps) & BEFORE)

    def __str__(self) -> str:
        return f"{self.id} ({self.form.label})" if self.form.label else self.id


def program_with(mistakes: Sequence[NamedForm], case: Case) -> PassSteps:
    """The right program with the mistakes in it that can be made on such a network."""
    made = [named.form.steps for named in mistakes if named.form.needs(case.architecture)]
    return RIGHT._replace(**{slot: step for steps in made for slot, step in steps.items()})


def forms_of(convention: Convention, early: bool) -> list[NamedForm]:
    """Those that mean anything in a convention, and spoil δ or not."""
    deep = convention.architecture((2, 2, 2))
    one = convention.architecture((2, 2, 1))
    return [
        named
        for row in MISTAKES.values()
        for rank, form in enumerate(row.forms)
        if (named := NamedForm(row.id, form, rank)).early == early and (form.needs(deep) or form.needs(one))
    ]


def pairs_of(forms: Sequence[NamedForm]) -> Iterator[tuple[NamedForm, ...]]:
    """Two forms in different steps, of different mistakes."""
    for first, second in itertools.combinations(forms, 2):
        if first.id != second.id and not set(first.form.steps) & set(second.form.steps):
            yield first, second


def passed_back(mistakes: tuple[NamedForm, ...], case: Case, share: float) -> tuple[Trace, Gradients[Array]] | None:
    """One pass of a program with these mistakes; None where such a program fails."""
    program = program_with(mistakes, case)
    try:
        with np.errstate(all="ignore"):
            trace = program.forward(case, share)
            return trace, program.backward(trace)
    except FAILURES:
        return None
