"""What an answer holds beside the gradient of C₀ and is no mistake: an L2 term, an ε in the logarithm, a rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ....manual.backprop import backprop
from ....manual.case import Case
from ....manual.gradients import Gradients, Place, Quantity
from ....manual.shapes import Array
from ...catalogue.trace import FAILURES, RIGHT, PassSteps, Trace
from .conventions import Convention
from .matching import ratio
from .reading import Observed

EPSILONS = (
    *(float(f"1e-{k}") for k in (8, 15, 10, 12, 7, 6, 5, 9, 16, 11, 14, 13, 4, 3)),
    float(np.finfo(np.float64).eps),
    1e-20,
    1e-100,
)
"""The ε that people write, the commonest first."""
RATES = (*(float(f"{digit}e-{k}") for k in range(5, -1, -1) for digit in (1, 2, 3, 5)), 10.0, OURS := 2.0**40)
"""The learning rates that people write and the one that we give, the smallest first: its differences are differences
of a larger one, too.
"""
SIMILAR, LOST, LARGE = 1e-6, 10.0, 16.0
"""How well an L2 term is told; what its difference from the gradient loses; inputs beside which it is too small."""
COARSE, COARSER = 1e-3, 10.0
"""Where so much of a term is lost beside the gradient, a case tells nothing of it, unless all tell little."""
ROUNDINGS, FEW = 64.0, 4.0
"""Of the calculation that takes a guard off; of the one that adds or takes off a term."""


def _split(t: Trace, above: Array, below: Array) -> Array:
    """∂C/∂z where ∂C/∂a is −y/above + (1 − y)/below, of a sigmoid; −y/above through a softmax."""
    if t.sigma(t.depth).name == "softmax":
        pulled = -t.y / above * t.a(t.depth)
        return (pulled - t.a(t.depth) * pulled.sum(0)) * t.share
    a = t.a(t.depth)
    return (-t.y / above + (1 - t.y) / below) * a * (1 - a) * t.share


def _added(t: Trace, epsilon: float) -> Array:
    return _split(t, t.a(t.depth) + epsilon, 1 - t.a(t.depth) + epsilon)


def _clipped(t: Trace, epsilon: float) -> Array:
    a = np.clip(t.a(t.depth), epsilon, 1 - epsilon)
    return _split(t, a, 1 - a)


def _clipped_elementwise(t: Trace, epsilon: float) -> Array:
    """Of each output by itself, a softmax's with the slope a(1 − a) of its own z."""
    a, clipped = t.a(t.depth), np.clip(t.a(t.depth), epsilon, 1 - epsilon)
    return (-t.y / clipped + (1 - t.y) / (1 - clipped)) * a * (1 - a) * t.share


def _clipped_throughout(t: Trace, epsilon: float) -> Array:
    a = np.clip(t.a(t.depth), epsilon, 1 - epsilon)
    return (-t.y / a + (1 - t.y) / (1 - a)) * a * (1 - a) * t.share


def _clipped_difference(t: Trace, epsilon: float) -> Array:
    return (np.clip(t.a(t.depth), epsilon, 1 - epsilon) - t.y) * t.share


def _in_the_sum(t: Trace, epsilon: float) -> Array:
    """Of a softmax e^z/(Σ e^z + ε)."""
    return _less_than_one(t, np.exp(t.z(t.depth)), epsilon)


def _in_the_shifted_sum(t: Trace, epsilon: float) -> Array:
    """The same, the largest z taken off first."""
    z = t.z(t.depth)
    return _less_than_one(t, np.exp(z - z.max(axis=0)), epsilon)


def _less_than_one(t: Trace, e: Array, epsilon: float) -> Array:
    if t.sigma(t.depth).name != "softmax":
        raise TypeError("no softmax")
    return np.asarray((e / (e.sum(axis=0) + epsilon) - t.y) * t.share)


GUARDS: Mapping[str, Callable[[Trace, float], Array]] = {
    "added": _added,
    "clipped": _clipped,
    "clipped elementwise": _clipped_elementwise,
    "clipped throughout": _clipped_throughout,
    "clipped difference": _clipped_difference,
    "in the sum of e^z": _in_the_sum,
    "in the sum of e^(z − max z)": _in_the_shifted_sum,
}
"""How an ε keeps the logarithm of the cross-entropy from 0, or a softmax from 0/0."""
SLOPED = ("in σ′", "in σ′ of hidden neurons")
"""Those that add it to the slope of every neuron, or of the hidden ones."""
SHOWN = (*SLOPED, "added", "in the sum of e^z", "in the sum of e^(z − max z)")
"""Those that change every number, not only where σ(z) is nearly 0 or 1."""


