from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS, Equations
from backproof.manual.gradients import Gradients, Quantity
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import OPEN, STABLE, TEXTBOOK, Arithmetic, Inexact
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL, ManualNumpy
from helpers.drawn import case, cases, pack
from helpers.every import every
from helpers.variants import findings
from hypothesis import given
from hypothesis import strategies as st

both = pytest.mark.parametrize("dtype", DTYPES)
SEEDS = st.integers(0, 2**32 - 1)


def in_any_order(rng: np.random.Generator, terms: Array) -> Array:
    """A plain sum over the last axis, its terms shuffled."""
    total = np.zeros(terms.shape[:-1], terms.dtype)
    for k in rng.permutation(terms.shape[-1]):
        total = total + terms[..., k]
    return total


def shuffled(rng: np.random.Generator, right: Equations) -> Equations:
    """The equations with every sum taken in another order."""

    def product(left: Array, below: Array) -> Array:
        return in_any_order(rng, left[..., :, None, :] * below.mT[..., None, :, :])

    def slope(sigma: Elementwise, z: Array) -> Array:
        return sigma.slope(z) if right is EQUATIONS else sigma.textbook_slope(z, sigma.value(z))

    return right._replace(
        bp2=lambda w_next, delta_next, sigma, z: product(w_next.mT, delta_next) * slope(sigma, z),
        bp3=lambda delta: in_any_order(rng, delta),
        bp4=lambda a_in, delta_out: product(delta_out, a_in.mT),
    )


@given(cases(depth=3, width=4), SEEDS)
def test_sums_in_any_order_stay_within_the_bounds_of_their_tier(drawn: Case, seed: int) -> None:
    rng, of = np.random.default_rng(seed), Pack.of([drawn])
    for right, allowed in ((EQUATIONS, Verdict.ACCURATE), (TEXTBOOK_EQUATIONS, Verdict.LOSSY)):
        for found in findings(ManualNumpy("shuffled", shuffled(rng, right)), of):
            decided = found.verdict[found.verdict <= Verdict.WRONG]
            assert (decided <= allowed).all(), found.place


@both
def test_some_entry_of_every_quantity_comes_near_its_bounds(dtype: str) -> None:
    worst: dict[Quantity, list[float]] = {}
    for widths, examples in (((2, 2, 2), 2), ((1, 1, 1), 1)):
        for name in ("tanh", "identity"):
            calm = pack(Architecture(widths, (name, name)), dtype, regimes=("calm",) * 40, examples=examples)
            for found in findings(MANUAL, calm):
                step = found.step.ratio(found.step.bounds.stable)
                ratios = [np.nanmax(found.ratio_stable), np.nanmax(step)]
                worst.setdefault(found.place.quantity, []).append(min(ratios))
    assert {quantity: max(ratios) >= 1 / 20 for quantity, ratios in worst.items()} == dict.fromkeys(Quantity, True)


@given(cases())
def test_each_tier_makes_room_for_the_one_before(drawn: Case) -> None:
    tiers = [rounding.end_to_end(drawn, Arithmetic(drawn.dtype.name), tier) for tier in (STABLE, TEXTBOOK, OPEN)]
    for (place, stable), (_, textbook), (_, either) in zip(*(tier.items() for tier in tiers), strict=True):
        assert (stable <= textbook).all(), place
        assert (textbook <= either).all(), place


@given(cases())
def test_one_step_is_never_wider_than_the_same_program_recomputing_or_flushing(drawn: Case) -> None:
    computed, arithmetic = backprop(drawn), Arithmetic(drawn.dtype.name)
    least = rounding.one_step(drawn, computed, arithmetic, TEXTBOOK)
    again = rounding.one_step(drawn, computed, arithmetic, TEXTBOOK, recomputes=True)
    flushed = rounding.one_step(drawn, computed, replace(arithmetic, flushes=True), TEXTBOOK)
    for (place, narrow), (_, twice), (_, wide) in zip(least.items(), again.items(), flushed.items(), strict=True):
        assert (narrow <= twice).all(), place
        assert (narrow <= wide).all(), place


