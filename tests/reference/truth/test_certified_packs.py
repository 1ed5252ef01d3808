"""Whole packs in pairs of floats: their enclosures hold those in balls, and say what the balls say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Pack
from backproof.manual.costs import COSTS
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.reference.truth import certified, doubled
from backproof.reference.truth.doubled import rows
from backproof.reference.truth.enclosure import Enclosure
from helpers import drawn
from helpers.every import every

ALL = Menu(
    costs=tuple(COSTS), activations=tuple(ACTIVATIONS), regimes=tuple(EVERY_REGIME), l2=(0.0, 0.1), weighted=True
)
PACKS = [unit.draw()[0] for menu, cases in ((Menu(), 90), (ALL, 240)) for unit in units(cases, 7, menu)]
NETWORK = Architecture((3, 4, 3), ("tanh", "softmax"), "cross_entropy", "mean")


def tolerance(pack: Pack, computed: Gradients[Any] | None) -> Gradients[Any]:
    arithmetic = Arithmetic(pack.dtype.name)
    if computed is None:
        return rounding.end_to_end(pack, arithmetic, STABLE)
    return rounding.one_step(pack, computed, arithmetic, STABLE)


def in_balls(pack: Pack, computed: Gradients[Any] | None, limits: Gradients[Any]) -> Gradients[Enclosure]:
    cases = [certified._of_case(case, *certified._at(k, computed, limits)) for k, case in enumerate(pack)]
    return certified.stacked(cases)


def apart(one: Enclosure, other: Enclosure) -> Any:
    """Where two enclosures cannot hold the same number."""
    with np.errstate(all="ignore"):
        gap = np.abs((one.hi - other.hi) + (one.lo - other.lo)) * (1 - 2.0**-50)
        both = np.isfinite(one.radius) & np.isfinite(other.radius)
        return both & ~(gap <= (one.radius + other.radius) * (1 + 2.0**-50))


@pytest.mark.parametrize("stepwise", [False, True])
def test_no_enclosure_is_beside_that_in_balls(stepwise: bool) -> None:
    seen = 0
    for pack in PACKS:
        computed = backprop(pack) if stepwise else None
        limits = tolerance(pack, computed)
        walked, balls = doubled.walk(pack, computed).map(certified._settled), in_balls(pack, computed, limits)
        for (place, one), (_, other) in zip(walked.items(), balls.items(), strict=True):
            assert not apart(one, other).any(), (place, pack.architecture)
            seen += int(np.isfinite(one.radius).sum())
    assert seen > 10_000


def test_what_is_handed_out_is_sharp_whatever_made_it() -> None:
    for pack in PACKS:
        limits = tolerance(pack, None)
        for (place, part), (_, limit) in zip(certified.truth(pack, limits).items(), limits.items(), strict=True):
            assert not (certified._unresolved(part, limit) & np.isfinite(part.radius)).any(), place
            assert np.isfinite(part.radius)[np.isfinite(limit)].all(), place


def test_few_calm_cases_need_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    requested = []
    case_in_balls = certified._of_case
    monkeypatch.setattr(certified, "_of_case", lambda case, *rest: requested.append(case) or case_in_balls(case, *rest))
    for dtype in ("float64", "float32"):
        pack = drawn.pack(NETWORK, dtype, regimes=("calm",) * 20)
        certified.truth(pack, tolerance(pack, None))
    assert requested == []
    pack = PACKS[0]
    certified.truth(pack, tolerance(pack, None).map(lambda limit: 1e-60 * limit))
    assert len(requested) <= len(pack)


def test_arrays_are_used_only_where_there_are_enough_numbers_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[int] = []
    in_pairs = doubled.walk
    monkeypatch.setattr(doubled, "walk", lambda pack, computed: walked.append(len(pack)) or in_pairs(pack, computed))
    for cases in (3, 20):
        pack = drawn.pack(NETWORK, regimes=("calm",) * cases)
        certified.truth(pack, tolerance(pack, None))
    wide = drawn.pack(Architecture((700, 1), ("tanh",)), regimes=("calm",), examples=1)
    certified.truth(wide, tolerance(wide, None))
    assert walked == [20, 1]


def test_every_activation_and_cost_has_a_row() -> None:
    assert set(ACTIVATIONS) == set(rows.ACTIVATIONS)
    assert set(rows.HEADS) == {
        (cost.name, name) for cost in COSTS.values() for name in cost.heads or tuple(ACTIVATIONS)
    }


def test_what_has_no_row_is_certified_in_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = drawn.pack(NETWORK, regimes=("calm",) * 20)
    limits = tolerance(pack, None)
    before = certified.truth(pack, limits)
    monkeypatch.delitem(doubled.walk.__globals__["ACTIVATIONS"], "tanh")
    assert not doubled.covers(NETWORK)
    for (_, one), (_, other) in zip(before.items(), certified.truth(pack, limits).items(), strict=True):
        assert not apart(one, other).any()


def test_a_case_too_large_for_balls_is_undetermined_where_it_is_not_sharp(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = drawn.pack(NETWORK, regimes=("calm",) * 20)
    monkeypatch.setattr(certified, "AFFORDABLE", 0)
    limits = tolerance(pack, None)
    sharp = certified.truth(pack, limits)
    assert every(np.isfinite(part.radius).all() for _, part in sharp.items())
    monkeypatch.setattr(certified, "SHARPNESS", 1e-30)
    assert any(np.isinf(part.radius).any() for _, part in certified.truth(pack, limits).items())


def test_a_program_s_own_floats_are_left_as_they_were() -> None:
    for pack in PACKS[:4]:
        computed = backprop(pack)
        copies = computed.map(np.copy)
        computed.map(lambda part: part.setflags(write=False))
        certified.step_truth(pack, computed, tolerance(pack, computed))
        assert every(
            (part == before).all() or np.isnan(part).any()
            for part, before in zip((p for _, p in computed.items()), (p for _, p in copies.items()), strict=True)
        )


def test_products_whose_scales_underflow_are_enclosed() -> None:
    """2^−590 · 2^−490 is no float, and z^1 is not 0: the next layer's 2^600 brings it back."""
    rng = np.random.default_rng(0)
    of = Architecture((20, 20, 20), ("identity", "identity"), "quadratic", "sum")

    def about(power: int, *shape: int) -> Any:
        return (1 + rng.random((8, *shape))) * 2.0**power

    zeros, y = np.zeros((8, 20)), np.zeros((8, 20, 4))
    pack = Pack(of, (about(-590, 20, 20), about(600, 20, 20)), (zeros, zeros), about(-490, 20, 4), y)
    limits = tolerance(pack, None)
    walked, balls = doubled.walk(pack, None).map(certified._settled), in_balls(pack, None, limits)
    for (place, one), (_, other) in zip(walked.items(), balls.items(), strict=True):
        assert not apart(one, other).any(), place


def test_a_radius_is_a_thousandth_of_what_it_serves_to_judge() -> None:
    of, pair = Architecture((1, 2, 1), ("softplus", "identity"), "quadratic"), np.ones((1, 2, 1))
    biases, one = (np.zeros((1, 2)), np.zeros((1, 1))), np.ones((1, 1, 1))
    pack = Pack(of, (pair, np.array([[[1.0, -1.0]]])), biases, one, one)  # z^2 is 0, a difference of two alike
    asked = 2.0**-126
    limits = replace(tolerance(pack, None), z=(np.ones((1, 2, 1)), np.full((1, 1, 1), asked)))
    found = certified.truth(pack, limits).z[1]
    assert found.hi == 0
    assert found.radius <= asked / 1000
