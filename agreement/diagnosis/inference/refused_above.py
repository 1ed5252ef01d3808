"""What the output's own gradients refuse: where they are no multiple of a right program's, no mistake below the
output explains them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from ....manual.case import Case
from ....manual.shapes import Array
from .conventions import Convention
from .forms import NamedForm, passed_back
from .matching import FLOOR, TELLING_SHORT, alike, ratio
from .reading import Evidence, Observed

SURE = 10.0
"""How many times what is allowed a difference is, and how many times the floor an array, to refuse by it alone."""


def single_first(evidence: Evidence) -> Evidence:
    """The same rows, those of one example before the others."""
    return sorted(evidence, key=lambda row: row[0].examples > 1)


def refused_above(convention: Convention, evidence: Evidence) -> Callable[[tuple[NamedForm, ...]], bool]:
    """Whether mistakes that are all below the output are out, as the output's own gradients are no multiple of a
    right program's: that saves to run them.
    """
    first = {False: evidence[:1], True: single_first(evidence)[:1]}
    differs = {
        mixes: any(_differs_above(convention.adapt(case), seen) for case, seen in first[mixes]) for mixes in first
    }

    def refused(mistakes: tuple[NamedForm, ...]) -> bool:
        mixes = any(named.form.mixes for named in mistakes)
        below = bool(mistakes) and all(set(named.form.steps) == {"bp2"} for named in mistakes)
        return below and differs[mixes] and _survives(mistakes, first[mixes][0][0], convention.output == "softmax")

    return refused


@lru_cache(maxsize=4096)
def _survives(mistakes: tuple[NamedForm, ...], case: Case, softmax: bool) -> bool:
    """Whether a program with such mistakes below the output runs on a case: that is a matter of shapes."""
    output, cost = ("softmax", "cross_entropy") if softmax else ("sigmoid", "quadratic")
    return passed_back(mistakes, Convention(output=output, cost=cost).adapt(case), 1.0) is not None


def _differs_above(case: Case, seen: Observed) -> bool:
    """Whether the gradients of layer L are surely no multiple of the right ones: they are not small, and differ more
    than by what is allowed.
    """
    if (passed := passed_back((), case, 1.0)) is None:
        return False
    same = SURE * seen.same
    want = passed[1]
    if not (_telling(seen.nabla_b, want.nabla_b) and _telling(seen.nabla_w, want.nabla_w)):
        return False
    b, w = ratio(seen.nabla_b[-1:], want.nabla_b[-1:], same), ratio(seen.nabla_w[-1:], want.nabla_w[-1:], same)
    return alike(b, w, same) is None


def _telling(got: Sequence[Array], want: Sequence[Array]) -> bool:
    """Whether the last layer was answered, and is no small one."""
    return len(got) == len(want) and _counts(got) and bool(np.abs(want[-1]).max() > TELLING_SHORT)


def _counts(parts: Sequence[Array]) -> bool:
    """The last is no small one among them."""
    return bool(np.abs(parts[-1]).max() > SURE * FLOOR * max(np.abs(part).max() for part in parts))
