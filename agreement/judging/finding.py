"""What a comparison gives: Findings, which say of every entry how far off it was, and how far it could have been."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ...manual.gradients import Place
from ...manual.rounding.formats import DTYPES
from ...manual.shapes import Array
from ...reference.truth.enclosure import Enclosure
from .verdict import Verdict

SHARP, SHARP_IN_16_BITS = 1e-3, 1 / 8
"""What is judged sharper than this is seen; a rounding in 16 bits is already up to 0.4 % of a number."""
NO_DIGIT = 1 / 10
"""An error that is this part of the value leaves no digit of it."""


def limit_of(dtype: str) -> float:
    """The relative error from which on an entry is judged sharply in a dtype."""
    return SHARP if dtype in DTYPES else SHARP_IN_16_BITS


class Bounds(NamedTuple):
    """The most an entry may be off: with the best formulas, the same on either branch of a kink, with
    the textbook's formulas, these on either branch, and with a listed deviation (None without one).
    """

    stable: Array
    crossed: Array
    textbook: Array
    open: Array
    known: Array | None = None


class Judgement(NamedTuple):
    """One of the two judgements of every entry of a part."""

    truth: Enclosure
    bounds: Bounds
    error: Array
    verdict: Array
    ulp: Array
    omega: float
    """The smallest normal number of the dtype: what is below it has no digits of its own."""

    def ulps(self, verdict: Array) -> Array:
        """Signed error in units in the last place of the truth; NaN where that is exactly 0 or undecided."""
        with np.errstate(all="ignore"):
            ulps = self.error / self.ulp
        if verdict.any() or not self.truth.hi.all():
            countable = (verdict <= Verdict.WRONG) & ((self.truth.hi != 0) | (self.truth.radius != 0))
            ulps[~countable] = np.nan
        return ulps

    @property
    def allowed(self) -> Array:
        """The bound that decides: with a listed deviation, where that is what explains the entry."""
        known = self.bounds.known
        return self.bounds.open if known is None else np.where(self.verdict == Verdict.KNOWN, known, self.bounds.open)

    @property
    def lost(self) -> Array:
        """The lossy entries that keep no digit of a normal number."""
        with np.errstate(all="ignore"):
            gone = np.abs(self.error) >= NO_DIGIT * np.abs(self.truth.hi)
        return (self.verdict == Verdict.LOSSY) & gone & (np.abs(self.truth.hi) >= self.omega)

    def ratio(self, bound: Array) -> Array:
        """error/bound, NaN where nothing could be decided."""
        with np.errstate(all="ignore"):
            ratio = np.abs(self.error) / bound
            if not self.verdict.any():  # all accurate: every error and bound is a number
                return ratio
            ratio[self.error == 0] = 0.0
        return np.where(self.verdict <= Verdict.WRONG, np.where(np.isnan(ratio), np.inf, ratio), np.nan)


@dataclass(frozen=True)
class Finding:
    """What a comparison found of one backend in one part (a quantity of a layer) of a pack.

    All arrays have the part's shape, cases first.
    """

    backend: str
    place: Place
    got: Array
    whole: Judgement
    step: Judgement | None
    verdict: Array

    @cached_property
    def ratio(self) -> Array:
        """End-to-end error over the bound of a correct program (at a kink: of either branch; wider where a
        deviation is listed).
        """
        return self.whole.ratio(self.whole.allowed)

    @cached_property
    def ratio_stable(self) -> Array:
        """End-to-end error over the bound of the best formula."""
        return self.whole.ratio(self.whole.bounds.stable)

    @cached_property
    def step_ratio(self) -> Array:
        """One step's error over its bound; NaN without a step judgement."""
        return np.full(self.verdict.shape, np.nan) if self.step is None else self.step.ratio(self.step.allowed)

    @cached_property
    def ratio_unlisted(self) -> Array:
        """The larger of the two ratios; NaN where a listed deviation explains the entry."""
        larger = np.fmax(self.ratio, self.step_ratio)
        return np.where(self.verdict == Verdict.KNOWN, np.nan, larger) if self.verdict.any() else larger

    @cached_property
    def bound(self) -> Array:
        """The sharper of the two bounds: the smallest error that would have been seen."""
        whole = self.whole.bounds.open
        return whole if self.step is None else np.fmin(whole, self.step.bounds.open)

    @cached_property
    def visible(self) -> Array:
        """bound/|value|: the smallest relative error that would have been seen; NaN where the value is 0,
        and where nothing was decided, or against the backend.
        """
        value = np.abs(self.whole.truth.hi)
        with np.errstate(all="ignore"):
            visible = self.bound / value
        if self.verdict.any() or not value.all():
            visible[(self.verdict > Verdict.LOSSY) | (value == 0)] = np.nan
        return visible

    @cached_property
    def nonzero(self) -> Array:
        """The entries whose value is a normal number, or of which that could not be told."""
        truth = self.whole.truth
        unknown = (self.verdict == Verdict.UNDETERMINED) | (self.verdict == Verdict.OUT_OF_RANGE)
        return (np.abs(truth.hi) >= np.fmax(self.whole.omega, truth.radius)) | unknown

    @cached_property
    def sharp(self) -> Array:
        """Those of them in which a relative error of SHARP would have been seen, or was."""
        limit = limit_of(str(self.got.dtype))
        seen = (self.verdict == Verdict.WRONG) | (self.verdict == Verdict.KNOWN)
        return self.nonzero & ((self.visible <= limit) | seen)

    @cached_property
    def unbounded(self) -> Array:
        """The entries that neither judgement bounds: any answer passes there, and counts for nothing."""
        if not self.verdict.any():
            return np.zeros(self.verdict.shape, dtype=bool)
        return (self.verdict > Verdict.WRONG) & ~np.isfinite(self.bound)

    @cached_property
    def lost(self) -> Array:
        """The lossy entries that keep no digit, end to end or in their step."""
        lost = self.whole.lost if self.step is None else self.whole.lost | self.step.lost
        return (self.verdict == Verdict.LOSSY) & lost

    @cached_property
    def ulps(self) -> Array:
        """End-to-end error in ulp, with its sign."""
        return self.whole.ulps(self.verdict)

    @cached_property
    def step_ulps(self) -> Array:
        """One step's error in ulp, with its sign; NaN without a step judgement."""
        if self.step is None:
            return np.full(self.verdict.shape, np.nan)
        return self.step.ulps(np.maximum(self.verdict, self.step.verdict))
