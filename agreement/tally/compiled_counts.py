"""All counts of a finding in one pass over its entries, compiled: to the bit what GroupCounts.by_numpy gives."""

from __future__ import annotations

import numpy as np

from ...manual.shapes import Array
from ...reference.fast.jit import (
    COUNTS,
    FLAG,
    FLOATS,
    INTEGERS,
    NOTHING,
    NUMBER,
    SHORTS,
    TABLE,
    VERDICTS,
    compiled,
    flat,
    inlined,
)
from ..judging.finding import NO_DIGIT, Finding, Judgement, limit_of
from ..judging.verdict import Verdict
from .log_histogram import BLOCK, FIRST_SLOT, INFINITY, LAST_BITS, SLOTS, SMALLEST_OCTAVE, ZERO
from .octaves import BIAS, DIGITS, MANTISSA, MIDDLE, UNCOUNTED

LOSSY, KNOWN, WRONG = int(Verdict.LOSSY), int(Verdict.KNOWN), int(Verdict.WRONG)
UNDETERMINED, OUT_OF_RANGE = int(Verdict.UNDETERMINED), int(Verdict.OUT_OF_RANGE)
INFINITE_BITS = int(INFINITY)
MARKED, WORST = 4, 5


def counted(finding: Finding, group: Array, groups: int) -> tuple[Array, ...]:
    """The fields of a GroupCounts."""
    whole, step = finding.whole, finding.step or finding.whole
    cases, omegas = len(group), (whole.omega, limit_of(str(finding.got.dtype)))
    verdicts = np.zeros((groups, len(Verdict)), np.int64)
    marks = np.zeros((groups, MARKED), np.int64)
    histograms = [np.zeros((groups, width), np.int64) for width in (SLOTS, SLOTS, UNCOUNTED + 1, UNCOUNTED + 1)]
    worst = np.zeros((WORST, cases))
    given = (flat(finding.verdict), *_parts(whole), *_parts(step), finding.step is not None)
    _count(
        *given, group.astype(np.int64), *omegas, step.omega, FIRST_SLOT, LAST_BITS, verdicts, marks, *histograms, worst
    )
    return verdicts, marks, *histograms, worst


def _parts(judged: Judgement) -> tuple[object, ...]:
    """What is read of a judgement; without a listed deviation the last array is not looked at."""
    bounds, truth = judged.bounds, judged.truth
    known = bounds.open if bounds.known is None else bounds.known
    arrays = (judged.error, truth.hi, truth.radius, judged.ulp, bounds.stable, bounds.open, known)
    return (flat(judged.verdict), *map(flat, arrays), bool(judged.verdict.any()))


@inlined
def _slot(value: float, first: Array, last: Array) -> int:
    bits = np.float64(abs(value)).view(np.int64)
    if bits == 0:
        return ZERO
    block = bits >> BLOCK
    return first[block] + (1 if bits > last[block] else 0)


@inlined
def _column(ulps: float) -> int:
    bits = np.float64(abs(ulps)).view(np.int64)
    if bits >= INFINITE_BITS:
        return UNCOUNTED
    if bits == 0:
        return MIDDLE
    octave = max(((bits + MANTISSA) >> DIGITS) - BIAS, SMALLEST_OCTAVE + 1) - SMALLEST_OCTAVE
    return MIDDLE + octave if ulps > 0 else MIDDLE - octave


@inlined
def _ratio(error: float, bound: float, verdict: int, undecided: bool) -> float:
    ratio = abs(error) / bound
    if not undecided:
        return ratio
    if verdict > WRONG:
        return np.nan
    if error == 0:
        return 0.0
    return np.inf if np.isnan(ratio) else ratio


@inlined
def _ulps(error: float, ulp: float, verdict: int, hi: float, radius: float) -> float:
    return np.nan if verdict > WRONG or (hi == 0 and radius == 0) else error / ulp


@inlined
def _lost(verdict: int, error: float, hi: float, omega: float) -> bool:
    return verdict == LOSSY and abs(error) >= NO_DIGIT * abs(hi) and abs(hi) >= omega


@inlined
def _larger(x: float, y: float) -> float:
    """As np.fmax."""
    return x if x >= y or np.isnan(y) else y


@inlined
def _smaller(x: float, y: float) -> float:
    """As np.fmin."""
    return x if x <= y or np.isnan(y) else y


@inlined
def _mark(
    i: int,
    verdict: int,
    bound: float,
    visible: float,
    size: float,
    radius: float,
    omega: float,
    limit: float,
    marks: Array,
) -> None:
    unknown = verdict in (UNDETERMINED, OUT_OF_RANGE)
    if size >= _larger(omega, radius) or unknown:
        marks[i, 1] += 1
        marks[i, 2] += visible <= limit or verdict in (WRONG, KNOWN)
    marks[i, 3] += verdict > WRONG and not np.isfinite(bound)


JUDGEMENT = (VERDICTS, *[FLOATS] * 7, FLAG)


@compiled(
    NOTHING,
    *(VERDICTS, *JUDGEMENT, *JUDGEMENT, FLAG, INTEGERS, NUMBER, NUMBER, NUMBER, SHORTS, INTEGERS),
    *(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, TABLE),
)
def _count(
    verdict: Array,
    v: Array, error: Array, hi: Array, radius: Array, ulp: Array, stable: Array, opened: Array, known: Array,
    any_v: bool,
    step_v: Array, step_error: Array, step_hi: Array, step_radius: Array, step_ulp: Array, _: Array, step_opened: Array,
    step_known: Array, any_step: bool,
    stepped: bool, group: Array, omega: float, limit: float, step_omega: float, first: Array, last: Array,
    verdicts: Array, marks: Array, ratios: Array, visibles: Array, signs: Array, step_signs: Array, worst: Array,
) -> None:  # fmt: skip
    each = len(verdict) // max(len(group), 1)
    for case in range(len(group)):
        g = group[case]
        for i in range(case * each, (case + 1) * each):
            said, size = verdict[i], abs(hi[i])
            ulps = _ulps(error[i], ulp[i], said, hi[i], radius[i])
            ratio = _ratio(error[i], known[i] if v[i] == KNOWN else opened[i], v[i], any_v)
            sharpest = _ratio(error[i], stable[i], v[i], any_v)
            of_step, step_ulps, bound = np.nan, np.nan, opened[i]
            lost = _lost(v[i], error[i], hi[i], omega)
            if stepped:
                allowed = step_known[i] if step_v[i] == KNOWN else step_opened[i]
                of_step = _ratio(step_error[i], allowed, step_v[i], any_step)
                step_ulps = _ulps(step_error[i], step_ulp[i], max(said, step_v[i]), step_hi[i], step_radius[i])
                bound = _smaller(bound, step_opened[i])
                lost = lost or _lost(step_v[i], step_error[i], step_hi[i], step_omega)
            visible = np.nan if said > LOSSY or size == 0 else bound / size
            verdicts[g, said] += 1
            marks[g, 0] += lost and said == LOSSY
            _mark(g, said, bound, visible, size, radius[i], omega, limit, marks)
            ratios[g, _slot(ratio, first, last)] += 1
            visibles[g, _slot(visible, first, last)] += 1
            signs[g, _column(ulps)] += 1
            step_signs[g, _column(step_ulps)] += 1
            worst[0, case] = _larger(worst[0, case], ratio)
            worst[1, case] = _larger(worst[1, case], sharpest)
            worst[2, case] = _larger(worst[2, case], of_step)
            worst[3, case] = _larger(worst[3, case], np.nan if said == KNOWN else _larger(ratio, of_step))
            worst[4, case] = _larger(worst[4, case], abs(ulps))