@dataclass(frozen=True)
class Terms:
    """An L2 term adds l2·W to ∂C/∂W, l2/m·W where it is `shared`; an `epsilon` guards the logarithm in one
    of the ways of GUARDS; `rate` η says that gradients are differences (W − W′)/η of rounded weights.
    """

    l2: float = 0.0
    shared: bool = False
    epsilon: float = 0.0
    guard: str = "added"
    rate: float = 0.0

    def __str__(self) -> str:
        parts = [
            *([f"an L2 term, ∂C/∂W = ∂C₀/∂W + {self.l2:.6g}{'/m' if self.shared else ''} W"] if self.l2 else []),
            *([f"ε = {self.epsilon:.3g} {self._where()}"] if self.epsilon else []),
            *([f"gradients as (W − W′)/η, η = {self.rate:g}"] if 0 < self.rate < OURS else []),
        ]
        return ", ".join(parts)

    def _where(self) -> str:
        return self.guard if self.guard.startswith("in ") else f"{self.guard} in the logarithm"

    def off(self, case: Case, seen: Observed, scale: float) -> Observed:
        """The answer without the terms; `case` is of the convention, whose cost is `scale` times our own."""
        if self.epsilon:
            extra = self._guarded(case)
            seen = replace(
                seen,
                nabla_w=_less(seen.nabla_w, extra.nabla_w, scale),
                nabla_b=_less(seen.nabla_b, extra.nabla_b, scale),
            )
        return replace(seen, nabla_w=_less(seen.nabla_w, case.weights, self._decay(case))) if self.l2 else seen

    def beside(
        self, case: Case, said: Gradients[Array], seen: Observed, scale: float
    ) -> tuple[Gradients[Array], Observed]:
        """What is foretold and what was seen, comparable: an L2 term is put on the first, as what is left of a
        gradient beside a large term has few digits; anything else is taken off the second.
        """
        if self.l2 and not self.epsilon:
            return replace(said, nabla_w=_less(said.nabla_w, case.weights, -self._decay(case))), seen
        return said, self.off(case, seen, scale)

    def _decay(self, case: Case) -> float:
        return self.l2 / (case.examples if self.shared else 1)

    def guarded(self, case: Case) -> Gradients[Array]:
        """The gradients of C with the ε in it, or of C where they can't be worked out."""
        return _ran(self._program(), case) or _alone(backprop(case))

    def _program(self) -> PassSteps:
        """The right program with the ε in it."""
        if self.guard not in SLOPED:
            return RIGHT._replace(bp1=lambda t, l: GUARDS[self.guard](t, self.epsilon))
        of_hidden = RIGHT._replace(bp2=lambda t, l: t.back(l) * (t.slope(l) + self.epsilon))
        if self.guard != SLOPED[0]:
            return of_hidden
        return of_hidden._replace(bp1=lambda t, l: t.nabla_a() * (t.slope(l) + self.epsilon))

    def _guarded(self, case: Case) -> Gradients[Array]:
        """What the ε adds to every gradient."""
        return self.guarded(case).map(np.subtract, _alone(backprop(case)))

    def spare(self, case: Case, bounds: Mapping[Place, Array], scale: float) -> dict[Place, Array]:
        """What the rounding of the terms, and of taking them off, may make of each part, in the scale of our cost."""
        u = float(np.finfo(case.dtype).eps)
        guarded = dict(self._guarded(case).items()) if self.epsilon else {}
        right = dict(backprop(case).items()) if self.rate or self.l2 else {}
        found = {}
        for place, bound in bounds.items():
            found[place] = np.zeros_like(bound)
            if place in guarded and not (np.abs(guarded[place]) <= bound).all():
                found[place] += FEW * bound + ROUNDINGS * u * np.abs(guarded[place]).max(initial=0.0)
            if right and place.quantity in (Quantity.BP3, Quantity.BP4):
                found[place] += u * self._rounded(case, place, np.abs(right[place]), scale)
        return found

    def _rounded(self, case: Case, place: Place, gradient: Array, scale: float) -> Array:
        """By how many units a difference, or a sum with an L2 term, is rounded."""
        of_weights = place.quantity is Quantity.BP4
        parameter = np.abs((case.weights if of_weights else case.biases)[place.layer - 1])
        lost = (
            FEW * (case.examples * parameter / (self.rate * scale) + gradient) if self.rate else np.zeros_like(gradient)
        )
        return lost + FEW * (self._decay(case) / scale * parameter + gradient) if self.l2 and of_weights else lost


