"""Probes: what a program does beside the numbers that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case
from ...manual.network import feed_forward
from .asking.outcome import CallOutcome
from .inference.conventions import Convention
from .inference.matching import is_one, ratio
from .inference.reading import AnswerReading, CaseAnswer

SATURATED = 16.0
"""From here on a sigmoid is 1 in float32; in float64 from 37."""
GUARDED = 11.0
"""From here on a program may keep z, or σ(z) by an ε of 1e-5 or less, in bounds of its own."""
UNBENT = ("relu", "identity", "leaky_relu")
GROWN = 1e-6
"""To how many digits a difference of two answers is a gradient."""

OUT_OF_RANGE = ("OverflowError", "ValueError: math domain error", "FloatingPointError")
"""What `math` and Python's own numbers raise where arrays would hold inf or NaN."""


class SideEffect(NamedTuple):
    """Something that a call did: its kind, the mistake that it is, and what it concerns."""

    kind: str
    mistake: str
    about: str


Calls = Sequence[tuple[Case, CallOutcome]]


def of(calls: Calls, answers: Sequence[CaseAnswer], reading: AnswerReading, convention: Convention) -> list[SideEffect]:
    """Everything that was noticed, the gravest first."""
    found = [*_changed(calls), *_repeats(calls, reading, convention), *_dtypes(calls), *_extremes(answers, convention)]
    return list(dict.fromkeys(found))


def _changed(calls: Calls) -> list[SideEffect]:
    names = dict.fromkeys(name for _, outcome in calls for name in outcome.changed)
    return [SideEffect("changed", "M13" if name in ("weights", "biases") else "M35", name) for name in names]


def _repeats(calls: Calls, reading: AnswerReading, convention: Convention) -> list[SideEffect]:
    """A second call that answers differently: gradients grow where what is new is the gradient once more."""
    differing = [(case, outcome) for case, outcome in calls if not outcome.repeats]
    if not differing:
        return []
    grow = all(_grows(case, outcome, reading, convention) for case, outcome in differing)
    return [SideEffect("grows" if grow else "differs", "M36" if grow else "", "")]


def _grows(case: Case, outcome: CallOutcome, reading: AnswerReading, convention: Convention) -> bool:
    """Every part of the second answer is the first's, or larger by the gradient."""
    seen = reading.read(CallOutcome(outcome.growth), case)
    if seen is None or not outcome.growth:
        return False
    scale, right = convention.scale(case.architecture.widths), backprop(convention.adapt(case))
    pairs = [*zip(seen.nabla_w, right.nabla_w, strict=False), *zip(seen.nabla_b, right.nabla_b, strict=False)]
    return all(not new.any() or is_one(ratio([new], [scale * part], GROWN), same=GROWN) for new, part in pairs)


def _dtypes(calls: Calls) -> list[SideEffect]:
    kinds = {name for _, outcome in calls for name in outcome.dtype.split(",") if name}
    whole = sorted(name for name in kinds if np.dtype(name).kind in "iub")
    short = sorted(name for name in kinds if name in ("float32", "float16"))
    return [SideEffect("integers", "M37", name) for name in whole] + [
        SideEffect("short", "M39", name) for name in short
    ]


def _extremes(answers: Sequence[CaseAnswer], convention: Convention) -> list[SideEffect]:
    """No number where e^z or a logarithm leaves the range, and numbers in every other case."""
    lost = [answer for answer in answers if not finite(answer)]
    explained = bool(lost) and all(_steep(convention.adapt(answer.case)) for answer in lost)
    return [SideEffect("no_number", "M38", lost[0].regime)] if explained else []


def _steep(case: Case) -> bool:
    """Some σ(z) is 0 or 1, or e^z overflows."""
    zs, _ = feed_forward(case)
    return any(bool((np.abs(z) >= SATURATED).any()) for z in zs)


def guarded(case: Case) -> SideEffect | None:
    """What a program does that keeps its numbers in range where e^z or σ(z) leaves it, or would do so on such a case;
    None where no z of a function that saturates is that large.
    """
    zs, _ = feed_forward(case)
    curved = [z for z, name in zip(zs, case.architecture.activations, strict=True) if name not in UNBENT]
    largest = max((float(np.abs(z).max(initial=0.0)) for z in curved), default=0.0)
    if largest >= np.log(np.finfo(case.dtype).max):
        return SideEffect("guarded", "M38", "")
    return SideEffect("guarded", "", "") if largest >= GUARDED else None


def finite(answer: CaseAnswer) -> bool:
    """It holds numbers only; so does none, unless that is as a number left the range."""
    if answer.observed is None:
        return not (answer.raised or "").startswith(OUT_OF_RANGE)
    return all(np.isfinite(part).all() for part in (*answer.observed.nabla_w, *answer.observed.nabla_b))
