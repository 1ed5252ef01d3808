from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.manual.rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.second_order.activation_rows import SECOND
from backproof.manual.second_order.cost_rows import second_order
from backproof.manual.second_order.direction import Direction
from backproof.manual.second_order.r_operator import R_FORMULAS, hessian_vector, unsupported
from backproof.manual.shapes import Array
from backproof.reference.truth import balls
from backproof.reference.truth.balls.dual import Dual
from flint import arb, ctx
from helpers.definitions import ELEMENTWISE, derivatives
from helpers.perturbed import BITS, columns, ratio, weighted_input
from helpers.products import another, inner, problem
from hypothesis import given
from hypothesis import strategies as st

DEEP = Architecture((3, 4, 3, 2), ("tanh", "softplus", "sigmoid"), "cross_entropy")
SMOOTH = tuple(name for name in ("sigmoid", "tanh", "softplus"))


@pytest.mark.parametrize("top", [("quadratic", "tanh"), ("quadratic", "softmax"), ("cross_entropy", "softmax")])
def test_it_is_how_the_gradient_changes_along_v(top: tuple[str, str]) -> None:
    of = problem(Architecture((3, 4, 3, 2), ("sigmoid", "softplus", top[1]), top[0]), regimes=("calm",) * 3)
    step = 2.0**-14

    def moved(by: float) -> list[Array]:
        weights = tuple(w + by * v for w, v in zip(of.pack.weights, of.v.weights, strict=True))
        biases = tuple(b + by * v for b, v in zip(of.pack.biases, of.v.biases, strict=True))
        return [part for _, part in backprop(replace(of.pack, weights=weights, biases=biases)).items()]

    got = dict(hessian_vector(of.pack, of.v).items())
    places = [place for place, _ in backprop(of.pack).items()]
    for place, after, before in zip(places, moved(step), moved(-step), strict=True):
        if place in got:
            assert got[place] == pytest.approx((after - before) / (2 * step), rel=1e-4, abs=1e-6), place


def test_it_is_linear_in_the_direction_and_symmetric() -> None:
    of = problem(DEEP, regimes=("calm",) * 4)
    w = another(of.pack, 1)
    both = Direction(*(tuple(map(np.add, *parts)) for parts in zip(of.v, w, strict=True)))
    along_v, along_w, along_both = (hessian_vector(of.pack, v) for v in (of.v, w, both))
    for (_, x), (_, y), (_, total) in zip(along_v.items(), along_w.items(), along_both.items(), strict=True):
        assert x + y == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert inner(along_v, w) == pytest.approx(inner(along_w, of.v), rel=1e-10)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_pack_is_its_cases_and_keeps_its_dtype(dtype: str) -> None:
    of = problem(DEEP, dtype)
    for k, case in enumerate(of.pack):
        alone = hessian_vector(case, of.v.map(lambda part, k=k: part[k]))
        for (place, part), (_, whole) in zip(alone.items(), hessian_vector(of.pack, of.v).items(), strict=True):
            assert part.dtype == dtype
            assert part == pytest.approx(whole[k], rel=1e-4, nan_ok=True), place


def test_every_part_of_a_product_has_its_formula() -> None:
    of = problem(DEEP, regimes=("calm",))
    assert {place.quantity for place, _ in hessian_vector(of.pack, of.v).items()} == set(R_FORMULAS)


def test_what_has_no_second_derivative_here_is_refused_with_the_reason() -> None:
    gelu, huber = Architecture((1, 2, 1), ("gelu", "tanh")), Architecture((1, 1), ("tanh",), "huber")
    assert unsupported(gelu) == f"activation 'gelu' has no σ″ here: {', '.join(SECOND)} have"
    assert unsupported(huber) == "cost 'huber' has no second-order part here"
    for optioned in (replace(huber, cost="quadratic", l2=0.1), replace(huber, cost="quadratic", weighted=True)):
        assert unsupported(optioned) == "products are of networks without an L2 term and weights of examples"
    of = problem(DEEP, regimes=("calm",))
    with pytest.raises(ValueError, match="no second-order part"):
        hessian_vector(problem(huber, regimes=("calm",)).pack, of.v)


def test_the_note_s_own_rows_all_have_one() -> None:
    for name, row in ACTIVATIONS.items():
        for cost in (cost for cost in COSTS.values() if cost.core and row.core):
            output = name if not cost.heads or name in cost.heads else next(iter(cost.heads))
            widths, names = ((2, 2), (output,)) if row.output_only else ((2, 2, 2), (name, output))
            assert unsupported(Architecture(widths, names, cost.name)) is None
            assert second_order(cost.head(output)) is not None


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("z", [-300.0, -30.0, -1.25, -1e-9, 0.0, 1e-9, 0.5, 3.0, 40.0, 300.0])
def test_the_second_slope_is_the_second_derivative_of_the_definition(name: str, z: float) -> None:
    exact = float(derivatives(ELEMENTWISE[name], z, 2)[2])
    assert float(SECOND[name].value(np.array([[z]]))[0, 0]) == pytest.approx(exact, rel=8 * 2.0**-53, abs=0)


def second_slope_ratios(name: str, dtype: str, seed: int) -> list[Array]:
    """Error over bound of σ″ in both forms, z at the far ends of its error."""
    rng, arithmetic = np.random.default_rng(seed), Arithmetic(dtype)
    z = weighted_input(rng, (3, 8), dtype)
    a, one = ACTIVATIONS[name].value(z.program), z.program.dtype.type(1)
    with ctx.workprec(BITS), np.errstate(all="ignore"):
        pull = balls.ACTIVATIONS[name].pull
        exact = [
            [dual.tangent for dual in pull([Dual(x, arb(1)) for x in column], [arb(1)] * 3)]
            for column in columns(z.truth)
        ]
        written = {
            "sigmoid": a * (one - a) * (one - 2 * a),
            "tanh": -2 * a * (one - a * a),
            "softplus": (s := ACTIVATIONS["sigmoid"].value(z.program)) - s * s,
        }
        row = SECOND[name]
        formulas = ((row.value(z.program), STABLE), (written[name], TEXTBOOK))
        return [ratio(got, exact, 1.01 * row.within(name, z.known, arithmetic, tier).error) for got, tier in formulas]


@given(st.sampled_from(SMOOTH), st.sampled_from(DTYPES), st.integers(0, 2**32 - 1))
def test_no_correct_program_exceeds_the_bound_of_a_second_slope(name: str, dtype: str, seed: int) -> None:
    for reached in second_slope_ratios(name, dtype, seed):
        assert (reached <= 1).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SMOOTH)
def test_some_program_comes_near_the_bound_of_a_second_slope(name: str, dtype: str) -> None:
    worst = np.max(
        [[reached.max() for reached in second_slope_ratios(name, dtype, seed)] for seed in range(12)], axis=0
    )
    assert (worst >= 1 / 20).all()
