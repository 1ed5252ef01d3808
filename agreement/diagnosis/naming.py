"""From rulings, explanations and side effects to what is said of a subject."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from ...manual.case import Case
from ..catalogue.mistakes import MISTAKES
from . import side_effects
from .equations import EQUATIONS, Failure, Ruling, Status, rule
from .inference.conventions import Convention, Declared
from .inference.infer import GUESSED, Understanding
from .inference.reading import CaseAnswer, Observed
from .inference.search import Hypothesis, explains
from .inference.terms import NOTHING, SLOPED, Terms, differences, guards
from .rounds import SecondRound
from .side_effects import SideEffect, guarded

ORDINARY = ("ladder", "calm")
"""Regimes in which every formulation of the equations keeps its digits."""
REMARKS = ("M38", "M13", "M35")
"""Mistakes around right numbers: told, and no equation is wrong for them."""


@dataclass(frozen=True)
class DiagnosisParts:
    """What is said: see Diagnosis, whose fields these are."""

    status: str
    worthless: str | None
    equations: dict[str, Status]
    hypotheses: tuple[Hypothesis, ...]
    named: tuple[tuple[str, ...], ...]
    noticed: tuple[SideEffect, ...]
    failure: Failure | None
    terms: Terms


def judge(understood: Understanding, second: SecondRound, declared: Declared) -> DiagnosisParts:
    """Rule on every answer, and name what explains those that are wrong."""
    answers, convention = second.answers, understood.convention
    if reason := understood.worthless:
        return DiagnosisParts("wrong", reason, dict.fromkeys(EQUATIONS, Status.WRONG), (), (), (), None, NOTHING)
    calls = [*((case, outcome) for case, outcome in understood.seen.calls), *second.calls]
    noticed = side_effects.of(calls, answers, understood.seen.reading, convention)
    noticed += [SideEffect("hurried", "", "")] * understood.hurried
    judged = [a for a in answers if not _overflowed(a, noticed)]
    terms, rulings = _ruled(judged, understood)
    if understood.right and (kept := _kept_in_range(rulings)):
        rulings, noticed = [ruling for ruling in rulings if not ruling.failures], [*noticed, *kept]
    hypotheses = _unrefuted(_surviving(understood.hypotheses, judged), rulings)
    equations = _statuses(hypotheses, rulings) | dict.fromkeys(_absent(understood), Status.UNSEEN)
    failed = Status.WRONG in equations.values() or any("" in ruling.failures for ruling in rulings)
    named = _names(hypotheses, understood.by_signature, noticed, failed)
    explained = bool(understood.hypotheses) or any(set(ids) - {*REMARKS} for ids in named)
    unjudged = set(equations.values()) == {Status.UNSEEN}
    if failed and (unjudged or (not explained and _guessed(understood, equations, declared))):
        unseen = dict.fromkeys(EQUATIONS, Status.UNSEEN)
        return DiagnosisParts("unknown", None, unseen, (), named, tuple(noticed), None, terms)
    grave = failed or any(set(ids) - {*REMARKS} for ids in named)
    shown = _shown(rulings, equations)
    return DiagnosisParts(
        "wrong" if grave else "right", None, equations, hypotheses, named, tuple(noticed), shown, terms
    )


def _guessed(understood: Understanding, equations: dict[str, Status], declared: Declared) -> bool:
    """Whether the network or the cost is a guess: few numbers are right in it, or those of the output are not and
    nothing explains them, so that it may be a head that is none of ours.
    """
    told = declared.output is not None and declared.cost is not None
    return understood.fit < GUESSED or (equations["BP1"] is Status.WRONG and not told)


def _absent(understood: Understanding) -> list[str]:
    """The equations that networks of one layer, or without biases, have not."""
    one_layer = understood.domain.depths == (1,)
    return [*(["BP2"] if one_layer else []), *([] if understood.convention.biases else ["BP3"])]


def _overflowed(answer: CaseAnswer, noticed: Sequence[SideEffect]) -> bool:
    """No number, at an extreme where that was noticed as such."""
    return any(probe.mistake == "M38" for probe in noticed) and not side_effects.finite(answer)


def _ruled(answers: Sequence[CaseAnswer], understood: Understanding) -> tuple[Terms, list[Ruling]]:
    """The rulings, under the terms that make them right if any do."""
    convention, terms = understood.convention, understood.terms
    rulings = _rulings(answers, convention, terms)
    if not any(map(_fails, rulings)):
        return terms, rulings
    if not understood.right:
        steps = _of_steps(understood, answers)
        return (terms, rulings) if steps is None else (steps, _rulings(answers, convention, steps))
    doubtful = [answer for answer in answers if _fails(rule(answer, convention, terms))]
    for other in _others(understood, answers):
        if not any(_fails(rule(answer, convention, other)) for answer in doubtful):
            changed = _rulings(answers, convention, other)
            if not any(map(_fails, changed)):
                return other, changed
    return terms, rulings


def _kept_in_range(rulings: Sequence[Ruling]) -> list[SideEffect]:
    """That and how a right program keeps its numbers in range, where those are the only ones that are wrong: all are
    finite, and on no case of theirs is z small.
    """
    failing = [ruling for ruling in rulings if ruling.failures]
    found = [guarded(ruling.case) for ruling in failing if ruling.case is not None and _numbers(ruling)]
    kept = [one for one in found if one is not None]
    if not kept or len(kept) < len(failing) or len(failing) == len(rulings):
        return []
    return [min(kept, key=lambda one: one.mistake)]


def _numbers(ruling: Ruling) -> bool:
    """Everything that is wrong in it is a number."""
    return all(one.raised is None and isfinite(one.got) for one in ruling.failures.values())


def _fails(ruling: Ruling) -> bool:
    return bool(ruling.failures) or Status.INEXACT in ruling.statuses.values()


def _of_steps(understood: Understanding, answers: Sequence[CaseAnswer]) -> Terms | None:
    """The terms of gradients that are differences of rounded parameters, where they are."""
    seen = [(understood.convention.adapt(a.case), a.observed) for a in answers if a.observed is not None]
    difference = differences(seen)
    return difference and replace(understood.terms, rate=difference.rate)


def _others(understood: Understanding, answers: Sequence[CaseAnswer]) -> Iterator[Terms]:
    """Terms too small to show in ordinary answers."""
    if (steps := _of_steps(understood, answers)) is not None:
        yield steps
    if not understood.terms.epsilon:
        logarithm = understood.convention.cost == "cross_entropy"
        ways = (one for one in guards() if logarithm or one.guard in SLOPED)
        yield from (replace(understood.terms, epsilon=one.epsilon, guard=one.guard) for one in ways)


def _surviving(hypotheses: Sequence[Hypothesis], answers: Sequence[CaseAnswer]) -> tuple[Hypothesis, ...]:
    """Those that explain the ordinary answers of the second round, too: what separates two is decided by it."""

    def survives(hypothesis: Hypothesis) -> bool:
        for answer in answers:
            said = hypothesis.gradients(answer.case) if answer.regime in ORDINARY else None
            if said is not None and answer.observed is not None and not explains(said, answer.observed):
                return False
        return True

    return tuple(filter(survives, hypotheses)) or tuple(hypotheses)


def _unrefuted(hypotheses: Sequence[Hypothesis], rulings: Sequence[Ruling]) -> tuple[Hypothesis, ...]:
    """Those that match on every case, or at least suspect an equation that was not seen to be right in all that
    was ruled on and in which they would show.

    What a gradient lacks may be told of the δ that is inferred from it: any equation of the mistake counts.
    """
    right = {
        equation
        for equation in EQUATIONS
        if max((ruling.statuses.get(equation, Status.UNSEEN) for ruling in rulings), default=Status.UNSEEN)
        is Status.RIGHT
    }
    cases = [ruling.case for ruling in rulings if ruling.case is not None]
    return tuple(one for one in hypotheses if not one.failures or not _suspects(one) <= right or not _shows(one, cases))


def _shows(hypothesis: Hypothesis, cases: Sequence[Case]) -> bool:
    """Whether its mistakes make another number of one of these cases."""
    right = replace(hypothesis, mistakes=())
    for case in cases:
        said, want = hypothesis.gradients(case), right.gradients(case)
        if said is not None and want is not None and not explains(said, Observed(want.nabla_w, want.nabla_b)):
            return True
    return False


def _suspects(hypothesis: Hypothesis) -> set[str]:
    return _blamed(hypothesis).union(*(MISTAKES[id].equations for id in hypothesis.ids))


def _blamed(hypothesis: Hypothesis) -> set[str]:
    steps = (slot for named in hypothesis.mistakes for slot in named.form.steps)
    return {slot.upper() for slot in steps if slot.startswith("bp")}


def _rulings(answers: Sequence[CaseAnswer], convention: Convention, terms: Terms) -> list[Ruling]:
    """Every judged case, and the ladder up to the rung where each equation that fails has failed."""
    wide = [rule(answer, convention, terms) for answer in answers if answer.regime != "ladder"]
    failing = {equation for ruling in wide for equation in ruling.failures}
    climbed: list[Ruling] = []
    for answer in answers:
        if answer.regime == "ladder":
            climbed.append(rule(answer, convention, terms))
            failing -= set(climbed[-1].failures)
            if climbed[-1].failures and not failing:
                break
    return [*climbed, *wide]


def _names(
    hypotheses: Sequence[Hypothesis], by_signature: tuple[str, ...], noticed: Sequence[SideEffect], failed: bool
) -> tuple[tuple[str, ...], ...]:
    """The ids of each guess, the fewest mistakes first: what explains the numbers, and what was seen besides.

    What was seen beside right numbers counts where it is a mistake by itself; where numbers are wrong,
    it counts where nothing else explains them.
    """
    explained = list(dict.fromkeys(h.ids for h in hypotheses)) or [by_signature]
    probed = tuple(
        dict.fromkeys(probe.mistake for probe in noticed if probe.mistake and _counts(probe, explained, failed))
    )
    if explained == [()] and "M13" in probed and hypotheses:
        probed = tuple("M35" if id == "M13" else id for id in probed)
    named = [tuple(dict.fromkeys((*ids, *probed))) for ids in explained]
    return tuple(sorted((ids for ids in dict.fromkeys(named) if ids), key=len))


def _counts(probe: SideEffect, explained: Sequence[tuple[str, ...]], failed: bool) -> bool:
    if probe.mistake == "M38":  # where something else is wrong, no number at an extreme is likely its consequence
        return not any(explained)
    if probe.mistake in ("M37", "M39"):
        return failed and any(probe.mistake in ids for ids in explained)
    return True


def _statuses(hypotheses: Sequence[Hypothesis], rulings: Sequence[Ruling]) -> dict[str, Status]:
    """The worst that was ruled of each equation; those that an exact explanation clears are right."""
    ruled = {
        equation: max((ruling.statuses.get(equation, Status.UNSEEN) for ruling in rulings), default=Status.UNSEEN)
        for equation in EQUATIONS
    }
    if not hypotheses or not hypotheses[0].mistakes:
        return ruled
    blamed = _blamed(hypotheses[0])
    cleared = {e: Status.INEXACT if ruled[e] is Status.INEXACT else Status.RIGHT for e in EQUATIONS}
    return cleared | dict.fromkeys(blamed, Status.WRONG)


def _shown(rulings: Sequence[Ruling], equations: dict[str, Status]) -> Failure | None:
    """The smallest failure of the first equation that is wrong, or the smallest of any kind."""
    wrong = [equation for equation in EQUATIONS if equations[equation] is Status.WRONG]
    for key in [*wrong, ""]:
        for ruling in rulings:
            if key in ruling.failures:
                return ruling.failures[key]
    return next((f for ruling in rulings for f in ruling.failures.values()), None)
