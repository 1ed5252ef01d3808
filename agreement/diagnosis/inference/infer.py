"""The first round: in which layout and convention a subject works, and which mistakes explain it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ....manual.backprop import backprop
from ....manual.case import Case
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from ..asking.outcome import CallOutcome
from ..asking.sandbox import Run
from . import residuals
from .conventions import Convention, Declared
from .domain import Domain
from .extras import with_terms
from .matching import SAME, ratio
from .probing_cases import EVERYWHERE
from .reading import AnswerReading, Evidence, Observed, readings, short
from .residuals import NOISE, Signature
from .search import Hypothesis, grouped, search
from .terms import NOTHING, Terms
from .worth import worthless

FITTED = 8
"""How many answers decide the order in which conventions are tried."""
GROUPS = {0: 60, 1: 60, 2: 3}
"""In how many of them each number of mistakes is looked for."""
GUESSED = 0.2
"""A convention in which fewer of the arrays are right, up to a factor, is a guess: no two mistakes explain it."""
FOREVER = float("inf")
READINGS = 4
"""How many readings of equal merit are tried."""
TOLERANT = {"noise": "M39", "decay": "M32"}
"""Signatures that name a mistake by themselves: its size is anybody's guess, so no form reproduces it."""


@dataclass(frozen=True)
class Seen:
    """The answers of a first round under one reading."""

    reading: AnswerReading
    outcomes: dict[int, CallOutcome]
    evidence: list[tuple[Case, Observed]]
    failed: list[Case]
    single: bool
    calls: list[tuple[Case, CallOutcome]] = field(default_factory=list)


@dataclass(frozen=True)
class Understanding:
    """A reading, the likeliest convention with its terms, and the hypotheses that explain every answer."""

    seen: Seen
    convention: Convention
    hypotheses: tuple[Hypothesis, ...] = ()
    signatures: tuple[Signature, ...] = ()
    terms: Terms = NOTHING
    domain: Domain = Domain()
    worthless: str | None = None
    fit: float = 1.0
    """The part of the arrays that are right up to a factor."""
    hurried: bool = False
    """The time was up before every mistake was tried."""

    @property
    def by_signature(self) -> tuple[str, ...]:
        """The mistakes that a signature names."""
        return tuple(TOLERANT[s.kind] for s in self.signatures if s.kind in TOLERANT)[:1]

    @property
    def right(self) -> bool:
        """A program without a mistake gives all these numbers."""
        return bool(self.hypotheses) and not self.hypotheses[0].mistakes and not self.hypotheses[0].failures

    @property
    def others(self) -> Iterator[Understanding]:
        """The same in each other network or cost in which a program without a mistake gives these numbers, too."""
        plain = [one for one in self.hypotheses if not one.mistakes and not self.hypotheses[0].mistakes]
        for group in grouped([one.convention for one in plain])[1:]:
            first = next(one for one in plain if one.convention == group[0])
            yield replace(self, convention=first.convention, hypotheses=(first,))


def understand(
    first: Run,
    cases: Sequence[Case],
    declared: Declared,
    l2: float = 0.0,
    domain: Domain = EVERYWHERE,
    most: int = max(GROUPS),
    until: float = FOREVER,
) -> Understanding | None:
    """The likeliest understanding of a first round, with up to so many mistakes; None where nothing was answered.

    No more mistakes are looked for once it is `until` by the clock (`time.monotonic`).

    An L2 term of λ = `l2`, over m where a mean is declared, is taken off the answers first.
    """
    single = bool(first.about.get("single")) or bool(domain.one_example)
    views = [_seen(*candidate, cases, single) for candidate in readings(first.replies, cases)[:READINGS]]
    views = [_without_l2(view, declared, l2) for view in views if view.evidence]
    if not views:
        return None
    if (first.about.get("limits") or {}).get("biases") is False:
        views = [_bare(view) for view in views]
    left = [(view, _by_fit(view.evidence, _open(declared, view, first.about.get("cost")))) for view in views]
    found = _most_likely(left, declared, most, until)
    return replace(found, domain=replace(domain, one_example=True) if found.seen.single else domain)


Views = Sequence[tuple[Seen, list[list[Convention]]]]


def _most_likely(left: Views, declared: Declared, most: int, until: float) -> Understanding:
    """Without a mistake, with terms besides, by the look of the residuals, then with ever more mistakes.

    Not searched where the answers say nothing.
    """
    for view, conventions in left:
        if kind := worthless(view.evidence):
            return Understanding(view, conventions[0][0], worthless=kind)
    best = _searched(left, 0)
    if best is not None and not best.hypotheses[0].failures:
        return best
    for view, conventions in left:
        if best is None and (plain := with_terms(view.evidence, conventions, declared)) is not None:
            terms, hypothesis = plain
            return Understanding(view, hypothesis.convention, (hypothesis,), terms=terms)
    signed = [_signed(view, conventions[0]) for view, conventions in left]
    if best is None and (named := next((one for one in signed if one.by_signature), None)):
        return named
    deepest = most if max(one.fit for one in signed) >= GUESSED else min(most, 1)
    for mistakes in range(1, deepest + 1):
        found = _searched(left if mistakes < 2 else left[:1], mistakes, until)
        if found and (best is None or found.hypotheses[0].failures < best.hypotheses[0].failures):
            best = found
        if best is not None:
            return best
    return best or replace(signed[0], hurried=time.monotonic() > until)


