"""Naming: which convention with which mistakes reproduces every answer of a subject to the last ulps.

A hypothesis is a convention and a few forms of the catalogue. Those that only concern δ, and those
that only concern the parameters' gradients, are tried apart: ∂C/∂b and ∂C/∂W each tell their part.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....manual.case import Case
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from ...catalogue.trace import FAILURES, PassSteps, Trace, each_example
from .conventions import Convention
from .forms import NamedForm, forms_of, pairs_of, passed_back, program_with
from .matching import Ratio, alike, is_one, ratio
from .reading import Evidence, Observed
from .refused_above import refused_above, single_first


@dataclass(frozen=True)
class Style:
    """What makes no difference to a right program: where 1/m is taken, and whether examples go one by one."""

    late: bool = False
    each: bool = False

    def gradients(self, program: PassSteps, case: Case, convention: Convention) -> Gradients[Array]:
        """What the program leaves of a case in this style."""
        factor = convention.factor(case)
        late = 1 / case.examples if self.late and convention.reduction == "mean" else 1.0
        if self.each:
            return each_example(program, convention.adapt(case), factor / late, late)
        return program.gradients(convention.adapt(case), factor / late, late)


SEVERAL = 2
"""So many mistakes have to explain every answer: where one of them fails, the other would explain the rest."""
STYLES = tuple(Style(late, each) for each in (False, True) for late in (False, True))


@dataclass(frozen=True)
class Hypothesis:
    """A convention, the mistakes in it, the style; `failures` is on how many cases only one of them failed."""

    convention: Convention
    mistakes: tuple[NamedForm, ...] = ()
    style: Style = Style()
    failures: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id for named in self.mistakes for id in (named.id, *named.form.also)))

    def gradients(self, case: Case) -> Gradients[Array] | None:
        """What it says of a case; None where such a program fails."""
        try:
            with np.errstate(all="ignore"):
                return self.style.gradients(
                    program_with(self.mistakes, self.convention.adapt(case)), case, self.convention
                )
        except FAILURES:
            return None


def search(
    conventions: Sequence[Convention],
    evidence: Evidence,
    failed: Sequence[Case],
    most: int,
    until: float = float("inf"),
) -> list[Hypothesis]:
    """Every hypothesis of up to so many mistakes that explains all the evidence, the likeliest first.

    Of those with any mistake, what is proposed `until` then by the clock.
    """
    telling_first = sorted(evidence, key=lambda row: _sizes(row[0]))
    found = [
        verified
        for proposed in itertools.takewhile(
            lambda _: most == 0 or time.monotonic() < until, _proposed(conventions, evidence, most, until)
        )
        if (verified := _verified(proposed, telling_first, failed)) is not None
    ]
    return sorted(found, key=lambda hypothesis: (hypothesis.failures, sum(n.rank for n in hypothesis.mistakes)))


def _sizes(case: Case) -> tuple[int, int]:
    """Fewest different sizes first, for there every program runs; among equals the larger case tells more."""
    of = case.architecture
    return len({*of.widths, case.examples}), -of.parameters * case.examples


def _proposed(conventions: Sequence[Convention], evidence: Evidence, most: int, until: float) -> Iterator[Hypothesis]:
    """What the first answers leave possible."""
    for group in grouped(conventions):
        telling = [(case, seen) for case, seen in evidence if group[0].means_something(case)]
        telling.sort(key=lambda row: -row[0].architecture.parameters * row[0].examples)
        yield from _in_group(group, telling, most, until)


def grouped(conventions: Sequence[Convention]) -> list[list[Convention]]:
    """Those that differ by a factor only, together."""
    groups: dict[tuple[str, str, str], list[Convention]] = {}
    for convention in conventions:
        groups.setdefault((convention.hidden, convention.output, convention.cost), []).append(convention)
    return list(groups.values())


def _in_group(group: list[Convention], evidence: Evidence, most: int, until: float) -> Iterator[Hypothesis]:
    """Conventions that differ by a factor only are told apart by the factor that comes out."""
    early, late = forms_of(group[0], True), forms_of(group[0], False)
    before = [(), *((named,) for named in early if most >= 1), *(pairs_of(early) if most >= 2 else ())]
    refused = refused_above(group[0], evidence)
    for mistakes in before:
        if mistakes and time.monotonic() > until:
            return
        if len(mistakes) == most and refused(mistakes):
            continue
        after = late if len(mistakes) < most else []
        mixing = [named for named in after if named.form.mixes]
        if any(named.form.mixes for named in mistakes):
            yield from _with_shares(mistakes, group, evidence, after, most)
        else:
            plain = [named for named in after if not named.form.mixes]
            yield from _explanations(mistakes, group, evidence, plain, most)
            if mixing:
                yield from _with_shares(mistakes, group, evidence, mixing, most)


def _with_shares(
    mistakes: tuple[NamedForm, ...], group: list[Convention], evidence: Evidence, late: Sequence[NamedForm], most: int
) -> Iterator[Hypothesis]:
    """The factor is part of what such a mistake computes: each is tried, where there is one example first, for
    there it makes no difference where 1/m is taken.
    """
    evidence = single_first(evidence)
    for factor in {
        (convention.half, convention.reduction, convention.outputs): convention for convention in group
    }.values():
        yield from _explanations(mistakes, [factor], evidence, late, most, summed_share=True)


def _explanations(
    mistakes: tuple[NamedForm, ...],
    group: list[Convention],
    evidence: Evidence,
    late: Sequence[NamedForm],
    most: int,
    summed_share: bool = False,
) -> Iterator[Hypothesis]:
    """What explains the first answer to a case that a program with these mistakes survives."""
    for case, seen in evidence:
        share = group[0].factor(case) if summed_share else 1.0
        passed = passed_back(mistakes, group[0].adapt(case), share)
        if passed is not None:
            for more, factor in _after(*passed, late, seen, most - len(mistakes)):
                yield from (
                    Hypothesis(convention, (*mistakes, *more))
                    for convention in group
                    if is_one(factor, convention.factor(case) / share, seen.same)
                )
            return


def _after(
    trace: Trace, plain: Gradients[Array], late: Sequence[NamedForm], seen: Observed, most: int
) -> Iterator[tuple[tuple[NamedForm, ...], Ratio]]:
    """Which forms of BP3 and BP4 make the answer of these δ, and with what factor."""
    b, w = ratio(seen.nabla_b, plain.nabla_b, seen.same), ratio(seen.nabla_w, plain.nabla_w, seen.same)
    if (factor := alike(b, w, seen.same)) is not None:
        yield (), factor
    fits_b: list[tuple[NamedForm, Ratio]] = []
    fits_w: list[tuple[NamedForm, Ratio]] = []
    for named in late:
        slots = set(named.form.steps)
        if most < 2 and ((b is None and "bp3" not in slots) or (w is None and "bp4" not in slots)):
            continue  # what it leaves as it was is no multiple of what was seen
        of_b = _part(named, "bp3", trace, seen.nabla_b, seen.same) if "bp3" in slots else b
        of_w = _part(named, "bp4", trace, seen.nabla_w, seen.same) if "bp4" in slots else w
        if (factor := alike(of_b, of_w, seen.same)) is not None:
            yield (named,), factor
        elif most >= 2 and len(slots) == 1:
            fits_b += [(named, of_b)] if "bp3" in slots and of_b is not None else []
            fits_w += [(named, of_w)] if "bp4" in slots and of_w is not None else []
    for (first, of_b), (second, of_w) in itertools.product(fits_b, fits_w):
        if first.id != second.id and (factor := alike(of_b, of_w, seen.same)) is not None:
            yield (first, second), factor


def _part(named: NamedForm, slot: str, trace: Trace, seen: Sequence[Array], same: float) -> Ratio:
    step = named.form.steps[slot]
    try:
        with np.errstate(all="ignore"):
            return ratio(seen, [np.asarray(step(trace, layer)) for layer in range(1, trace.depth + 1)], same)
    except FAILURES:
        return None


def _verified(proposed: Hypothesis, evidence: Evidence, failed: Sequence[Case]) -> Hypothesis | None:
    """The hypothesis in the first style that explains every answer, with the count of its failures."""
    telling = [(case, seen) for case, seen in evidence if proposed.convention.means_something(case)]
    for style in STYLES:
        hypothesis = replace(proposed, style=style)
        said = []
        for case, seen in telling:
            said.append((hypothesis.gradients(case), case, seen))
            if not _fits(hypothesis, said[-1][0], seen):
                break
        else:
            survived = sum(hypothesis.gradients(case) is not None for case in failed)
            if _tells(hypothesis, said):
                return replace(hypothesis, failures=survived + sum(answer is None for answer, *_ in said))
    return None


def _fits(hypothesis: Hypothesis, said: Gradients[Array] | None, seen: Observed) -> bool:
    """It explains an answer, or fails where one mistake may be made in another way; two have to give every answer."""
    return len(hypothesis.mistakes) < SEVERAL if said is None else explains(said, seen)


def _tells(hypothesis: Hypothesis, said: Sequence[tuple[Gradients[Array] | None, Case, Observed]]) -> bool:
    """It claims no mistake, or explains an answer that a right program does not: a crash explains nothing."""
    if not hypothesis.mistakes:
        return True
    right = replace(hypothesis, mistakes=())
    strange = [answer for answer, case, seen in said if (of := right.gradients(case)) is None or not explains(of, seen)]
    return any(answer is not None for answer in strange)


def explains(said: Gradients[Array], seen: Observed) -> bool:
    """Every array is what was said."""
    same = seen.same
    return is_one(ratio(seen.nabla_w, said.nabla_w, same), same=same) and is_one(
        ratio(seen.nabla_b, said.nabla_b, same), same=same
    )
