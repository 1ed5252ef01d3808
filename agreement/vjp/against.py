"""A kernel's answer in one case against the exact pullback of the reference."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from flint import ctx

from ...manual.shapes import Array
from ...reference.graph.arrays import lift, magnitudes, to_floats, zeros_like
from ...reference.graph.contract import Contract, Pullback
from ..judging.judge import BLIND_FROM
from ..judging.verdict import Verdict

PRECISIONS = (192, 768)
"""Bits of the exact walk, tried in turn until its own doubt is small beside the bound."""
SHARP = 2.0**-10
NEAR_OVERFLOW = 1 / 8


class JudgedGradient(NamedTuple):
    """One gradient judged, entry by entry: floats, verdicts, and bound as a part of the value (∞ beside 0)."""

    truth: Array
    bound: Array
    ratio: Array
    verdict: Array

    @property
    def visible(self) -> Array:
        """bound/|value| where the value is not 0: what relative error of one entry would be seen."""
        value = np.abs(self.truth)
        decided = (self.verdict <= Verdict.WRONG) | (self.verdict == Verdict.BLIND)
        chosen = decided & (value > 0) & np.isfinite(value)
        return self.bound[chosen] / value[chosen]


def judge_answers(pullback: Pullback, answers: list[tuple[Any, str]], contract: Contract) -> list[JudgedGradient]:
    """Each of a kernel's gradients (array, dtype) in one case; the order is that of `pullback.wanted`."""
    with ctx.workprec(PRECISIONS[0]):
        allowed = [_filled(pullback, k, x) for k, x in zip(pullback.wanted, pullback.enclosed(contract), strict=True)]
    exact = _exact(pullback, allowed)
    with ctx.workprec(PRECISIONS[0]):
        judged = [_judge(pullback, *each) for each in zip(answers, exact, allowed, strict=True)]
        if not any((a.verdict == Verdict.WRONG).any() for a in judged):
            return judged
        textbook = pullback.enclosed(contract, textbook=True)
        wider = [_filled(pullback, k, x) for k, x in zip(pullback.wanted, textbook, strict=True)]
        again = [_judge(pullback, *each) for each in zip(answers, exact, wider, strict=True)]
    return [_either(first, second) for first, second in zip(judged, again, strict=True)]


def _filled(pullback: Pullback, number: int, found: Any) -> Any:
    """0 where no cotangent arrives."""
    return zeros_like(np.empty(pullback.graph.values[number].shape, object)) if found is None else found


def _exact(pullback: Pullback, allowed: list[Any]) -> list[Any]:
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            exact = [_filled(pullback, k, x) for k, x in zip(pullback.wanted, pullback.exact(), strict=True)]
        if all(_is_sharp(e, a) for e, a in zip(exact, allowed, strict=True)):
            break
    return exact


def _is_sharp(exact: Any, allowed: Any) -> bool:
    pairs = zip(np.ravel(exact), np.ravel(allowed), strict=True)
    return all(x.is_exact() or x.rad() <= SHARP * y.rad() for x, y in pairs)


def _judge(pullback: Pullback, answer: tuple[Any, str], exact: Any, allowed: Any) -> JudgedGradient:
    got, _ = answer
    truth, floats = to_floats(exact), np.asarray(got).astype(np.float64)
    bound = magnitudes(allowed - np.frompyfunc(lambda x: x.mid(), 1, 1)(exact))
    error = magnitudes(lift(floats) - np.frompyfunc(lambda x: x.mid(), 1, 1)(exact))
    with np.errstate(all="ignore"):
        ratio = np.where(error == 0, 0.0, error / bound)
    inside = np.frompyfunc(lambda a, x: a.contains(x) if x.is_finite() else not a.is_finite(), 2, 1)(
        allowed, lift(floats)
    )
    open_kink = np.frompyfunc(lambda e, a: not e.is_finite() or (not e.is_exact() and e.rad() > SHARP * a.rad()), 2, 1)
    still_open = np.asarray(open_kink(exact, allowed), bool) | ~np.isfinite(bound)
    within = np.asarray(inside, bool)
    out_of_range = ~within & (pullback.largest >= NEAR_OVERFLOW)
    value = np.abs(truth)
    scale = np.where(value > 0, value, value[np.isfinite(value)].max(initial=0.0))
    conditions = [
        out_of_range,
        within & still_open,
        ~within & ~np.isfinite(truth),
        ~within,
        ~(bound < BLIND_FROM * scale) & (bound > 0),
    ]
    words = [Verdict.OUT_OF_RANGE, Verdict.UNDETERMINED, Verdict.UNDETERMINED, Verdict.WRONG, Verdict.BLIND]
    verdict = np.select(conditions, [np.int8(word) for word in words], np.int8(Verdict.ACCURATE))
    return JudgedGradient(truth, bound, np.where(np.isnan(ratio), math.inf, ratio), verdict)


def _either(first: JudgedGradient, second: JudgedGradient) -> JudgedGradient:
    """What only the textbook's bound admits is lossy."""
    admitted = (first.verdict == Verdict.WRONG) & (second.verdict != Verdict.WRONG)
    lossy = np.where(second.verdict == Verdict.ACCURATE, np.int8(Verdict.LOSSY), second.verdict)
    wider = [np.where(admitted, b, a) for a, b in zip(first[1:3], second[1:3], strict=True)]
    return JudgedGradient(first.truth, wider[0], wider[1], np.where(admitted, lossy, first.verdict))