@both
def test_with_exact_operands_a_companion_is_the_bound_of_one_step(dtype: str) -> None:
    rng, arithmetic = np.random.default_rng(0), Arithmetic(dtype)
    exact = {n: arithmetic.read(rng.standard_normal((3, n))) for n in (2, 4)}
    w, b = arithmetic.read(rng.standard_normal((5, 3))), arithmetic.read(rng.standard_normal(5))
    magnitude = np.abs(w.value) @ np.abs(exact[4].value) + np.abs(b.value)[:, None]
    z = rounding.weighted_input(w, b, exact[4], arithmetic)
    np.testing.assert_allclose(z.error, arithmetic.gamma(5) * magnitude + 8 * arithmetic.tau, rtol=1e-12)
    total = np.abs(exact[4].value).sum(axis=-1)
    b_error = rounding.bp3(exact[4], arithmetic).error
    np.testing.assert_allclose(b_error, arithmetic.gamma(5) * total + 10 * arithmetic.tau, rtol=1e-12)
    delta = arithmetic.read(rng.standard_normal((5, 2)))
    products = np.abs(delta.value) @ np.abs(exact[2].value).T
    w_error = rounding.bp4(exact[2], delta, arithmetic).error
    np.testing.assert_allclose(w_error, arithmetic.gamma(4) * products + 6 * arithmetic.tau, rtol=1e-12)


@given(cases(depth=1))
def test_the_first_weighted_input_is_one_step_end_to_end(drawn: Case) -> None:
    arithmetic = Arithmetic(drawn.dtype.name)
    whole = rounding.end_to_end(drawn, arithmetic, STABLE)
    step = rounding.one_step(drawn, backprop(drawn), arithmetic, STABLE)
    assert whole.z is not None
    assert step.z is not None
    np.testing.assert_array_equal(whole.z[0], step.z[0])


HEADS = [("quadratic", "sigmoid"), ("quadratic", "softmax"), ("cross_entropy", "sigmoid"), ("cross_entropy", "softmax")]


@pytest.mark.parametrize(("cost", "output"), HEADS)
def test_out_of_range_no_cap_hides_it(cost: str, output: str) -> None:
    """One logit overflows in float32: with it go its a, its example's softmax, C, δ and what they enter."""
    of = Architecture((1, 2), (output,), cost)
    w, x = np.array([[1e20], [1.0]], np.float32), np.array([[3e19, 1.0]], np.float32)
    overflowing = Case(of, (w,), (np.zeros(2, np.float32),), x, np.array([[0, 1], [1, 0]], np.float32))
    errors = rounding.end_to_end(overflowing, Arithmetic("float32"), OPEN)
    lost = np.array([[True, False], [output == "softmax", False]])
    assert errors.a is not None
    assert errors.delta is not None
    assert (np.isinf(errors.a[0]) == lost).all()
    assert (np.isinf(errors.delta[0]) == lost).all()
    assert np.isinf(errors.cost).all()
    assert np.isinf(errors.nabla_w[0][0]).all()


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_an_arithmetic_that_rounds_nothing_has_only_bounds_of_0_and_infinity(dtype: str) -> None:
    of = Architecture((3, 4, 2), ("tanh", "softmax"), "cross_entropy")
    errors = rounding.end_to_end(pack(of, dtype), Arithmetic(dtype, exact=True), STABLE)
    parts = np.concatenate([part.ravel() for _, part in errors.items()])
    assert set(parts.tolist()) <= {0.0, np.inf}
    assert (parts == 0).any()


def test_a_cap_keeps_the_error_of_a_sum_of_probabilities_within_1() -> None:
    """Logits of 10^60, known to a few of their ulps: which is the largest is open, δ is between −1 and 1."""
    of = Architecture((2, 3), ("softmax",), "cross_entropy", "sum")
    w = np.array([[1e60, -1e60], [1e60, -1e60], [3.0, 1e60]])
    case_ = Case(of, (w,), (np.zeros(3),), np.array([[1.0], [1.0]]), np.array([[0.0], [1.0], [0.0]]))
    delta = rounding.end_to_end(case_, Arithmetic("float64"), STABLE).delta
    assert delta is not None
    assert (delta[0] <= 2).all()


def test_out_of_range_targets() -> None:
    """2(a − y) overflows in float32 although δ is in range."""
    far = Case(
        Architecture((1, 1), ("sigmoid",)),
        *((np.array([[1]], np.float32),), (np.array([0], np.float32),)),
        *(np.array([[-70]], np.float32), np.array([[2e38]], np.float32)),
    )
    errors = rounding.end_to_end(far, Arithmetic("float32"), STABLE)
    assert errors.delta is not None
    assert np.isinf(errors.delta[0]).all()


def test_an_infinite_error_of_z_is_never_a_finite_slope() -> None:
    z = Inexact(np.array([[0.0, 1.0]]), np.array([[np.inf, 0.0]]))
    with np.errstate(all="ignore"):
        for sigma in (row for row in ACTIVATIONS.values() if isinstance(row, Elementwise)):
            for tier in (STABLE, TEXTBOOK, OPEN):
                error = sigma.slope_within(z, Arithmetic("float64"), tier).error
                assert np.isfinite(error).tolist() == [[False, True]], sigma.name


