"""How far a correct answer may be from the exact one: by the running enclosure, and by forms in shared symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from flint import arb, ctx

from ...reference.graph.arrays import as_array, each, magnitudes
from ...reference.graph.exact import walk
from ...reference.graph.graph import OpenBranch
from ...reference.graph.rounding import FORMATS, as_read, widen, widened, with_rounded_literals
from ...reference.graph.zonotope.execution import COMPILED, OP_BY_OP, Execution
from ...reference.graph.zonotope.walk import error_radii
from ..judging.verdict import Verdict
from .subject import StepGraphs, StepSubject

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

    def __init__(self, subject: StepSubject, program: StepGraphs | None = None) -> None:
        self._subject, self._program = subject, program or subject.program
        self._running = _enclosed(self._program, subject.flushes)
        self._forms: dict[Execution, dict[int, Any] | None] = {}

    @cached_property
    def leaves_range(self) -> bool:
        """Whether a number on the way is beyond the largest of its dtype."""
        graph = self._program.gradient
        values = zip(graph.values, walk(graph, self._program.inputs), strict=True)
        return any(
            bool(np.any(np.isfinite(size) & (size > FORMATS[typed.dtype].largest)))
            for typed, value in values
            if typed.is_float and value is not None
            for size in [magnitudes(value)]
        )

    def is_sharp(self, mode: str) -> bool:
        """Whether forms could be carried through the program, executed in this mode."""
        return self._radii(mode) is not None

    def within(self, k: int, truth: Any, mode: str) -> Any:
        """Balls that hold every correct gradient of parameter k, around its truth."""
        number = self._program.gradients[k]
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
        program, flushes = self._program, self._subject.flushes
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


def _enclosed(program: StepGraphs, flushes: bool) -> list[Any] | None:
    """What holds every correct execution of each value; None where a tie leaves the way open."""
    graph = with_rounded_literals(program.gradient)
    try:
        with ctx.workprec(BITS):
            inputs = as_read(graph, program.inputs, flushes)
            return walk(graph, inputs, adjust=widen(graph, flushes, ranged=True))
    except OpenBranch:
        return None


class OtherFormulas:
    """What else a program may be executed by: its answers are no more wrong than those formulas are."""

    def __init__(self, subject: StepSubject) -> None:
        self._subject = subject
        self._made: dict[Verdict, tuple[AnswerDoubt, Sequence[Any]] | None] = {}

    def within(self, k: int, truth: Any, mode: str) -> Iterator[tuple[Verdict, Any]]:
        """By another formula's verdict: balls that hold every gradient of parameter k which it may give.

        They lie around the truth, moved by what the formula changes in the program where all is exact.
        """
        for verdict, make in self._subject.otherwise.items():
            if verdict not in self._made:
                self._made[verdict] = self._of(make())
            found = self._made[verdict]
            if found is not None:
                yield verdict, found[0].within(k, as_array(truth + found[1][k]), mode)

    def _of(self, program: StepGraphs | None) -> tuple[AnswerDoubt, Sequence[Any]] | None:
        if program is None:
            return None
        with ctx.workprec(FORM_BITS):
            pairs = zip(_gradients(program), _gradients(self._subject.program), strict=True)
            moved = [0 if a is None else as_array(a - b) for a, b in pairs]
        return AnswerDoubt(self._subject, program), moved


def _gradients(program: StepGraphs) -> list[Any]:
    values = walk(program.gradient, program.inputs)
    return [None if number is None else values[number] for number in program.gradients]


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
