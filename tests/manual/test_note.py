"""Every numbered claim of the study note, as a property; docs/note.md maps them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu
from backproof.manual.activations import ACTIVATIONS, SIGMOID, Elementwise
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case
from backproof.manual.costs import COSTS
from backproof.manual.equations import bp1, bp2, bp3, bp4
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import OPEN, STABLE, Arithmetic
from backproof.reference.truth import certified
from flint import arb, ctx
from helpers.definitions import BITS, ball, forward, line, no_direction, point
from helpers.drawn import case, cases, pack
from helpers.variants import PRINTED, backend, found, printed_bp2
from hypothesis import given
from hypothesis import strategies as st

EXACT = Menu(dtypes=("float64",))
SEED = st.integers(0, 2**32 - 1)
U = 2.0**-53


def demon(of: Case, seed: int) -> tuple[Gradients[Any], int, tuple[int, int]]:
    """Someone at one neuron, in one example, who adds 1 to its weighted input; with the layer and the place."""
    rng = np.random.default_rng(seed)
    nudge, layer = no_direction(of), int(rng.integers(of.architecture.depth))
    assert nudge.delta is not None
    place = (int(rng.integers(len(of.biases[layer]))), int(rng.integers(of.examples)))
    nudge.delta[layer][place] = 1.0
    return nudge, layer, place


def sharp_delta(of: Case, layer: int, place: tuple[int, int]) -> arb:
    """The certified ∂C/∂z at that neuron, as sharp as two floats can tell."""
    nowhere = rounding.end_to_end(of, Arithmetic("float64"), STABLE).map(lambda limit: np.full_like(limit, np.inf))
    truth = certified.truth(of, nowhere)
    assert truth.delta is not None
    return ball(truth.delta[layer], place)


def cost_at(of: Case, nudge: Gradients[Any], t: arb) -> arb:
    return forward(of, point(t), nudge)["cost"]


@given(of=cases(("calm",), EXACT), seed=SEED)
def test_claim_1_demon_taylor(of: Case, seed: int) -> None:
    """C(z + tΔ) − C(z) − t⟨δ, Δ⟩ is of second order: R(t)/t² → c₂ with an O(t) remainder."""
    nudge, layer, place = demon(of, seed)
    with ctx.workprec(BITS):
        delta = sharp_delta(of, layer, place)
        c = forward(of, line(4), nudge)["cost"]
        t = [arb(2) ** -exponent for exponent in (30, 36)]
        rest = [cost_at(of, nudge, x) - c[0] - x * delta for x in t]
        for x, r in zip(t, rest, strict=True):
            noise = delta.rad() / x
            assert abs(r / x**2 - c[2]).mid() <= (4 * (abs(c[3]) + abs(c[2]) + abs(c[1])) * x + 2 * noise).upper()
        if not any(r.contains(0) for r in rest):
            slope = (abs(rest[0]).log() - abs(rest[1]).log()) / (t[0].log() - t[1].log())
            assert slope >= 1.9


@given(of=cases(("calm",), EXACT), seed=SEED)
def test_claim_1_delta_is_the_slope_of_the_cost_in_z(of: Case, seed: int) -> None:
    """δ_j^l ≡ ∂C/∂z_j^l: the hand-written δ is the first coefficient of the demon's power series."""
    nudge, layer, place = demon(of, seed)
    limit, got = rounding.end_to_end(of, Arithmetic("float64"), OPEN), backprop(of)
    assert got.delta is not None
    assert limit.delta is not None
    with ctx.workprec(BITS):
        slope = forward(of, line(2), nudge)["cost"][1]
        apart = abs(slope - arb(float(got.delta[layer][place])))
    assert float(apart.mid()) <= 1.01 * limit.delta[layer][place] + np.spacing(abs(float(slope)))


@given(of=cases(("calm",), EXACT), seed=SEED)
def test_claim_1_a_step_against_the_slope_lowers_the_cost(of: Case, seed: int) -> None:
    nudge, layer, place = demon(of, seed)
    with ctx.workprec(BITS):
        delta = sharp_delta(of, layer, place)
        t = arb(2) ** -300
        if abs(delta) > arb(2) ** -200:
            against = -t if delta > 0 else t
            assert cost_at(of, nudge, against) < cost_at(of, nudge, arb(0)) < cost_at(of, nudge, -against)


