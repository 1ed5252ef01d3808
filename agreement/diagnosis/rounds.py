"""The two rounds in which a subject is asked: to understand how it works, and to judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...manual.case import Case
from ..catalogue.trace import examples
from .asking.layout import Layout, with_ids
from .asking.outcome import CallOutcome
from .asking.sandbox import Run
from .inference import probing_cases as drawn
from .inference.conventions import Declared
from .inference.domain import Domain, domain_of
from .inference.infer import FOREVER, Understanding, understand
from .inference.reading import CaseAnswer, Observed

Asker = Callable[[Sequence[Case], list[Layout] | None], Run]
"""Asks a subject for the gradients of cases in layouts (all that it may work in, where None)."""


@dataclass(frozen=True)
class SecondRound:
    """The answers that are judged, and every call with its case."""

    answers: list[CaseAnswer]
    calls: list[tuple[Case, CallOutcome]]


def first_round(asker: Asker, declared: Declared, until: float = FOREVER) -> tuple[Understanding | None, Run]:
    """How a subject works, and what it was asked first; None where it answers nothing.

    Mistakes are looked for `until` then by the clock.

    Class ids are tried where it takes no other targets, networks of its own domain alone where it has
    one, and one-hot targets where others are not understood.
    """
    domain, cases = drawn.EVERYWHERE, drawn.exploring()
    first = asker(cases, None)
    if limits := first.about.get("limits"):
        domain = Domain.of_limits(limits)
        if domain != drawn.EVERYWHERE:
            cases = drawn.exploring(domain)
            first = asker(cases, None)
    elif not _layouts(first):
        domain = Domain(labels="ids")
        with_classes = asker(drawn.exploring(domain), with_ids())
        if not _layouts(with_classes):
            return None, first
        first, cases = with_classes, drawn.exploring(domain)
    if not limits and (domain := _domain(first, cases, domain)).narrow:
        cases = drawn.exploring(domain)
        first = asker(cases, _layouts(first))
    understood = understand(first, cases, declared, domain=domain, most=0)
    if understood is None or understood.right or understood.worthless:
        return understood, first
    if domain.labels != "any":
        return understand(first, cases, declared, domain=domain, until=until), first
    hot = replace(domain, labels="one_hot")
    again = asker(drawn.exploring(hot), _layouts(first))
    plain = understand(again, drawn.exploring(hot), declared, domain=hot, most=0)
    if plain is not None and plain.right:
        return plain, first
    understood = understand(first, cases, declared, domain=domain, until=until)
    if understood is not None and not understood.hypotheses:
        plain = understand(again, drawn.exploring(hot), declared, domain=hot, most=1, until=until)
        understood = plain if plain is not None and _whole(plain) else understood
    return understood, first


def _whole(understood: Understanding) -> bool:
    """It explains all the answers."""
    return bool(understood.hypotheses) and not understood.hypotheses[0].failures


def _layouts(run: Run) -> list[Layout]:
    """Those in which anything was answered."""
    return list(dict.fromkeys(reply.layout for reply in run.replies if reply.outcome.raised is None))


def _domain(run: Run, cases: Sequence[Case], known: Domain) -> Domain:
    """What the layout with most answers lets see."""
    by_layout = [{r.number: r.outcome for r in run.replies if r.layout == layout} for layout in _layouts(run)]
    most = max(by_layout, key=lambda outcomes: sum(outcome.raised is None for outcome in outcomes.values()))
    return replace(domain_of(most, cases), labels=known.labels)


def second_round(asker: Asker, understood: Understanding) -> SecondRound:
    """Small cases to show, cases of every regime to judge, and each of their examples alone."""
    reading, convention, domain = understood.seen.reading, understood.convention, understood.domain
    requested = [(case, "ladder") for case in drawn.ladder(domain) if convention.means_something(case)]
    requested += drawn.judged(convention.architecture, domain, convention.dtype)
    cases = [case.astype(convention.dtype) for case, _ in requested]
    alone = [examples(case) if case.examples > 1 and not domain.one_example else () for case in cases]
    everything = [*cases, *(one for group in alone for one in group)]
    outcomes = {reply.number: reply.outcome for reply in asker(everything, [reading.layout]).replies}

    def observed(n: int) -> Observed | None:
        seen = reading.read(outcomes[n], everything[n]) if n in outcomes else None
        return seen if seen is None or convention.biases else replace(seen, nabla_b=())

    answers, next_alone = [], len(cases)
    for n, (case, (_, regime)) in enumerate(zip(cases, requested, strict=True)):
        singles = tuple(observed(next_alone + i) for i in range(len(alone[n]))) or (observed(n),)
        next_alone += len(alone[n])
        answers.append(CaseAnswer(case, regime, observed(n), outcomes[n].raised, singles))
    return SecondRound(answers, [(everything[n], outcome) for n, outcome in outcomes.items()])
