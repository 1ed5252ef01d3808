from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from backproof.manual.case import Architecture
from backproof.manual.rounding.arithmetic import CROSSED, OPEN, STABLE, TEXTBOOK, Arithmetic, Inexact
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.second_order.cost_rows import triple_error
from backproof.manual.second_order.direction import Direction
from backproof.manual.second_order.r_operator import hessian_vector
from backproof.manual.second_order.r_rounding import Factors, products, r_by_columns, r_end_to_end
from backproof.manual.shapes import Array
from helpers.every import every
from helpers.products import problem
from hypothesis import given
from hypothesis import strategies as st

MIXED = Architecture((3, 4, 3, 2), ("relu", "tanh", "softmax"), "cross_entropy")
SEEDS = st.integers(0, 2**32 - 1)


def inexact(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> tuple[Array, Array, Inexact]:
    """Another program's floats, the truth, and what is known: a value within e of the truth, as theirs is."""
    value = (rng.standard_normal(shape) * 2.0 ** rng.integers(-3, 4, shape)).astype(dtype).astype(np.float64)
    error = np.abs(value) * 2.0 ** rng.integers(-30, 1, shape) * rng.integers(0, 2, shape)
    truth = value + rng.choice([-1, 1], shape) * error
    theirs = (truth + (truth - value) * (1 - 2.0**-20)).astype(dtype)
    slack = np.abs(theirs - truth) - error
    return theirs, truth, Inexact(value, error + np.maximum(slack, 0) + 1e-300)


@given(SEEDS, st.sampled_from(DTYPES))
def test_a_product_of_three_in_any_order_stays_within_its_bound(seed: int, dtype: str) -> None:
    rng = np.random.default_rng(seed)
    programs, truths, known = zip(*(inexact(rng, (4,), dtype) for _ in range(3)), strict=True)
    bound = triple_error(*known, Arithmetic(dtype))
    for order in permutations(range(3)):
        got = programs[order[0]] * programs[order[1]] * programs[order[2]]
        for j in range(4):
            exact = Fraction(truths[0][j]) * Fraction(truths[1][j]) * Fraction(truths[2][j])
            assert abs(Fraction(float(got[j])) - exact) <= Fraction(float(bound[j])) * Fraction(101, 100)


def test_and_comes_near_it_where_all_errors_point_the_same_way() -> None:
    e = 2.0**-20
    x = Inexact(np.ones(1), np.full(1, e))
    assert 1 - (1 - e) ** 3 > 0.9 * triple_error(x, x, x, Arithmetic("float64"))[0]


@given(SEEDS, st.sampled_from(DTYPES), st.integers(1, 9))
def test_a_sum_of_products_in_any_order_stays_within_its_bound(seed: int, dtype: str, n: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [inexact(rng, shape, dtype) for shape in ((2, n), (n, 1), (2, n), (n, 1), (2, 1))]
    known = [part[2] for part in parts]
    result = products([Factors(known[0], known[1]), Factors(known[2], known[3])], Arithmetic(dtype), known[4])
    for i in range(2):
        theirs, truths = (
            [*zip(parts[0][w][i], parts[1][w][:, 0], strict=True), *zip(parts[2][w][i], parts[3][w][:, 0], strict=True)]
            for w in (0, 1)
        )
        terms = [x * y for x, y in theirs] + [parts[4][0][i, 0]]
        total = np.zeros((), dtype)
        for k in rng.permutation(len(terms)):
            total = total + terms[k]
        exact = sum(Fraction(float(x)) * Fraction(float(y)) for x, y in truths) + Fraction(float(parts[4][1][i, 0]))
        off = abs(Fraction(float(total)) - exact)
        assert off <= Fraction(float(result.error[i, 0])) * Fraction(101, 100)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_part_has_a_bound_and_the_tiers_contain_each_other(dtype: str) -> None:
    of, arithmetic = problem(MIXED, dtype), Arithmetic(dtype)
    stable, crossed, textbook, both = (
        r_end_to_end(of.pack, of.v, arithmetic, tier) for tier in (STABLE, CROSSED, TEXTBOOK, OPEN)
    )
    got = dict(hessian_vector(of.pack, of.v).items())
    assert dict(stable.items()).keys() == got.keys()
    for (place, a), (_, b), (_, c), (_, d) in zip(*(x.items() for x in (stable, crossed, textbook, both)), strict=True):
        assert a.shape == got[place].shape
        assert not np.isnan(d).any()
        assert (a <= b).all()
        assert (a <= c).all()
        assert (b <= d).all()
        assert (c <= d * (1 + 1e-12)).all()


SMALL = Architecture((2, 2, 1), ("tanh", "sigmoid"))


def test_what_goes_by_columns_is_given_every_column_s_error_and_the_sum_s() -> None:
    of, arithmetic = problem(SMALL, regimes=("calm", "zeros", "integers")), Arithmetic("float64")
    along, by_columns = (bound(of.pack, of.v, arithmetic, TEXTBOOK) for bound in (r_end_to_end, r_by_columns))
    columns = [(unit, move) for unit, move in of.v.units()]
    assert len(columns) == SMALL.parameters
    for (place, part), (_, whole) in zip(by_columns.items(), along.items(), strict=True):
        assert part.shape == whole.shape
        assert (part >= whole * (1 - 1e-9)).all(), place
    first = sum(
        np.abs(move)[:, None, None] * r_end_to_end(of.pack, unit, arithmetic, TEXTBOOK).nabla_w[0]
        for unit, move in columns
    )
    assert (by_columns.nabla_w[0] > first).all()


def test_columns_multiplied_by_v_are_hv_and_one_that_overflows_takes_all() -> None:
    of = problem(SMALL, regimes=("calm", "wide"))
    total = sum(move[:, None] * hessian_vector(of.pack, unit).nabla_b[0] for unit, move in of.v.units())
    assert total == pytest.approx(hessian_vector(of.pack, of.v).nabla_b[0], rel=1e-9)
    first, *rest = of.pack.weights
    steep = replace(of.pack, weights=(first, *(np.full_like(w, 1e300) for w in rest)))
    still = of.v.map(np.zeros_like)
    assert np.isinf(r_by_columns(steep, still, Arithmetic("float64"), STABLE).nabla_w[0]).all()


def test_a_flushing_program_is_given_more() -> None:
    of = problem(MIXED, "float32", ("calm", "subnormal"))
    plain, flushed = (r_end_to_end(of.pack, of.v, Arithmetic("float32", flushes=f), STABLE) for f in (False, True))
    for (place, a), (_, b) in zip(plain.items(), flushed.items(), strict=True):
        assert (a <= b).all(), place


def test_the_bound_grows_with_the_direction_and_an_overflow_reaches_everything_below() -> None:
    of, arithmetic = problem(MIXED, regimes=("calm",)), Arithmetic("float64")
    small, large = (r_end_to_end(of.pack, of.v.map(lambda x, s=s: x * s), arithmetic, STABLE) for s in (1.0, 4.0))
    for (place, a), (_, b) in zip(small.items(), large.items(), strict=True):
        assert b == pytest.approx(4 * a, rel=1e-6), place
    first, *rest = of.v.weights
    beyond = r_end_to_end(of.pack, of.v._replace(weights=(first * 1e302, *rest)), arithmetic, STABLE)
    assert every(np.isinf(part).all() for part in beyond.nabla_w)


def test_an_underflow_before_the_share_is_not_shared_out() -> None:
    of = problem(Architecture((1, 1), ("identity",)), regimes=("calm",)).pack
    many = replace(of, x=np.ones((1, 1, 10_000)), y=np.zeros((1, 1, 10_000)), weights=(np.zeros((1, 1, 1)),))
    exact, flushing = replace(many, biases=(np.zeros((1, 1)),)), Arithmetic("float64", flushes=True)
    v = Direction((np.zeros((1, 1, 1)),), (np.full((1, 1), 1e-300),))
    assert (r_end_to_end(exact, v, flushing, STABLE).delta[0] >= 16 * flushing.omega).all()  # type: ignore[index]
