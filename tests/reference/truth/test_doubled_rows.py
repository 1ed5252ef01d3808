"""Rows in pairs hold what balls of a high precision say, and are sharp; a row that is off is seen."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS as MANUAL
from backproof.manual.shapes import Array
from backproof.reference.truth import balls
from backproof.reference.truth.doubled import normal
from backproof.reference.truth.doubled.number import Doubled, exact, total
from backproof.reference.truth.doubled.rows import ACTIVATIONS, HEADS, labels
from backproof.reference.truth.doubled.rows.difference import huber, log_cosh
from backproof.reference.truth.doubled.rows.labels import log_of_label
from flint import arb, ctx
from helpers import pairs
from helpers.drawn import HEADS as DRAWN
from helpers.pairs import RNG, ends, misses, perturbed

NAMES = [name for name in ACTIVATIONS if name != "softmax"]
BITS = 2500
"""So that z² of the largest float, or 1 − e^−745, is no rounding beside η."""
BENDS = (
    *(0.0, 1.0, 3.0, 6.0),  # kinks
    *(2.0**-4, 1 / 64, 3 / 64, 0.6931471805599453),  # where series, expansions and table entries meet
    *(1.278464542761074, 0.7517915246935645, 1.1924, 0.7524614220710163, 1.5),  # where slopes change sign
    *(30.0, 51.0, 300.0, 708.39, 745.2, 1300.0, 2.0**53, 1e300),  # where something is as good as constant
)


@pytest.fixture(autouse=True)
def _bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "BITS", BITS)


def beside(x: float, ulps: int = 2) -> list[float]:
    """x and its neighbours."""
    row = [x]
    for _ in range(ulps):
        row = [float(np.nextafter(row[0], -np.inf)), *row, float(np.nextafter(row[-1], np.inf))]
    return row


MAGNITUDES = np.logspace(-323, 308, 150)
POINTS = np.concatenate(
    [
        *(np.linspace(-reach, reach, n) for reach, n in ((3, 201), (60, 301), (800, 101))),
        *(MAGNITUDES, -MAGNITUDES),
        [y for x in BENDS for sign in (1, -1) for y in beside(sign * x)],
        [-0.0, 5e-324, -5e-324, 1.7e308, -1.7e308],
    ]
)
G = exact(-3.0)
KINKS = {name: [kink.at for kink in getattr(row, "kinks", ())] for name, row in MANUAL.items()}


def value(name: str) -> Callable[[Doubled], Doubled]:
    return ACTIVATIONS[name].value


def pulled(name: str) -> Callable[[Doubled], Doubled]:
    return lambda z: ACTIVATIONS[name].pull(z, G)


def value_in_balls(name: str) -> Callable[[arb], arb]:
    return lambda x: balls.ACTIVATIONS[name].value([x])[0]


def pulled_in_balls(name: str) -> Callable[[arb], arb]:
    return lambda x: balls.ACTIVATIONS[name].pull([x], [arb(-3)])[0]


def applied(function: Callable[[Doubled], Doubled], z: Doubled) -> Doubled:
    with np.errstate(all="ignore"):
        return Doubled(*(np.broadcast_to(part, z.hi.shape) for part in function(z)))


def off(result: Doubled, part: float) -> Doubled:
    """The same enclosures moved by a part of themselves."""
    with ctx.workprec(200):
        moved = [arb(float(hi)) + arb(float(lo)) for hi, lo in zip(result.hi, result.lo, strict=True)]
        moved = [x * (1 + arb(part)) if x.is_finite() else x for x in moved]
        hi = [float(x) for x in moved]
        lo = [float(x - arb(high)) for x, high in zip(moved, hi, strict=True)]
    return Doubled(np.array(hi), np.array(lo), result.radius)


def sharp(result: Doubled) -> Array:
    """Where the radius is far below an ulp, or below what shows in float64."""
    return np.asarray(result.radius <= np.maximum(2.0**-62 * np.abs(result.hi), 2.0**-1060))


def held_against(truth: Callable[[arb], arb], x: Array) -> Callable[[Any], list[arb]]:
    """What an entry must enclose, worked out once."""
    with ctx.workprec(BITS):
        truths = {at: [truth(arb(float(x[at])))] for at in np.ndindex(x.shape)}
    return truths.__getitem__


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("in_pairs", "in_balls"), [(value, value_in_balls), (pulled, pulled_in_balls)])
def test_a_row_holds_the_ball_and_is_sharp_and_one_that_is_off_is_seen(name: str, in_pairs: Any, in_balls: Any) -> None:
    result, truths = applied(in_pairs(name), exact(POINTS)), held_against(in_balls(name), POINTS)
    assert not misses(result, truths)
    assert np.isfinite(result.radius).all()
    assert sharp(result).mean() > 0.98
    for part in (2.0**-67, -(2.0**-67)):
        assert len(misses(off(result, part), truths)) > 0.15 * POINTS.size


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("radius", [-100, -50, -6])
def test_a_row_holds_all_that_its_operand_encloses(name: str, radius: int) -> None:
    z = perturbed(RNG.choice(POINTS, 250), radius - 6, radius)
    in_balls = value_in_balls(name), pulled_in_balls(name)
    for function, truth in zip((value(name), pulled(name)), in_balls, strict=True):
        assert not misses(applied(function, z), lambda at, truth=truth: [truth(end) for end in ends(z, at)])


@pytest.mark.parametrize(("name", "kink"), [(name, kink) for name in NAMES for kink in KINKS.get(name, ())])
def test_over_a_kink_the_slope_is_the_hull_and_beside_it_the_branch(name: str, kink: float) -> None:
    z = Doubled(np.full(3, kink) + np.array([-(2.0**-40), 0.0, 2.0**-40]), np.zeros(3), np.full(3, 2.0**-50))
    slopes = applied(lambda x: ACTIVATIONS[name].pull(x, exact(1.0)), z)
    low, high = slopes.hi - slopes.radius, slopes.hi + slopes.radius
    left, right = (float(balls.ACTIVATIONS[name].pull([arb(kink + step)], [arb(1)])[0]) for step in (-(2**-40), 2**-40))
    assert low[1] <= min(left, right) + 2.0**-36
    assert high[1] >= max(left, right) - 2.0**-36
    assert high[1] - low[1] <= 1.001 * abs(right - left) + 2.0**-36
    assert (slopes.radius[[0, 2]] <= 2.0**-48).all()
    assert slopes.hi[[0, 2]] == pytest.approx([left, right], abs=2.0**-36)


@pytest.mark.parametrize("name", NAMES)
def test_of_no_number_nothing_is_claimed_and_of_an_infinite_one_its_limit_at_most(name: str) -> None:
    none = np.zeros(1)
    for function in (value(name), *([pulled(name)] if name != "identity" else [])):
        for nothing in (exact(none * np.nan), Doubled(none, none, none + np.nan), Doubled(none, none, none + np.inf)):
            assert not all(np.isfinite(part).all() for part in applied(function, nothing))
    for infinite in (np.inf, -np.inf):
        result, limit = applied(value(name), exact(none + infinite)), float(value_in_balls(name)(arb(infinite)))
        assert not all(np.isfinite(part).all() for part in result) or result.hi[0] == pytest.approx(limit)


LABELS = np.array([0.0, 1.0, 0.5, 0.25, 1 - 2.0**-53, 1e-9, 5e-324, 0.75])


@pytest.mark.parametrize("row", DRAWN, ids="-".join)
def test_costs_hold_the_ball_and_are_sharp_and_one_that_is_off_is_seen(row: tuple[str, str]) -> None:
    spreads = [RNG.standard_normal((8, 40)) * scale for scale in (1, 1e-9, 30, 700)]
    z, y = exact(np.concatenate(spreads, axis=1)[None]), exact(RNG.choice(LABELS, (1, 8, 160)))
    with np.errstate(all="ignore"):
        a = ACTIVATIONS[row[1]].value(z)
        delta, terms = HEADS[row].delta(z, a, y), total(HEADS[row].terms(z, a, y), axis=-2)
    columns: list[list[Any]] = []
    with ctx.workprec(BITS):
        for j in range(160):
            at_z, at_y = ([arb(float(x)) for x in part.hi[0, :, j]] for part in (z, y))
            at_a, cost = balls.ACTIVATIONS[row[1]].value(at_z), balls.cost(*row)
            columns.append([cost.value(at_z, at_a, at_y), cost.delta(at_z, at_a, at_y)])
    assert not misses(terms, lambda at: [columns[at[2]][0]])
    assert not misses(delta, lambda at: [columns[at[2]][1][at[1]]])
    assert sharp(delta).mean() > 0.9
    assert sharp(terms).mean() > 0.9
    for result, part in ((terms, 0), (delta, 1)):
        flat = Doubled(*(x.ravel() for x in result))
        moved = Doubled(*(x.reshape(result.hi.shape) for x in off(flat, 2.0**-60)))
        truths = (lambda at: [columns[at[2]][0]]) if part == 0 else (lambda at: [columns[at[2]][1][at[1]]])
        assert len(misses(moved, truths)) > 0.3 * result.hi.size


@pytest.mark.parametrize(
    ("function", "definition", "points"),
    [
        (
            lambda x: log_of_label(x.hi),
            arb.log,
            np.concatenate([np.linspace(0.001, 3, 300), MAGNITUDES, beside(1.0)[:3]]),
        ),
        (log_cosh, balls.costs.log_cosh, np.concatenate([np.linspace(-3, 3, 301), -np.logspace(-150, 2, 100)])),
        (huber, balls.costs.huber, np.concatenate([np.linspace(-3, 3, 301), beside(1.0), beside(-1.0)])),
        (normal.mills, lambda x: normal.expansion(x)[0], np.linspace(0, 51, 2500)),
    ],
    ids=["log of a label", "log cosh", "huber", "mills"],
)
def test_parts_of_rows_hold_their_definition(function: Any, definition: Any, points: Array) -> None:
    result, truths = applied(function, exact(points)), held_against(definition, points)
    assert not misses(result, truths)
    assert sharp(result).all()
    assert len(misses(off(result, 2.0**-60), truths)) > 0.9 * (points != 0).sum() - 1


def test_what_the_proof_of_mills_takes_from_its_coefficients() -> None:
    table = normal.table()
    third, others = table[6], np.abs(table[7:])
    assert (np.abs(table[0]) >= 2 * np.abs(third) * 2.0**-6).all()
    ratios = others / np.abs(third)
    assert (np.diff(ratios, axis=1) <= 0).all()
    assert (ratios[:, 0] < 1).all()
    with ctx.workprec(300):
        eleventh = [abs(c) for c in (arb(2) ** 5 * arb(6).gamma() / arb(12).gamma(), arb(1) / 3)]
        assert eleventh[0] / eleventh[1] < 2.0**-11


def test_the_sum_of_the_others_of_many_labels_is_enclosed_and_sharp() -> None:
    x = np.random.default_rng(0).standard_normal((2, 150, 3)) ** 7
    x[0, 100, 0] = 2.0**80
    found = labels._others(exact(x))
    for k, j, e in ((0, 100, 0), (0, 17, 1), (1, 0, 2), (1, 149, 0)):
        others = [Fraction(one) for one in np.delete(x[k, :, e], j).tolist()]
        off = abs(Fraction(found.hi[k, j, e]) + Fraction(found.lo[k, j, e]) - sum(others))
        assert off <= Fraction(found.radius[k, j, e]) <= Fraction(2) ** -90 * sum(map(abs, others))