@both
@given(SEEDS)
def test_a_program_that_flushes_is_within_its_own_bound_only(dtype: str, seed: int) -> None:
    rng, info = np.random.default_rng(seed), np.finfo(dtype)
    omega = float(info.smallest_normal)

    def flush(x: Array) -> Array:
        return np.where(np.abs(x) < omega, 0, x).astype(dtype)

    w, a = rng.uniform(-1, 1, (1, 3)).astype(dtype), (rng.uniform(-4, 4, (3, 1)) * omega).astype(dtype)
    z = np.zeros((1, 1), dtype)
    for k in range(3):
        z = flush(z + flush(w[:, k : k + 1] * flush(a[k : k + 1])))
    exact = (w.astype(np.longdouble) * a.T.astype(np.longdouble)).sum()
    bounds = []
    for flushes in (False, True):
        arithmetic = Arithmetic(dtype, flushes)
        operands = (arithmetic.read(w), arithmetic.read(np.zeros(1)), arithmetic.read(a), arithmetic)
        bounds.append(rounding.weighted_input(*operands).error.item())
    assert abs(z.item() - exact) <= bounds[1]
    assert bounds[0] < bounds[1] / 2**10


class OneEntryOff:
    """The manual module with one entry of ∂C/∂W¹ off by a relative error."""

    name, version, traits = "harmed", "1", MANUAL.traits

    def __init__(self, relative: float) -> None:
        self.relative = relative

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, of: Pack) -> Gradients[Array]:
        right = backprop(of)
        first, *rest = right.nabla_w
        harmed = first.copy()
        harmed[0, 7, 11] *= 1 + self.relative
        return replace(right, nabla_w=(harmed, *rest))


def test_depth_does_not_blind() -> None:
    deep = Architecture((784, 100, 100, 100, 10), ("tanh",) * 4)
    judge = Judge(Pack.of([case(deep, "float32")]))
    backend = OneEntryOff(1e-3)
    first = next(
        found for found in judge.findings(backend, backend.gradients(judge.pack)) if str(found.place) == "BP4 ∂C/∂W^1"
    )
    assert first.step is not None
    assert first.whole.verdict[0, 7, 11] != Verdict.WRONG
    assert first.verdict[0, 7, 11] == Verdict.WRONG
    assert (first.verdict == Verdict.WRONG).sum() == 1


@both
@pytest.mark.parametrize("output", ["softmax", "tanh"])
def test_what_a_compiler_works_out_twice_is_no_error(dtype: str, output: str) -> None:
    """jax, jitted, feeds C and δ^L another â^L than it returns: where y ≈ â^L every digit differs."""
    jit = pytest.importorskip("backproof.reference.jax_backends.jax_grad").JIT
    calm = pack(Architecture((2, 4), (output,)), dtype, regimes=("calm",) * 9)
    a = jit.gradients(calm).a
    near = replace(calm, y=(a[-1] * (1 + 2 * np.finfo(dtype).eps)).astype(dtype))
    sound = (Verdict.ACCURATE, Verdict.LOSSY, Verdict.BLIND)  # blind: nothing of a − y but its rounding is left
    assert every(np.isin(found.verdict, sound).all() for found in findings(jit, near))


@both
def test_cross_entropy_keeps_its_digits_where_a_target_is_almost_one(dtype: str) -> None:
    """max(z, 0) − yz + ln(1 + e^−|z|) would lose them: lossy."""
    of = Architecture((1, 1), ("sigmoid",), "cross_entropy")
    sure, one = np.array([[1 - 2.0**-20]], dtype), np.ones((1, 1), dtype)
    saturated = Case(of, (one,), (np.zeros(1, dtype),), 30.3 * one, sure)
    assert every((found.verdict == Verdict.ACCURATE).all() for found in findings(MANUAL, Pack.of([saturated])))


def test_a_delta_that_is_shared_out_when_it_is_shown_may_have_lost_an_underflow() -> None:
    of = Architecture((2, 2), ("tanh",), "quadratic", "mean")
    mean, arithmetic = case(of, "float32"), Arithmetic("float32")
    computed = replace(backprop(mean), delta=(np.zeros((2, 2), np.float32),))
    summed = replace(mean, architecture=replace(of, reduction="sum"))
    lost, unlost = (rounding.one_step(one, computed, arithmetic, STABLE).nabla_w[0] for one in (mean, summed))
    by_hand = arithmetic.tau * np.abs(mean.x.astype(np.float64)).sum(axis=1)
    np.testing.assert_allclose(lost - unlost, np.stack([by_hand] * 2), rtol=1e-5)
