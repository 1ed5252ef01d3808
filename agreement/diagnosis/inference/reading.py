"""Reading a subject's answers: which list is which, in which order the layers stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....manual.case import Case
from ....manual.shapes import Array
from ..asking.ask import Reply
from ..asking.layout import Layout
from ..asking.outcome import CallOutcome
from .matching import SAME, SAME_SHORT


@dataclass(frozen=True)
class Observed:
    """An answer in the note's orientation, layer 1 first; shapes are as they came.

    `nabla_b` is empty where the network has no biases. Numbers that differ by no more than the part
    `same` of a layer's largest are the same, in the precision that was answered in.
    """

    nabla_w: tuple[Array, ...]
    nabla_b: tuple[Array, ...]
    delta: tuple[Array, ...] | None = None
    same: float = SAME


Evidence = Sequence[tuple[Case, Observed]]
"""Cases with what the subject answered, in the order in which hypotheses are tried on them."""


@dataclass(frozen=True)
class CaseAnswer:
    """What a subject answered to a case, and to each of its examples alone (none where that is unknown)."""

    case: Case
    regime: str
    observed: Observed | None
    raised: str | None
    singles: tuple[Observed | None, ...]


@dataclass(frozen=True)
class AnswerReading:
    """A layout, and how the two lists come back: ∂C/∂W first or second, the last layer first or last."""

    layout: Layout
    weights_first: bool = True
    backwards: bool = False

    def read(self, outcome: CallOutcome, case: Case) -> Observed | None:
        """The answer, or None where there is none; a layer that is missing counts as 0."""
        if outcome.raised is not None:
            return None
        named = outcome.parts
        first, second = ("first", "second") if self.weights_first else ("second", "first")
        w, b = named.get("nabla_w") or named.get(first, []), named.get("nabla_b") or named.get(second, [])
        delta = named.get("delta")
        return Observed(
            _padded([self.layout.weight(part) for part in self._ordered(w)], case.weights),
            _padded([self.layout.bias_back(part) for part in self._ordered(b)], case.biases),
            tuple(map(self.layout.layer, self._ordered(delta))) if delta else None,
            SAME_SHORT if short(outcome) else SAME,
        )

    def _ordered(self, parts: list[Array]) -> list[Array]:
        return parts[::-1] if self.backwards else parts

    def fit(self, outcome: CallOutcome, case: Case) -> int:
        """How many arrays have the shape of what they should be."""
        seen = self.read(outcome, case)
        if seen is None:
            return 0
        w = sum(_is(x.shape, y.shape) for x, y in zip(seen.nabla_w, case.weights, strict=False))
        b = sum(_is(x.shape, y.shape) for x, y in zip(seen.nabla_b, case.biases, strict=False))
        return w + b


def short(outcome: CallOutcome) -> bool:
    """It answered in float32 throughout."""
    return set(outcome.dtype.split(",")) == {"float32"}


def _padded(parts: list[Array], wanted: Sequence[Array]) -> tuple[Array, ...]:
    """Zeros for the layers that are missing: at the end where the shapes say so, else at the start."""
    missing = len(wanted) - len(parts)
    if missing <= 0:
        return tuple(parts)
    ends = all(_is(x.shape, y.shape) for x, y in zip(parts, wanted, strict=False))
    starts = all(_is(x.shape, y.shape) for x, y in zip(parts, wanted[missing:], strict=True))
    if ends and not starts:
        return (*parts, *map(np.zeros_like, wanted[-missing:]))
    return (*map(np.zeros_like, wanted[:missing]), *parts)


def _is(shape: tuple[int, ...], needed: tuple[int, ...]) -> bool:
    return shape == needed or (np.prod(shape, dtype=int) == 1 == np.prod(needed, dtype=int))


def readings(replies: Sequence[Reply], cases: Sequence[Case]) -> list[tuple[AnswerReading, dict[int, CallOutcome]]]:
    """The readings under which most cases are answered and most arrays have their shape, with the outcomes.

    Among equals the program that got further before it failed is the better understood one. One that
    answers for one example only is read so where that makes all its answers whole.
    """
    by_layout: dict[Layout, dict[int, CallOutcome]] = defaultdict(dict)
    for reply in replies:
        by_layout[reply.layout][reply.number] = reply.outcome
    scored = [
        (_score(reading, outcomes, cases), reading, outcomes)
        for layout, outcomes in by_layout.items()
        for reading in _orders(layout, outcomes)
    ]
    best = max((score for score, *_ in scored), default=(0, 0, 0))
    chosen = [(reading, outcomes) for score, reading, outcomes in scored if score == best]
    flat = [(r, o) for _, r, o in scored if r.layout.examples == "flat" and _all_whole(r, o, cases)]
    return flat if flat and not any(_all_whole(*view, cases) for view in chosen) else chosen


def _all_whole(reading: AnswerReading, outcomes: dict[int, CallOutcome], cases: Sequence[Case]) -> bool:
    return all(reading.fit(outcome, cases[n]) == 2 * cases[n].architecture.depth for n, outcome in outcomes.items())


def _orders(layout: Layout, outcomes: dict[int, CallOutcome]) -> list[AnswerReading]:
    named = any("nabla_w" in outcome.parts for outcome in outcomes.values())
    return [
        AnswerReading(layout, first, backwards)
        for backwards in (False, True)
        for first in ((True,) if named else (True, False))
    ]


def _score(reading: AnswerReading, outcomes: dict[int, CallOutcome], cases: Sequence[Case]) -> tuple[int, int, int]:
    answered = sum(outcome.raised is None for outcome in outcomes.values())
    fit = sum(reading.fit(outcome, cases[number]) for number, outcome in outcomes.items())
    return answered, fit, sum(outcome.line or 0 for outcome in outcomes.values())