@given(z=st.floats(20, 36), sign=st.sampled_from([-1, 1]), step=st.floats(-1, 1), y=st.floats(0, 1))
def test_claim_1_where_the_slope_is_near_0_the_demon_gains_little(z: float, sign: int, step: float, y: float) -> None:
    """At a saturated output neuron no step of size ≤ 1 changes a quadratic cost by more than e^−(|z| − 1)."""
    one = np.ones((1, 1))
    of = Case(Architecture((1, 1), ("sigmoid",)), (one,), (np.zeros(1),), sign * z * one, y * one)
    nudge, _, _ = demon(of, 0)
    with ctx.workprec(BITS):
        change = abs(cost_at(of, nudge, arb(step)) - cost_at(of, nudge, arb(0)))
        assert change.lower() <= (abs(arb(step)) * (1 - arb(z)).exp()).upper()


@given(of=cases(("calm", "integers"), Menu(costs=("quadratic",), activations=("sigmoid", "tanh", "relu"))))
def test_claim_2_bp1_component_and_matrix_form(of: Case) -> None:
    """δ_j^L = (∂C/∂a_j^L) σ′(z_j^L), and δ^L = ∇_a C ⊙ σ′(z^L)."""
    got, name = backprop(of), of.architecture.activations[-1]
    sigma, head = ACTIVATIONS[name], COSTS["quadratic"].head(name)
    assert isinstance(sigma, Elementwise)
    assert got.delta is not None
    assert got.z is not None
    assert got.a is not None
    z, a, share = got.z[-1], got.a[-1], of.dtype.type(of.share)
    assert (got.delta[-1] == head.nabla_a(a, of.y) * sigma.slope(z) * share).all()
    assert (got.delta[-1] == bp1(head, z, a, of.y, of.share)).all()
    for j, e in np.ndindex(*z.shape):
        one = slice(j, j + 1), slice(e, e + 1)
        assert got.delta[-1][j, e] == (head.nabla_a(a[one], of.y[one]) * sigma.slope(z[one]) * share).item()


@given(of=cases(("calm",), Menu(costs=("quadratic",))))
def test_claim_2_quadratic_nabla_a(of: Case) -> None:
    """∇_a C = a^L − y for the quadratic cost: so δ^L = (a^L − y) ⊙ σ′(z^L)."""
    name = of.architecture.activations[-1]
    got, head = backprop(of), COSTS["quadratic"].head(name)
    assert got.a is not None
    assert (head.nabla_a(got.a[-1], of.y) == got.a[-1] - of.y).all()
    with ctx.workprec(BITS):  # and it is the slope of ½(a − y)², a power series
        for a, y in zip(got.a[-1].ravel(), of.y.ravel(), strict=True):
            exact = arb(float(a)) - arb(float(y))
            assert abs(exact - arb(float(a - y))) <= 2 * np.finfo(of.dtype).eps * abs(exact)


@given(of=cases(("calm", "zeros"), EXACT))
def test_claim_3_bp2_passes_the_error_backwards(of: Case) -> None:
    """δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)."""
    got = backprop(of)
    assert got.delta is not None
    assert got.z is not None
    for layer in range(of.architecture.depth - 1):
        sigma = ACTIVATIONS[of.architecture.activations[layer]]
        assert isinstance(sigma, Elementwise)
        w, above, z = of.weights[layer + 1], got.delta[layer + 1], got.z[layer]
        assert (got.delta[layer] == bp2(w, above, sigma, z)).all()
        size = np.abs(w).T @ np.abs(above)
        for j, e in np.ndindex(*z.shape):
            component = sum(w[k, j] * above[k, e] for k in range(len(w))) * sigma.slope(z)[j, e]
            assert abs(got.delta[layer][j, e] - component) <= 4 * (len(w) + 2) * U * size[j, e]


def test_claim_3_the_printed_plus_is_a_misprint() -> None:
    """((ω^{l+1})ᵀ + δ^{l+1}) ⊙ σ′(z^l) is another quantity, and the judge says so."""
    square = pack(Architecture((3, 3, 3), ("sigmoid", "sigmoid")), regimes=("calm",), examples=3)
    computed = backprop(square[0])
    assert computed.delta is not None
    assert computed.z is not None
    printed = printed_bp2(square[0].weights[1], computed.delta[1], SIGMOID, computed.z[0])
    assert printed.shape == computed.delta[0].shape
    assert np.abs(printed - computed.delta[0]).max() > 1e-3
    (wrong,) = found(backend(PRINTED), square)
    assert str(wrong.place) == "BP2 δ^1"
    assert "variant is wrong in BP2 δ^1" in str(wrong)


