"""One pack, one backend: every entry held against the truth, in one step and end to end.

A comparison gives Findings, never a bool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

import numpy as np

from ...manual.activations import ACTIVATIONS
from ...manual.case import Pack
from ...manual.gradients import Gradients, Place
from ...manual.rounding import rounding
from ...manual.rounding.arithmetic import CROSSED, OPEN, STABLE, TEXTBOOK, Arithmetic, Tier, narrowed_products
from ...manual.rounding.zonotope import zonotope
from ...manual.shapes import Array
from ...reference.arithmetic_state import ieee
from ...reference.deviations import deviations
from ...reference.protocol import Named, traits
from ...reference.truth import certified
from ...reference.truth.enclosure import Enclosure
from . import entries
from .finding import Bounds, Finding, Judgement
from .sharpened import sharpened
from .verdict import Verdict, combined

MARGIN = 1.01
"""Covers the rounding of the bound's own evaluation."""
BLIND_FROM = 1 / 8
"""A bound that is this part of the value sees nothing."""


class Judge:
    """The truth and the bounds of one pack, made once and held against any number of backends."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._bounds: dict[tuple[Arithmetic, Tier], Gradients[Array]] = {}
        self._sharp: dict[tuple[Arithmetic, tuple[Tier, ...], bool], dict[Tier, Gradients[Array]]] = {}
        self._made: dict[int, Array] = {}
        self._blunt: list[Gradients[Enclosure]] = []  # kept alive: `_made` goes by identity

    def _end_to_end(self, arithmetic: Arithmetic, tier: Tier) -> Gradients[Array]:
        if (arithmetic, tier) not in self._bounds:
            self._bounds[arithmetic, tier] = rounding.end_to_end(self.pack, arithmetic, tier)
        return self._bounds[arithmetic, tier]

    def _sharpened(self, arithmetic: Arithmetic, tiers: list[Tier], recomputes: bool) -> dict[Tier, Gradients[Array]]:
        """The same by tier, or from one linear form of all rounding errors where that is smaller."""
        key = arithmetic, tuple(tiers), recomputes
        if key not in self._sharp:
            forms = {tier: zonotope(self.pack, arithmetic, tier, recomputes) for tier in set(tiers)}
            running = {tier: self._end_to_end(arithmetic, tier) for tier in forms}
            self._sharp[key] = sharpened(running, forms) if any(forms.values()) else running
        return self._sharp[key]

    @cached_property
    @ieee()
    def truth(self) -> Gradients[Enclosure]:
        """The certified truth of every case."""
        return certified.truth(self.pack, self._end_to_end(Arithmetic(self.pack.dtype.name), STABLE))

    def _truth_for(self, errors: Gradients[Array]) -> Gradients[Enclosure]:
        """The truth, sharp enough for these errors."""
        if not certified.is_sharp(self.truth, errors):
            self._blunt.append(self.truth)
            self.truth = certified.truth(self.pack, errors)
        return self.truth

    @ieee()
    def findings(self, backend: Named, got: Gradients[Array]) -> list[Finding]:
        """A Finding for every part that the backend showed, in the order of computation."""
        said, dtype = traits(backend), self.pack.dtype.name
        arithmetic = Arithmetic(dtype, flushes=said.flushes, forward=said.forward)
        tiers = tiers_of(backend, self.pack, arithmetic)
        step, computed = None, replace(got, delta=None) if said.forward else got
        if computed.delta is None:
            errors = self._sharpened(arithmetic, tiers, said.recomputes)
        else:
            errors = {tier: self._end_to_end(arithmetic, tier) for tier in tiers}
        whole = Side(
            *(self._truth_for(errors[tiers[0]]), [errors[tier] for tier in tiers], arithmetic, self._made),
            lambda exact: self._end_to_end(exact, STABLE),
        )
        if any(part is not None for part in (computed.z, computed.a, computed.delta)):
            step = self._one_step(computed, tiers, arithmetic, said.recomputes)
        findings: list[Finding] = []
        tainted = np.zeros(len(self.pack), dtype=bool)
        for place, part in got.items():
            end_to_end = whole.judge(place, part)
            one_step = step.judge(place, part) if step else None
            upstream = tainted.reshape((-1,) + (1,) * (part.ndim - 1))
            verdict = combined(or_blind(end_to_end), or_blind(one_step) if one_step else None, upstream)
            tainted |= (verdict == Verdict.WRONG).reshape(len(tainted), -1).any(axis=1)
            findings.append(Finding(backend.name, place, part, end_to_end, one_step, verdict))
        return findings

    @ieee()
    def one_step(self, backend: Named, computed: Gradients[Array]) -> dict[Place, Judgement]:
        """Each equation by itself, from these floats, whatever they are."""
        said = traits(backend)
        arithmetic = Arithmetic(self.pack.dtype.name, flushes=said.flushes)
        step = self._one_step(computed, tiers_of(backend, self.pack, arithmetic), arithmetic, said.recomputes)
        return {place: step.judge(place, part) for place, part in computed.items()}

    def _one_step(
        self, computed: Gradients[Array], tiers: list[Tier], arithmetic: Arithmetic, recomputes: bool
    ) -> Side:
        errors = rounding.one_steps(self.pack, computed, arithmetic, dict.fromkeys(tiers), recomputes)
        truth = certified.step_truth(self.pack, computed, errors[tiers[0]])
        return Side(
            *(truth, [errors[tier] for tier in tiers], arithmetic, {}),
            lambda exact: rounding.one_step(self.pack, computed, exact, STABLE),
        )


def tiers_of(backend: Named, pack: Pack, arithmetic: Arithmetic) -> list[Tier]:
    """Those of Bounds, the last only where a deviation of this backend is listed. Without kinks there
    is no other branch to take.
    """
    architecture, dtype = pack.architecture, pack.dtype.name
    kinked = any(getattr(ACTIVATIONS[name], "kinks", ()) for name in architecture.activations)
    crossed, both = (CROSSED, OPEN) if kinked else (STABLE, TEXTBOOK)
    rows = [row for row in deviations.known_of(backend) if row.concerns(architecture, dtype)]
    widened = [OPEN._replace(deviation_bounds=tuple(row.in_bound(arithmetic) for row in rows))] if rows else []
    return [declared(backend, tier, dtype) for tier in (STABLE, crossed, TEXTBOOK, both, *widened)]


def declared(backend: Named, tier: Tier, dtype: str) -> Tier:
    """A tier with the narrower products of float32 that a backend's traits declare."""
    products = traits(backend).products
    if products is None or dtype != "float32":
        return tier
    return tier._replace(deviation_bounds=(*tier.deviation_bounds, narrowed_products(products)))


