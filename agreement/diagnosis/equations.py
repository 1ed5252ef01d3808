"""The verdict per equation: every answer held against the certified truth, each equation from the
subject's own δ where that can be had, so that one mistake is reported once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case, Pack
from ...manual.gradients import Gradients, Quantity
from ...manual.shapes import Array
from ...reference.protocol import Architecture, Traits
from ..catalogue.trace import examples
from ..judging.finding import Finding, Judgement
from ..judging.judge import Judge
from ..judging.verdict import Verdict
from .inference.conventions import Convention
from .inference.matching import SAME
from .inference.quotient import of_quotient
from .inference.reading import CaseAnswer
from .inference.shown_delta import ShownDelta, shown_deltas, slack
from .inference.terms import NOTHING, Terms

EQUATIONS = ("BP1", "BP2", "BP3", "BP4")


class Status(IntEnum):
    """What is said of an equation, from best to worst."""

    UNSEEN = 0
    RIGHT = 1
    INEXACT = 2
    WRONG = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Failure:
    """An entry of an answer that is wrong, or a part of the wrong shape (got and true are arrays then)."""

    case: Case
    regime: str
    equation: str
    layer: int
    index: tuple[int, ...]
    got: float
    true: float
    bound: float
    shape: tuple[int, ...] | None = None
    raised: str | None = None


@dataclass(frozen=True)
class _Subject:
    name: str = "subject"
    version: str = "own"
    traits: Traits = Traits()

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        return backprop(pack)


@dataclass(frozen=True)
class Ruling:
    """The statuses of the four equations on one case, and the worst entry of each that is wrong.

    `case` is the case where it was answered.
    """

    statuses: dict[str, Status]
    failures: dict[str, Failure]
    case: Case | None = None

    @property
    def wrong(self) -> int:
        return sum(status is Status.WRONG for status in self.statuses.values())


def rule(answer: CaseAnswer, convention: Convention, terms: Terms = NOTHING) -> Ruling:
    """Judge one answer, with the δ under which the fewest equations are wrong."""
    case = convention.adapt(answer.case)
    if answer.observed is None:
        failure = Failure(case, answer.regime, "", 0, (), np.nan, np.nan, np.nan, raised=answer.raised)
        return Ruling({}, {"": failure})
    judge = Judge(Pack.of([case]))
    scale = convention.scale(case.architecture.widths)
    answer = _plain(answer, case, terms, scale)
    best: Ruling | None = None
    for shown in (*shown_deltas(answer, case, scale),) or (None,):
        ruling = _with(judge, answer, scale, shown, terms)
        best = ruling if best is None or ruling.wrong < best.wrong else best
        if not best.wrong:
            break
    assert best is not None
    statuses = best.statuses if convention.biases else {**best.statuses, "BP3": Status.UNSEEN}
    return Ruling(statuses, best.failures, case)


def _plain(answer: CaseAnswer, case: Case, terms: Terms, scale: float) -> CaseAnswer:
    """The answer, and those to the single examples, without the terms."""
    if terms == NOTHING:
        return answer
    assert answer.observed is not None
    alone = examples(case) if len(answer.singles) == case.examples else ()
    singles = tuple(one and terms.off(single, one, scale) for single, one in zip(alone, answer.singles, strict=False))
    return replace(answer, observed=terms.off(case, answer.observed, scale), singles=singles)


def _with(judge: Judge, answer: CaseAnswer, scale: float, shown: ShownDelta | None, terms: Terms) -> Ruling:
    case, seen = judge.pack[0], answer.observed
    assert seen is not None
    right = backprop(case)
    ruling = Ruling({}, {})
    got = Gradients(
        _fitted(ruling, answer, case, "BP4", seen.nabla_w, right.nabla_w, scale),
        _fitted(ruling, answer, case, "BP3", seen.nabla_b or _scaled(right.nabla_b, scale), right.nabla_b, scale),
        delta=shown.layers if shown else None,
    ).map(lambda part: part[None])
    findings = judge.findings(_Subject(), got)
    bounds = {finding.place: finding.whole.bounds.open[0] for finding in findings}
    spare = terms.spare(case, bounds, scale)
    for place in spare:
        if place.quantity is Quantity.BP1:
            spare[place] = spare[place] + of_quotient(case)
    answered = [finding for finding in findings if _told(finding)]
    whole = not ruling.failures and not any(_beyond(one.whole, spare[one.place]).any() for one in answered)
    if shown is not None and shown.inferred:
        further = slack(case, bounds, spare)
        spare = {place: part + further.get(place, 0.0) for place, part in spare.items()}
    for finding in findings:
        allowed = np.inf if whole else spare[finding.place]
        _take_in(ruling, finding, case, answer.regime, scale, shown is not None and shown.inferred, allowed)
    return ruling


def _scaled(parts: tuple[Array, ...], scale: float) -> tuple[Array, ...]:
    return tuple(scale * part for part in parts)


def _told(finding: Finding) -> bool:
    """It is part of the answer: a gradient of a parameter."""
    return finding.place.quantity in (Quantity.BP3, Quantity.BP4)


def _beyond(side: Judgement, spare: Array | float = 0.0) -> Array:
    """Wrong by more than is spare."""
    return np.asarray((side.verdict[0] == Verdict.WRONG) & ~(np.abs(side.error[0]) <= spare))


def _fitted(
    ruling: Ruling,
    answer: CaseAnswer,
    case: Case,
    equation: str,
    parts: tuple[Array, ...],
    wanted: tuple[Array, ...],
    scale: float,
) -> tuple[Array, ...]:
    """The parts in the scale of our own cost, with the right ones in place of those of a wrong shape."""
    whole = []
    for layer, want in enumerate(wanted, start=1):
        part = parts[layer - 1] if layer <= len(parts) else np.zeros(0)
        if part.shape == want.shape or part.size == want.size == 1:
            whole.append(part.reshape(want.shape) / scale)
            continue
        nan, shape = np.nan, part.shape
        ruling.statuses[equation] = Status.WRONG
        ruling.failures.setdefault(equation, Failure(case, answer.regime, equation, layer, (), nan, nan, nan, shape))
        whole.append(want)
    return tuple(whole)


def _take_in(
    ruling: Ruling,
    finding: Finding,
    case: Case,
    regime: str,
    scale: float,
    inferred: bool,
    spare: Array | float,
) -> None:
    """What one finding says of its equation.

    Digits lost are another right formula. From an inferred δ, whose digits are not the batch's, they
    say nothing; nor does what is within `spare`.
    """
    side = finding.step or finding.whole
    equation = finding.place.quantity.value
    error, truth = np.abs(side.error[0]), side.truth.hi[0]
    beyond = _beyond(side, spare)
    digits = error <= SAME * np.abs(truth).max(initial=0.0)
    wrong = beyond & ~digits
    decided = bool((side.verdict[0] <= Verdict.WRONG).any())
    status = Status.RIGHT if decided else Status.UNSEEN
    if wrong.any():
        status = Status.WRONG
    elif not inferred and (beyond & _beyond(finding.whole, spare)).any():
        status = Status.INEXACT
    ruling.statuses[equation] = max(status, ruling.statuses.get(equation, Status.UNSEEN))
    if status is Status.WRONG and equation not in ruling.failures and finding.place.quantity in Quantity:
        index = np.unravel_index(int(np.where(wrong, np.nan_to_num(error, nan=np.inf), -1).argmax()), error.shape)
        ruling.failures[equation] = _failure(case, regime, finding, side, tuple(map(int, index)), scale)


def _failure(
    case: Case, regime: str, finding: Finding, side: Judgement, index: tuple[int, ...], scale: float
) -> Failure:
    got, true, bound = np.asarray(finding.got)[0], side.truth.hi[0], side.bounds.open[0]
    got, true, bound = (float(part[index]) * scale for part in (got, true, bound))
    return Failure(case, regime, finding.place.quantity.value, finding.place.layer, index, got, true, bound)
