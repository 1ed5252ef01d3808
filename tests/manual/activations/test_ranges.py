"""σ′ and σ″ stay in their ranges, which are no wider than they must be."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.activations.ranges import BENDS, Range, range_of, seconds, slopes
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact
from backproof.manual.shapes import Array

ROWS = [row for row in ACTIVATIONS.values() if isinstance(row, Elementwise)]
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
POINTS = 2501


def intervals(seed: int, count: int = 300) -> Inexact:
    """Intervals of all sizes about 0, and about the far ends."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(0, 1, (1, count)) * rng.choice([1.0, 4.0, 30.0], count)
    return Inexact(middle, 10.0 ** rng.uniform(-3, 0.8, (1, count)) / 2)


def inside(z: Inexact, part: Array) -> Array:
    return z.value + 2 * z.error * part


def sampled(f: object, z: Inexact) -> Range:
    """What f comes to on a grid over each interval."""
    values = np.stack([f(inside(z, part)) for part in np.linspace(-1, 1, POINTS)])  # type: ignore[operator]
    return Range(values.min(axis=0), values.max(axis=0))


def test_every_elementwise_row_says_how_it_bends() -> None:
    assert {row.name for row in ROWS} == set(BENDS)


@every_row
def test_a_slope_stays_in_its_range_and_fills_it(row: Elementwise) -> None:
    z = intervals(1)
    within, found = slopes(row, z), sampled(row.slope, z)
    assert (within.least <= found.least).all()
    assert (found.most <= within.most).all()
    assert within.most - found.most == pytest.approx(0, abs=0.03)
    assert found.least - within.least == pytest.approx(0, abs=0.03)


@every_row
def test_a_second_slope_stays_in_its_range_and_fills_it(row: Elementwise) -> None:
    z, second = intervals(2), BENDS[row.name].second
    within = seconds(row, z)
    if second is None:
        assert not np.any(within)
        return
    found = sampled(second, z)
    assert (within.least <= found.least).all()
    assert (found.most <= within.most).all()
    assert within.most - found.most == pytest.approx(0, abs=0.05)
    assert found.least - within.least == pytest.approx(0, abs=0.05)


@every_row
def test_a_second_slope_is_the_slope_of_the_slope(row: Elementwise) -> None:
    second = BENDS[row.name].second or np.zeros_like
    z, step = np.random.default_rng(3).normal(0, 4, (1, 2000)), 1e-5
    jumps = [kink.at for kink in row.kinks] + [at for at, _ in BENDS[row.name].extremes]
    smooth = np.all([np.abs(z - at) > 2 * step for at in jumps], axis=0) if jumps else np.ones_like(z, dtype=bool)
    rise = (row.slope(z + step) - row.slope(z - step)) / (2 * step)
    assert second(z)[smooth] == pytest.approx(rise[smooth], abs=1e-8)


@every_row
def test_a_point_has_a_point_for_a_range(row: Elementwise) -> None:
    z = Inexact(np.random.default_rng(4).normal(0, 20, (1, 500)), np.zeros((1, 500)))
    for within in (slopes(row, z), seconds(row, z)):
        assert (within.half <= 2.0**-40 * (within.largest + 1)).all()


@pytest.mark.parametrize("at", [-1.0, 0.0, 2.5])
def test_a_turn_counts_as_soon_as_it_is_reached(at: float) -> None:
    def bump(z: Array) -> Array:
        return 1 - (z - at) ** 2

    touching = Inexact(np.array([[at - 1.0]]), np.array([[0.5]]))
    assert range_of(bump, touching, [(at, 1.0)]).most.item() >= 1
    short = Inexact(np.array([[at - 1.0]]), np.array([[0.49]]))
    assert range_of(bump, short, [(at, 1.0)]).most.item() < 1


@pytest.mark.parametrize("size", [1e90, 1e104, 1e107, 1e120, 1e145, 1e153])
def test_a_second_slope_that_underflows_still_moves_the_slope(size: float) -> None:
    """The softsign's is 2|z|^−3: at 10^145 it is no float, and an error of 10^132 moves σ′ by 10^−302."""
    row = ACTIVATIONS["softsign"]
    assert isinstance(row, Elementwise)
    z = Inexact(np.array([[size]]), np.array([[size * 1e-12]]))
    moved = abs(float(row.slope(inside(z, np.array(1.0))).item()) - float(row.slope(inside(z, np.array(0.0))).item()))
    with np.errstate(all="ignore"):
        second = seconds(row, z)
    assert 2 * second.largest.item() * z.error.item() >= moved * (1 - 1e-3) > 0
    with np.errstate(all="ignore"):
        assert row.slope_error(z, Arithmetic("float64")).item() >= moved / 2
