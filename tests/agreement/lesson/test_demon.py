from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.lesson import demon, example
from backproof.agreement.lesson.demon import Demon, demons


@pytest.fixture(scope="module")
def everyone() -> list[Demon]:
    return list(demons(example.default()))


def test_there_is_a_demon_at_every_neuron(everyone: list[Demon]) -> None:
    assert [(one.layer, one.neuron) for one in everyone] == [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]


def test_the_remainder_has_slope_two(everyone: list[Demon]) -> None:
    for one in everyone:
        assert one.slope == pytest.approx(2, abs=1e-3)


def test_a_wrong_delta_has_slope_one(everyone: list[Demon]) -> None:
    for one in everyone:
        off = np.abs(one.certified + 0.01 * abs(one.delta) * one.steps)
        assert replace(one, certified=off).slope == pytest.approx(1, abs=1e-3)


def test_small_nudges_leave_only_rounding_in_float64(everyone: list[Demon]) -> None:
    for one in everyone:
        np.testing.assert_allclose(one.floating[:8], one.certified[:8], rtol=1e-9)
        assert (one.floating[-4:] > 2 * one.certified[-4:]).any()


def test_the_change_of_the_cost_touches_its_tangent_at_zero(everyone: list[Demon]) -> None:
    for one in everyone:
        middle = demon.POSITIONS // 2
        assert one.nudges[middle] == 0
        assert one.changes[middle] == 0
        slope = (one.changes[middle + 1] - one.changes[middle - 1]) / (one.nudges[middle + 1] - one.nudges[middle - 1])
        assert slope == pytest.approx(one.delta, rel=0.02)


def test_a_dead_neuron_leaves_no_remainder() -> None:
    case = example.default()
    of = replace(case.architecture, activations=("relu", "sigmoid"))
    flat = [one.flat for one in demons(replace(case, architecture=of))]
    assert flat == [False, True, False, False, False]