def test_claim_3_the_printed_left_side_is_a_misprint() -> None:
    """The left side is δ^l, of layer l's width; δ^L has another."""
    got = backprop(case(Architecture((2, 4, 3), ("sigmoid", "sigmoid"))))
    assert got.delta is not None
    assert [delta.shape for delta in got.delta] == [(4, 2), (3, 2)]


@given(of=cases(("calm", "integers")))
def test_claim_4_bp3_the_bias_gradient_is_delta(of: Case) -> None:
    """∂C/∂b_j^l = δ_j^l, for one example; over more, their sum."""
    got = backprop(of)
    assert got.delta is not None
    for delta, nabla_b in zip(got.delta, got.nabla_b, strict=True):
        assert (nabla_b == bp3(delta)).all()
        assert of.examples > 1 or (nabla_b == delta[:, 0]).all()


@given(of=cases(("calm", "integers")))
def test_claim_5_bp4_the_weight_gradient_is_a_in_delta_out(of: Case) -> None:
    """∂C/∂w_jk^l = a_k^{l−1} δ_j^l: it has the index k that the note's left side lacks."""
    got, eps = backprop(of), np.finfo(of.dtype).eps
    assert got.delta is not None
    assert got.a is not None
    for a_in, delta, nabla_w in zip((of.x, *got.a[:-1]), got.delta, got.nabla_w, strict=True):
        assert (nabla_w == bp4(a_in, delta)).all()
        for j, k in np.ndindex(*nabla_w.shape):
            terms = a_in[k] * delta[j]
            assert abs(nabla_w[j, k] - terms.sum()) <= of.examples * eps * np.abs(terms).sum() + 1e-300


def one_weight(a_in: float, delta: float = 1.0) -> float:
    """∂C/∂W of an identity neuron with this input and error."""
    one = np.ones((1, 1))
    of = Case(Architecture((1, 1), ("identity",)), (0 * one,), (np.zeros(1),), a_in * one, -delta * one)
    return float(backprop(of).nabla_w[0][0, 0])


@given(a_in=st.floats(0, 1, allow_subnormal=False), factor=st.integers(1, 40))
def test_claim_6_a_small_input_gives_a_small_weight_gradient(a_in: float, factor: int) -> None:
    """|∂C/∂W| ≤ |a_in| |δ|, and 2^−k times the input is 2^−k times the gradient."""
    assert one_weight(a_in) == a_in
    assert one_weight(a_in * 2.0**-factor) == a_in * 2.0**-factor


@given(of=cases(("calm", "saturated", "integers")), data=st.data())
def test_claim_6_a_silent_input_gives_exactly_0(of: Case, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, of.architecture.widths[0] - 1))
    x = of.x.copy()
    x[k] = 0
    silent = Case(of.architecture, of.weights, of.biases, x, of.y)
    assert (backprop(silent).nabla_w[0][:, k] == 0).all()


def output_delta(cost: str, z: float, y: float) -> float:
    """δ^L of one sigmoid neuron."""
    one = np.ones((1, 1))
    of = Case(Architecture((1, 1), ("sigmoid",), cost), (one,), (np.zeros(1),), z * one, y * one)
    got = backprop(of)
    assert got.delta is not None
    return float(got.delta[0][0, 0])


@given(z=st.floats(5, 700), sign=st.sampled_from([-1, 1]))
def test_claim_6_a_saturated_output_learns_slowly_under_the_quadratic_cost(z: float, sign: int) -> None:
    """However wrong the answer: |δ^L| ≤ σ′(z) ≤ e^−|z|, and yet not 0."""
    wrong = output_delta("quadratic", sign * z, 0.0 if sign > 0 else 1.0)
    assert 0 < sign * wrong <= np.exp(-z) * (1 + 8 * 2 * U)
    assert abs(wrong) >= np.exp(-z) / (1 + np.exp(-5.0)) ** 3 * (1 - 16 * U)


@given(z=st.floats(-700, 700), y=st.sampled_from([0.0, 0.25, 1.0]))
def test_claim_6_cross_entropy_cancels_the_slope(z: float, y: float) -> None:
    """δ^L = a^L − y: a saturated neuron that is wrong learns at full speed."""
    delta = output_delta("cross_entropy", z, y)
    a = float(SIGMOID.value(np.array([[z]])).item())
    assert delta == pytest.approx(a - y, rel=1e-15, abs=4 * U)
    if abs(z) > 5 and y == (0 if z > 0 else 1):
        assert abs(delta) > 0.99
