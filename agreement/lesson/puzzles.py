"""Spot the planted mistake: rows of the catalogue, run on the lesson's network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case
from ...manual.gradients import Gradients, Place
from ...manual.shapes import Array
from ..catalogue.mistakes import MISTAKES, Mistake

CANDIDATES = {"BP2": ("M06", "M07", "M11"), "BP4": ("M25", "M23", "M09"), "BP1": ("M01", "M02", "M03")}
"""For each equation, mistakes to plant; the first that shows in the network is."""
EQUATIONS = ("BP1", "BP2", "BP3", "BP4")


@dataclass(frozen=True)
class Puzzle:
    """A planted mistake by its id: every gradient that comes out, and the right one."""

    id: str
    equation: str
    rows: tuple[tuple[Place, Array, Array], ...]

    @property
    def right(self) -> int:
        """Which of the four equations it is in."""
        return EQUATIONS.index(self.equation)


def puzzles(case: Case) -> Iterator[Puzzle]:
    """One for each equation that has a mistake which shows."""
    right = backprop(case)
    for equation, ids in CANDIDATES.items():
        for mistake in map(MISTAKES.__getitem__, ids):
            rows = _rows(mistake, case, right) if mistake.applies(case.architecture) else ()
            if any(not np.allclose(got, true) for _, got, true in rows):
                yield Puzzle(mistake.id, equation, rows)
                break


def _rows(mistake: Mistake, case: Case, right: Gradients[Array]) -> tuple[tuple[Place, Array, Array], ...]:
    """What comes out of the mistake beside what is right; nothing where it cannot run."""
    try:
        got = dict(mistake.form.gradients(case).items())
    except ValueError:
        return ()
    shown = [(place, got[place], true) for place, true in right.items() if place.quantity in EQUATIONS]
    return tuple(shown) if all(wrong.shape == true.shape for _, wrong, true in shown) else ()