class Side:
    """One way of judging a pack: the truth and the errors that each tier allows, part by part.

    `made` keeps the bounds by the errors they are made of, and an ulp by its values: tiers and backends share
    them. `bounded` gives the errors in an arithmetic that rounds nothing: where they are ∞ magnitudes leave the range.
    """

    def __init__(
        self,
        truth: Gradients[Enclosure],
        errors: list[Gradients[Array]],
        arithmetic: Arithmetic,
        made: dict[int, Array],
        bounded: Callable[[Arithmetic], Gradients[Array]],
    ) -> None:
        self._truth = dict(truth.items())
        self._errors = [dict(tier.items()) for tier in errors]
        self._arithmetic, self._made, self._bounded = arithmetic, made, bounded

    @cached_property
    def _magnitudes(self) -> dict[Place, Array]:
        return dict(self._bounded(replace(self._arithmetic, exact=True)).items())

    def _in_range(self, place: Place, bounds: Bounds) -> Array:
        """Where no magnitude leaves the range, whatever the bounds say; asked where one of them has no end."""
        if bounds.open.max() < np.inf:
            return np.ones((), dtype=bool)
        return np.isfinite(self._magnitudes[place])

    def judge(self, place: Place, got: Array) -> Judgement:
        truth = self._truth[place]
        with np.errstate(all="ignore"):
            bounds = Bounds(*(self._bound(truth, tier[place]) for tier in self._errors))
            error, accurate = entries.differences(got, truth, bounds.stable, bounds.open)
            if accurate:  # most parts are
                verdict = np.zeros(error.shape, np.int8)
            else:
                verdict = _verdict(error, truth.radius, bounds, self._in_range(place, bounds))
            return Judgement(truth, bounds, error, verdict, self._ulp(truth.hi), self._arithmetic.omega)

    def _ulp(self, hi: Array) -> Array:
        if id(hi) not in self._made:
            self._made[id(hi)] = entries.ulps(hi, self._arithmetic)
        return self._made[id(hi)]

    def _bound(self, truth: Enclosure, error: Array) -> Array:
        """The bound proper: the derived error, a margin for its own evaluation, and one ulp."""
        if id(error) not in self._made:
            self._made[id(error)] = entries.bounds(truth.hi, error, MARGIN, self._arithmetic)
        return self._made[id(error)]


OUT = np.zeros((), dtype=bool)


def _verdict(error: Array, radius: Array, bounds: Bounds, in_range: Array = OUT) -> Array:
    most = np.abs(error) + radius
    accurate = most <= bounds.stable
    least = np.abs(error) - radius
    known = (
        np.zeros(error.shape, dtype=bool)
        if bounds.known is None
        else ~(bounds.known < np.inf) | (least <= bounds.known)
    )
    verdicts = [
        (~np.isfinite(bounds.open) & ~in_range, Verdict.OUT_OF_RANGE),
        (~np.isfinite(bounds.open), Verdict.BLIND),
        (~np.isfinite(radius), Verdict.UNDETERMINED),
        (accurate, Verdict.ACCURATE),
        ((least <= bounds.crossed) & (bounds.crossed > bounds.stable), Verdict.UNDETERMINED),
        (least <= bounds.textbook, Verdict.LOSSY),
        (least <= bounds.open, Verdict.UNDETERMINED),
        (known, Verdict.KNOWN),
    ]
    conditions, words = zip(*verdicts, strict=True)
    return np.select(conditions, [np.int8(word) for word in words], np.int8(Verdict.WRONG))


def or_blind(judged: Judgement) -> Array:
    """`blind` where an error below the best formula's bound could be as large as the value; beside 0, and
    what is as good as 0, that is measured by the layer's largest value. What is beyond that bound was seen.
    """
    value, bound = np.abs(judged.truth.hi), judged.bounds.stable
    if not entries.reached(judged.truth.hi, bound, BLIND_FROM):
        return judged.verdict
    largest = value.reshape(len(value), -1).max(axis=1).reshape((-1,) + (1,) * (value.ndim - 1))
    scale = np.where(value >= judged.omega, value, largest)
    blind = (judged.verdict == Verdict.ACCURATE) & (bound >= BLIND_FROM * scale) & (scale > 0)
    return np.where(blind, np.int8(Verdict.BLIND), judged.verdict)
