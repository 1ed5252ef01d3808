from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu
from backproof.agreement.cases.regimes import REGIMES
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.manual.second_order.direction import Direction
from backproof.manual.second_order.r_operator import hessian_vector
from backproof.manual.second_order.r_rounding import r_end_to_end
from backproof.reference.truth import certified_product
from backproof.reference.truth.balls.dual import Dual, DualMatrix
from backproof.reference.truth.enclosure import Enclosure
from flint import arb, ctx
from helpers.definitions import BITS, ball, forward, line, no_direction
from helpers.drawn import cases
from helpers.every import every
from helpers.products import another, problem
from helpers.sabotage import Touched, forbid
from hypothesis import given, settings
from hypothesis import strategies as st

MENU = Menu(costs=("quadratic", "cross_entropy", "kl"))
WITHIN_SERIES = tuple(set(REGIMES) - {"huge"})
"""There e^z has more digits than memory."""
DEEP = Architecture((2, 3, 3, 2), ("tanh", "softplus", "sigmoid"), "cross_entropy")


def certify(of: Case, v: Direction) -> Gradients[Enclosure]:
    """Of one case, with the leading axis taken off."""
    pack, along = Pack.of([of]), v.map(lambda part: part[None])
    limits = r_end_to_end(pack, along, Arithmetic(of.dtype.name), STABLE)
    return certified_product.truth(pack, along, limits).map(lambda part: Enclosure(*(x[0] for x in part)))


def curvature(of: Case, v: Direction) -> arb:
    """½⟨Hv, v⟩: the second coefficient of C along v, forward only."""
    along = replace(no_direction(of), nabla_w=v.weights, nabla_b=v.biases)
    return forward(of, line(3), along)["cost"][2]


def inner(product: Gradients[Enclosure], w: Direction) -> tuple[arb, arb]:
    """⟨Hv, w⟩ of enclosures, and Σ|Hv||w| as a scale."""
    total, scale = arb(0), arb(0)
    for part, move in zip((*product.nabla_w, *product.nabla_b), (*w.weights, *w.biases), strict=True):
        for index in np.ndindex(move.shape):
            term = ball(part, index) * arb(float(move[index]))
            total, scale = total + term, scale + abs(term)
    return total, scale


def integers(of: Case, seed: int) -> Direction:
    return another(Pack.of([of]), seed).map(lambda part: part[0])


def holds_the_mixed_coefficient(of: Case, seed: int) -> None:
    """C(· + sv + tw) has ⟨Hv, w⟩ st in its power series; it is what c₂(v + w) has beyond c₂(v) + c₂(w)."""
    v, w = integers(of, seed), integers(of, seed + 1)
    both = Direction(*(tuple(map(np.add, *parts)) for parts in zip(v, w, strict=True)))
    along_v, along_w = certify(of, v), certify(of, w)
    with ctx.workprec(BITS):
        mixed = curvature(of, both) - curvature(of, v) - curvature(of, w)
        for total, scale in (inner(along_v, w), inner(along_w, v)):
            assert mixed.overlaps(total)
            assert total.rad() + mixed.rad() <= (scale * 2.0**-40 + 2.0**-100).upper()


@settings(max_examples=settings().max_examples // 3)
@given(of=cases(WITHIN_SERIES, MENU, depth=3, width=3), seed=st.integers(0, 2**31))
def test_the_truth_holds_every_mixed_second_derivative_and_is_symmetric(of: Case, seed: int) -> None:
    holds_the_mixed_coefficient(of, seed)


def test_that_claim_fails_where_the_product_rule_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    of = problem(DEEP, regimes=("calm",)).pack[0]
    holds_the_mixed_coefficient(of, 0)

    def forgetful(self: Dual, other: Any) -> Dual:
        x = other.value if isinstance(other, Dual) else arb(other)
        return Dual(self.value * x, self.tangent * x)

    monkeypatch.setattr(Dual, "__mul__", forgetful)
    with pytest.raises(AssertionError):
        holds_the_mixed_coefficient(of, 0)


@settings(max_examples=settings().max_examples // 3)
@given(of=cases(WITHIN_SERIES, MENU, depth=3, width=3), seed=st.integers(0, 2**31))
def test_the_truth_holds_how_z_and_a_move(of: Case, seed: int) -> None:
    v = integers(of, seed)
    truth = certify(of, v)
    with ctx.workprec(BITS):
        moved = forward(of, line(2), replace(no_direction(of), nabla_w=v.weights, nabla_b=v.biases))
        for part in ("z", "a"):
            for layer, columns in enumerate(moved[part]):
                enclosure = getattr(truth, part)[layer]
                for j, e in np.ndindex(enclosure.hi.shape):
                    assert ball(enclosure, (j, e)).overlaps(columns[e][j][1])


@given(of=cases(menu=MENU), seed=st.integers(0, 2**31))
def test_the_radius_is_small_beside_the_bound(of: Case, seed: int) -> None:
    pack, v = Pack.of([of]), another(Pack.of([of]), seed)
    limits = r_end_to_end(pack, v, Arithmetic(of.dtype.name), STABLE)
    for place, part in certified_product.truth(pack, v, limits).map(lambda x, y: (x, y), limits).items():
        truth, limit = part
        fine = np.maximum(2.0**-10 * (limit + np.spacing(np.abs(truth.hi))), 5e-324)
        assert (truth.radius <= fine)[np.isfinite(limit)].all(), place


def test_a_dual_number_is_differentiated_as_a_power_series_is() -> None:
    def through(x: Any) -> Any:
        y = (1 + x.exp()).log() * (2 - x) / (x * x + 3)
        return 1 / (y - 4) + (-x) ** 3 + (x.exp()).log1p()

    at = Dual(arb(0.75), arb(1))
    with ctx.workprec(200):
        value, slope = through(at).value, through(at).tangent
        step = arb(2.0**-60)
        quotient = (through(arb(0.75) + step) - through(arb(0.75) - step)) / (2 * step)
        assert abs(value - through(arb(0.75))) < 2.0**-150
        assert abs(slope - quotient) < 2.0**-100


def test_a_dual_matrix_holds_its_numbers() -> None:
    rows = [[Dual(arb(1), arb(2)), arb(3)], [Dual(arb(0), arb(-1)), arb(5)]]
    matrix = DualMatrix.of(rows)
    square = (matrix * matrix).entries()
    assert [(float(x.value), float(x.tangent)) for x in square] == [(1, 1), (18, 6), (0, -6), (25, -3)]
    assert matrix.transpose().entries()[1].tangent == -1


def test_the_truth_shares_no_mathematics_with_the_r_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    of = problem(DEEP, regimes=("calm",))
    limits = r_end_to_end(of.pack, of.v, Arithmetic("float64"), STABLE)
    before = certified_product.truth(of.pack, of.v, limits)
    names = ("activations", "backprop", "costs", "equations", "network", "rounding.arithmetic")
    second_order = ("r_operator", "r_rounding", "activation_rows", "cost_rows")
    for name in (*names, *(f"second_order.{name}" for name in second_order)):
        assert forbid(monkeypatch, import_module(f"backproof.manual.{name}"))
    with pytest.raises(Touched):
        hessian_vector(of.pack, of.v)
    after = certified_product.truth(of.pack, of.v, limits)
    assert every((x.hi == y.hi).all() for (_, x), (_, y) in zip(before.items(), after.items(), strict=True))
