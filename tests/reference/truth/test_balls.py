from __future__ import annotations

import itertools

import pytest
from backproof.manual.activations import ACTIVATIONS
from backproof.reference.truth import balls
from flint import arb, ctx
from helpers.definitions import BITS, ELEMENTWISE, activation, cost, derivatives, gradient
from helpers.drawn import HEADS
from helpers.every import every

POINTS = [0.0, 2.0**-1074, -1e-200, 1e-9, -0.25, 0.5, -1.0, 3.0, -20.3, 36.7, 40.0, -88.9, 300.0, -745.0, 900.0]
COLUMNS = [[0.5], [0.3, -2.0, 5.0], [1.5, 1.5], [40.0, -40.0], [-700.0, -720.0, 0.0], [2.0**-60, -(2.0**-60)]]
PRECISION = 160
SHARP = 2.0**-120
"""Relative: a row that lost its digits would still contain the truth."""


def holds(enclosure: arb, truth: arb, scale: float = 0.0) -> bool:
    """Whether two balls of one number meet, the first being sharp beside the number, or a scale."""
    with ctx.workprec(BITS):
        sharp = enclosure.rad() <= SHARP * (abs(truth).upper() + scale)
        return bool(enclosure.overlaps(truth) and sharp and truth.rad() <= SHARP * (abs(truth).upper() + scale))


def at(z: list[float]) -> list[arb]:
    return [arb(x) for x in z]


def test_there_is_a_row_for_every_activation_and_every_cost() -> None:
    assert set(balls.ACTIVATIONS) == set(ACTIVATIONS)
    for row in HEADS:
        assert isinstance(balls.cost(*row), balls.BallCost)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_what_a_program_left_without_a_number_encloses_nothing(name: str) -> None:
    nothing = arb("nan")
    assert not balls.ACTIVATIONS[name].value([nothing])[0].is_finite()
    balls.ACTIVATIONS[name].value([arb("inf"), arb("-inf")])


@pytest.mark.parametrize("z", POINTS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_elementwise_rows_hold_their_definition_and_its_slope(name: str, z: float) -> None:
    value = derivatives(ELEMENTWISE[name], z, 0)[0]
    _, pulled = derivatives(lambda x: -3 * ELEMENTWISE[name](x), z, 1)
    with ctx.workprec(PRECISION):
        row = balls.ACTIVATIONS[name]
        got_value, got_pulled = row.value(at([z]))[0], row.pull(at([z]), [arb(-3)])[0]
    assert holds(got_value, value)
    assert holds(got_pulled, pulled)


@pytest.mark.parametrize("z", COLUMNS)
def test_softmax_holds_its_definition_and_its_jacobian(z: list[float]) -> None:
    g = [float(k + 1) for k in range(len(z))]
    with ctx.workprec(BITS):
        values = activation("softmax", at(z))
    pulled = gradient(lambda line: sum(x * p for x, p in zip(g, activation("softmax", line), strict=True)), z)
    with ctx.workprec(PRECISION):
        row = balls.ACTIVATIONS["softmax"]
        got, got_pulled = row.value(at(z)), row.pull(at(z), at(g))
    assert every(itertools.starmap(holds, zip(got, values, strict=True)))
    for enclosure, truth in zip(got_pulled, pulled, strict=True):
        assert holds(enclosure, truth, scale=1.0)


@pytest.mark.parametrize("z", COLUMNS)
@pytest.mark.parametrize("row", HEADS, ids="-".join)
def test_costs_hold_their_definition_and_its_gradient(row: tuple[str, str], z: list[float]) -> None:
    for y in ([0.25] * len(z), [1.0, *[0.0] * (len(z) - 1)]):
        with ctx.workprec(BITS):
            value = cost(*row, at(z), at(y))
        delta = gradient(lambda line, y=y: cost(*row, line, at(y)), z)
        with ctx.workprec(PRECISION):
            a = balls.ACTIVATIONS[row[1]].value(at(z))
            got = balls.cost(*row)
            got_value, got_delta = got.value(at(z), a, at(y)), got.delta(at(z), a, at(y))
        assert holds(got_value, value, scale=1.0)
        for enclosure, truth in zip(got_delta, delta, strict=True):
            assert holds(enclosure, truth, scale=1.0)


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if getattr(row, "kinks", ())])
def test_rows_with_kinks_take_both_branches_where_the_side_is_open(name: str) -> None:
    row = balls.ACTIVATIONS[name]
    for at, left, right in ACTIVATIONS[name].kinks:
        open_slope = row.pull([arb(at, 2.0**-50)], [arb(1)])[0]
        assert open_slope.overlaps(arb(left))
        assert open_slope.overlaps(arb(right))
        for side, slope in ((at - 2.0**-40, left), (at, min(left, right, key=abs)), (at + 2.0**-40, right)):
            assert float(row.pull([arb(side)], [arb(1)])[0]) == pytest.approx(slope, abs=1e-11)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_rows_enclose_every_point_of_a_wide_ball(name: str) -> None:
    row, wide = balls.ACTIVATIONS[name], arb(-0.5, 2)
    for inside in (-2.5, -1.0, -0.5, 0.25, 1.5):
        value, slope = derivatives(ELEMENTWISE[name], inside, 1)
        assert row.value([wide])[0].overlaps(value)
        assert row.pull([wide], [arb(1)])[0].overlaps(slope)