def _searched(left: Views, most: int, until: float = FOREVER) -> Understanding | None:
    """The view and the hypotheses of so many mistakes that fail on the fewest cases."""
    best: Understanding | None = None
    for view, conventions in left:
        tried = [convention for group in conventions[: GROUPS[most]] for convention in group]
        found = search(tried, view.evidence, view.failed, most, until)
        if found and (best is None or found[0].failures < best.hypotheses[0].failures):
            best = Understanding(view, found[0].convention, _equals(found))
    return best


def _equals(found: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The first and those that fail on as many cases as it."""
    return tuple(one for one in found if one.failures == found[0].failures)


def _seen(reading: AnswerReading, outcomes: dict[int, CallOutcome], cases: Sequence[Case], of_class: bool) -> Seen:
    flat = reading.layout.examples == "flat"
    batch = any(_whole(reading, outcome, cases[n]) for n, outcome in outcomes.items() if cases[n].examples > 1)
    single = flat or (of_class and not batch)
    usable = {n: outcome for n, outcome in outcomes.items() if cases[n].examples == 1 or not single}
    answers = {n: reading.read(outcome, cases[n]) for n, outcome in usable.items()}
    evidence = [(cases[n], seen) for n, seen in answers.items() if seen is not None]
    calls = [(cases[n], outcome) for n, outcome in usable.items()]
    return Seen(reading, usable, evidence, [cases[n] for n, seen in answers.items() if seen is None], single, calls)


def _without_l2(view: Seen, declared: Declared, l2: float) -> Seen:
    """The same with ∂C₀/∂W in place of ∂C₀/∂W + λ′W."""

    def c0(case: Case, seen: Observed) -> Observed:
        decay = l2 / (case.examples if declared.reduction == "mean" else 1)
        pairs = zip(seen.nabla_w, case.weights, strict=False)
        return replace(seen, nabla_w=tuple(got - decay * w if got.shape == w.shape else got for got, w in pairs))

    return replace(view, evidence=[(case, c0(case, seen)) for case, seen in view.evidence]) if l2 else view


def _whole(reading: AnswerReading, outcome: CallOutcome, case: Case) -> bool:
    return reading.fit(outcome, case) == 2 * case.architecture.depth


def _open(declared: Declared, view: Seen, cost: str | None) -> list[Convention]:
    """The conventions that are left: one example a call has no reduction, a cost_derivative tells the cost."""
    settled = replace(
        declared,
        reduction="sum" if view.single else declared.reduction,
        cost=declared.cost or cost,
    )
    dtype = "float32" if all(map(short, view.outcomes.values())) else "float64"
    biases = any(seen.nabla_b for _, seen in view.evidence)
    return [replace(convention, dtype=dtype, biases=biases) for convention in settled.conventions()]


def _bare(view: Seen) -> Seen:
    """The same of a network that has no biases."""
    return replace(view, evidence=[(case, replace(seen, nabla_b=())) for case, seen in view.evidence])


def _by_fit(evidence: Evidence, conventions: Sequence[Convention]) -> list[list[Convention]]:
    """Groups of conventions that differ by a factor only, those in which most arrays come out first."""
    return sorted(grouped(conventions), key=lambda group: -_fit(evidence, group[0], any_factor=True))


def _signed(view: Seen, group: Sequence[Convention]) -> Understanding:
    """The convention under which most arrays are right, and what the residuals look like in it."""
    convention = max(group, key=lambda convention: _fit(view.evidence, convention, any_factor=False))
    telling = [(case, seen) for case, seen in view.evidence if convention.means_something(case)]
    looks = tuple(residuals.of(residuals.pairs(telling, convention)))
    return Understanding(view, convention, (), looks, fit=_share(view.evidence, convention))


def _share(evidence: Evidence, convention: Convention) -> float:
    """The part of the arrays, of as many answers as decide, that are right up to a factor."""
    arrays = sum(2 * case.architecture.depth for case, _ in evidence[:FITTED] if convention.means_something(case))
    return _fit(evidence, convention, any_factor=True) / arrays if arrays else 0.0


def _fit(evidence: Evidence, convention: Convention, any_factor: bool) -> float:
    """A point for every array that is right, up to a factor or not; less for one that is nearly so."""
    points = 0.0
    for case, seen in evidence[:FITTED]:
        if convention.means_something(case):
            right, factor = _right(convention.adapt(case)), convention.scale(case.architecture.widths)
            for got, want in zip((*seen.nabla_w, *seen.nabla_b), (*right.nabla_w, *right.nabla_b), strict=False):
                points += _points(got, want * factor, any_factor)
    return points


@lru_cache(maxsize=1024)
def _right(case: Case) -> Gradients[Array]:
    return backprop(case)


def _points(got: Array, want: Array, any_factor: bool) -> float:
    for tolerance, worth in ((SAME, 1.0), (NOISE, 0.9)):
        factor = ratio([got], [want], tolerance)
        if factor is not None and (any_factor or abs(factor - 1) <= tolerance):
            return worth
    return 0.0
