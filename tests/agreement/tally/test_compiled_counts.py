from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.finding import Bounds, Finding, Judgement
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.tally.compiled_counts import counted
from backproof.agreement.tally.counts import GroupCounts, Groups
from backproof.manual.gradients import Place, Quantity
from backproof.reference.fast.switch import taking
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from backproof.reference.truth.enclosure import Enclosure
from backproof.reference.zero import ZERO
from helpers.floats import any_floats, needs_numba, same_bits

pytestmark = needs_numba


def judgement(rng: np.random.Generator, shape: tuple[int, ...], listed: bool, verdicts: int) -> Judgement:
    hi, lo, error = (any_floats(rng, *shape) for _ in range(3))
    radius, ulp, *bounds = (np.abs(any_floats(rng, *shape)) for _ in range(7))
    verdict = rng.integers(0, verdicts, shape).astype(np.int8)
    return Judgement(
        Enclosure(hi, lo, radius), Bounds(*bounds[:4], bounds[4] if listed else None), error, verdict, ulp, 1e-300
    )


def finding(rng: np.random.Generator, shape: tuple[int, ...], stepped: bool, listed: bool, verdicts: int) -> Finding:
    whole = judgement(rng, shape, listed, verdicts)
    step = judgement(rng, shape, listed, verdicts) if stepped else None
    verdict = rng.integers(0, verdicts, shape).astype(np.int8)
    return Finding("one", Place(Quantity.BP4, 1), any_floats(rng, *shape), whole, step, verdict)


def held(one: Finding, groups: Groups) -> None:
    with np.errstate(all="ignore"):
        fused = GroupCounts(*counted(replace(one), groups.of, len(groups.names)))
        plain = GroupCounts.by_numpy(replace(one), groups)
    for name, x, y in zip(GroupCounts._fields, fused, plain, strict=True):
        assert same_bits(x, y), name


@pytest.mark.parametrize("verdicts", [1, len(Verdict)])
@pytest.mark.parametrize("stepped", [True, False])
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("shape", [(1,), (3,), (3, 2, 5), (2, 30, 40)])
def test_any_floats_are_counted_alike(shape: tuple[int, ...], listed: bool, stepped: bool, verdicts: int) -> None:
    rng = np.random.default_rng(sum(shape))
    regimes = tuple(["calm", "wide", "calm"][: shape[0]])
    held(finding(rng, shape, stepped, listed, verdicts), Groups.by(regimes))


def test_what_does_not_lie_in_a_row_is_counted_alike() -> None:
    one = finding(np.random.default_rng(5), (2, 6, 4), True, False, len(Verdict))
    turned = one.whole._replace(truth=Enclosure(*(part.mT.copy().mT for part in one.whole.truth)))
    held(replace(one, whole=turned), Groups.by(("calm", "wide")))


@pytest.mark.parametrize("number", range(9))
def test_a_pack_of_every_regime_is_judged_and_counted_alike(number: int) -> None:
    pack, regimes = DrawnUnit(11, number, 20, Menu()).draw()
    groups, ways = Groups.by(regimes), []
    for backend in (MANUAL, TEXTBOOK, ZERO):
        got = answer(backend, pack)
        for compiled_way in (True, False):
            with taking(compiled_way):
                ways.append([GroupCounts.of(one, groups) for one in Judge(pack).findings(backend, got)])
        for fused, plain in zip(*ways[-2:], strict=True):
            for name, x, y in zip(GroupCounts._fields, fused, plain, strict=True):
                assert same_bits(x, y), (backend.name, name)
