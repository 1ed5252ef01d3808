"""Which terms beside the gradient make an answer right: biases absent, an L2 term, an ε."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ....manual.backprop import backprop
from ....manual.case import Case
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from .conventions import Convention, Declared
from .reading import Evidence, Observed
from .search import Hypothesis, explains, search
from .terms import NOTHING, SHOWN, SLOPED, Terms, decays, guards

TELLING = 3
"""Answers that a term must explain before it is tried on all."""
NEAR = 0.1
"""How far an ε that people write moves an ordinary answer, at most."""
VISIBLE = 5e-11
"""A smaller ε shows in no ordinary answer."""


def with_terms(
    evidence: Evidence, conventions: Sequence[Sequence[Convention]], declared: Declared
) -> tuple[Terms, Hypothesis] | None:
    """The terms and the convention under which a program without a mistake gives every answer; None without any."""
    for answers, groups in _with_and_without_biases(evidence, conventions):
        every = [convention for group in groups for convention in group]
        if answers is not evidence and (found := search(every, answers, (), 0)):
            return NOTHING, found[0]
        for convention in every:
            telling = [(case, seen) for case, seen in answers if convention.means_something(case)]
            for terms in _candidates(telling, convention, declared) if telling else ():
                if explained := _explained(telling, convention, terms):
                    return terms, explained
    return None


def _with_and_without_biases(
    evidence: Evidence, conventions: Sequence[Sequence[Convention]]
) -> Iterator[tuple[Evidence, Sequence[Sequence[Convention]]]]:
    """As it is; and, where every ∂C/∂b is 0, as a network that has none."""
    if not any(part.any() for _, seen in evidence for part in seen.nabla_b):
        bare = [[replace(convention, biases=False) for convention in group] for group in conventions]
        yield [(case, replace(seen, nabla_b=())) for case, seen in evidence], bare
    yield evidence, conventions


def _candidates(evidence: Evidence, convention: Convention, declared: Declared) -> Iterator[Terms]:
    def right(case: Case) -> Gradients[Array]:
        return backprop(convention.adapt(case))

    if declared.l2 is not False and (decay := decays(evidence, right, convention)) is not None:
        yield decay
    added = [one for one in guards() if one.epsilon > VISIBLE and one.guard in SHOWN]
    of_logarithms = convention.cost == "cross_entropy"
    if _near(*evidence[0], convention, ("nabla_w", "nabla_b")):
        yield from (terms for terms in added if of_logarithms or terms.guard in SLOPED)
    if of_logarithms and declared.l2 is not False and _near(*evidence[0], convention, ("nabla_b",)):
        yield from (both for terms in added if (both := _with_decay(evidence, convention, terms)) is not None)


def _near(case: Case, seen: Observed, convention: Convention, parts: Sequence[str]) -> bool:
    """Whether these parts of an answer are near the right one; of an L2 term, which moves ∂C/∂W alone, the biases'."""
    right, scale = backprop(convention.adapt(case)), convention.scale(case.architecture.widths)
    pairs = (pair for part in parts for pair in zip(getattr(seen, part), getattr(right, part), strict=False))
    return all(
        got.shape == want.shape
        and bool((np.abs(got - scale * want) <= NEAR * np.abs(scale * want).max(initial=0.0)).all())
        for got, want in pairs
    )


def _with_decay(evidence: Evidence, convention: Convention, terms: Terms) -> Terms | None:
    """An L2 term beside an ε."""

    def right(case: Case) -> Gradients[Array]:
        return terms.guarded(convention.adapt(case))

    if decays(evidence[:TELLING], right, convention) is None:
        return None
    decay = decays(evidence, right, convention)
    return decay and replace(terms, l2=decay.l2, shared=decay.shared)


def _explained(evidence: Evidence, convention: Convention, terms: Terms) -> Hypothesis | None:
    hypothesis = Hypothesis(convention)
    for answers in (evidence[:TELLING], evidence):
        for case, seen in answers:
            said = hypothesis.gradients(case)
            if said is None:
                return None
            scale = convention.scale(case.architecture.widths)
            if not explains(*terms.beside(convention.adapt(case), said, seen, scale)):
                return None
    return hypothesis