NOTHING = Terms()


def _less(parts: Sequence[Array], terms: Sequence[Array], factor: float) -> tuple[Array, ...]:
    pairs = zip(parts, terms, strict=False)
    with np.errstate(all="ignore"):
        return tuple(part - factor * term if part.shape == term.shape else part for part, term in pairs)


def _alone(found: Gradients[Array]) -> Gradients[Array]:
    """The gradients without what was calculated on the way."""
    return Gradients(found.nabla_w, found.nabla_b, found.delta)


def _ran(program: PassSteps, case: Case) -> Gradients[Array] | None:
    try:
        with np.errstate(all="ignore"):
            return _alone(program.gradients(case, case.share))
    except FAILURES:
        return None


Evidence = Sequence[tuple[Case, Observed]]


def decays(evidence: Evidence, right: Callable[[Case], Gradients[Array]], convention: Convention) -> Terms | None:
    """The L2 term that all answers have, with one λ or one λ/m; None where there is none."""
    beside: list[_Beside] = []
    for case, seen in (row for row in evidence if np.abs(row[0].x).max() < LARGE):
        found = _beside(case, seen, right(case).nabla_w, convention.scale(case.architecture.widths))
        if found is None or (found.same <= COARSE and found.untold):
            return None
        beside.append(found)
    coarse = max(COARSE, COARSER * min((one.same for one in beside), default=0.0))
    clear = [one for one in beside if one.same <= coarse]
    if not clear or any(one.untold for one in clear):
        return None
    same = max(one.same for one in clear)
    for shared in (False, True):
        terms = np.array([one.multiple * (one.case.examples if shared else 1) for one in clear])
        if np.ptp(terms) <= same * np.abs(terms).max() and terms[0] > 0:
            return Terms(l2=_plain(float(np.median(terms)), same), shared=shared)
    return None


class _Beside(NamedTuple):
    """Which multiple of W an answer has beside the gradient of C₀ (NaN where that is none), and how well it tells."""

    multiple: float
    same: float
    case: Case

    @property
    def untold(self) -> bool:
        return math.isnan(self.multiple)


def _beside(case: Case, seen: Observed, want: Sequence[Array], scale: float) -> _Beside | None:
    """None where the shapes differ."""
    if [x.shape for x in seen.nabla_w] != [x.shape for x in want]:
        return None
    ours = [scale * y for y in want]
    rest = [x - y for x, y in zip(seen.nabla_w, ours, strict=True)]
    same = max(SIMILAR, LOST * seen.same * max(1.0, _largest(ours) / (_largest(rest) or 1.0)))
    found = ratio(rest, case.weights, same)
    return _Beside(math.nan if found is None else found, same, case)


def _largest(arrays: Sequence[Array]) -> float:
    return max((float(np.abs(array).max(initial=0.0)) for array in arrays), default=0.0)


def _plain(number: float, same: float) -> float:
    """The decimal number of few digits that is meant, if there is one."""
    short = (float(f"{number:.{digits}g}") for digits in (1, 2, 3))
    return next((x for x in short if abs(x - number) <= same * abs(number)), number)


def differences(evidence: Evidence) -> Terms | None:
    """The η for which every answer is, to the last bits, a difference of rounded parameters over η; those to several
    examples may be sums of such.
    """
    for rate in RATES:
        alone = [one for one in evidence if one[0].examples == 1] or evidence
        if evidence and all(_differs(case, seen, rate) for case, seen in alone):
            return Terms(rate=rate)
    return None


def _differs(case: Case, seen: Observed, rate: float) -> bool:
    pairs = [*zip(seen.nabla_w, case.weights, strict=False), *zip(seen.nabla_b, case.biases, strict=False)]
    return all(got.shape == was.shape and _is_difference(got, was, rate) for got, was in pairs)


def _is_difference(got: Array, was: Array, rate: float) -> bool:
    """Updating W by it and taking the difference gives it back: other numbers lie between such differences."""
    with np.errstate(all="ignore"):
        again = (was - (was - rate * got)) / rate
        return bool((np.abs(again - got) <= 2 * np.spacing(np.abs(got))).all())


def guards() -> Iterator[Terms]:
    """Every ε in every way, those in σ′ last."""
    for guard in (*GUARDS, *SLOPED):
        for epsilon in EPSILONS:
            yield Terms(epsilon=epsilon, guard=guard)
