"""How far a correct answer may be from the exact one: by the running enclosure, and by forms in shared symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx

from ...reference.graph.arrays import each
from ...reference.graph.exact import walk
from ...reference.graph.graph import OpenBranch
from ...reference.graph.rounding import widen, widened, with_rounded_literals
from ...reference.graph.zonotope.execution import COMPILED, OP_BY_OP, Execution
from ...reference.graph.zonotope.walk import error_radii
from .subject import StepSubject

BITS, FORM_BITS = 64, 128


class Attempt(NamedTuple):
    """A way of carrying forms; the next is taken where it needs more multiplications than its limit."""

    as_compiled: bool
    split: bool
    limit: float


ATTEMPTS = (Attempt(as_compiled=False, split=False, limit=1.5e8), Attempt(as_compiled=True, split=True, limit=9e8))
"""What holds as compiled holds operation by operation, and has fewer symbols. Some seconds each."""


class AnswerDoubt:
    """The enclosures of the gradients that correct executions may give, by the way of executing."""

    def __init__(self, subject: StepSubject) -> None:
        self._subject = subject
        self._running = _enclosed(subject)
        self._forms: dict[Execution, dict[int, Any] | None] = {}

    def is_sharp(self, mode: str) -> bool:
        """Whether forms could be carried through the program, executed in this mode."""
        return self._radii(mode) is not None

    def within(self, k: int, truth: Any, mode: str) -> Any:
        """Balls that hold every correct gradient of parameter k, around its truth."""
        number = self._subject.program.gradients[k]
        if self._running is None:
            return _open(truth)
        if number is None:
            return truth
        found, radii = about(truth, self._running[number]), self._radii(mode)
        return found if radii is None else _narrower(truth, found, np.reshape(radii[number], np.shape(truth)))

    def _radii(self, mode: str) -> dict[int, Any] | None:
        execution = OP_BY_OP if (self._subject.framework, mode) == ("torch", "eager") else COMPILED
        if execution not in self._forms:
            self._forms[execution] = None if self._running is None else self._carried(self._running, execution)
        return self._forms[execution]

    def _carried(self, running: Sequence[Any], execution: Execution) -> dict[int, Any] | None:
        program, flushes = self._subject.program, self._subject.flushes
        for attempt in ATTEMPTS:
            way = COMPILED if attempt.as_compiled else execution
            with ctx.workprec(FORM_BITS):
                found = error_radii(
                    program.gradient,
                    program.inputs,
                    running,
                    way,
                    flushes=flushes,
                    limit=attempt.limit,
                    split=attempt.split,
                )
            if found is not None:
                return found
        return None


def _enclosed(subject: StepSubject) -> list[Any] | None:
    """What holds every correct execution of each value; None where a tie leaves the way open."""
    program, graph = subject.program, with_rounded_literals(subject.program.gradient)
    try:
        with ctx.workprec(BITS):
            return walk(graph, program.inputs, adjust=widen(graph, subject.flushes))
    except OpenBranch:
        return None


_around = each(lambda x, ball: x + _reach(x, ball) if x.is_finite() else x)


def about(truth: Any, enclosed: Any) -> Any:
    """The truth, widened as far as a right program's answers reach from it.

    What encloses the answers of a right program holds the truth. Where it does not, the program is wrong, and
    its answers are no measure: the radius alone is.
    """
    return _around(truth, np.reshape(enclosed, np.shape(truth)))


def _reach(x: arb, ball: arb) -> arb:
    if not ball.is_finite():
        return arb(0, np.inf)
    off, radius = abs(x - ball.mid()).abs_upper(), ball.rad()
    return arb(0, radius + off) if off <= radius else arb(0, radius)


def _open(truth: Any) -> Any:
    return _around(truth, np.full(np.shape(truth), arb(0, np.inf), dtype=object))


_narrower_ball = each(lambda x, wide, narrow: narrow if narrow.rad() < wide.rad() or not wide.is_finite() else wide)


def _narrower(truth: Any, found: Any, radii: Any) -> Any:
    finite = np.where(np.isfinite(radii), radii, 0.0)
    return np.where(np.isfinite(radii), _narrower_ball(truth, found, widened(truth, finite)), found)
