from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from backproof.agreement.judging.judge import MARGIN
from backproof.manual.activations import ACTIVATIONS, Elementwise, Hard
from backproof.manual.costs import COSTS, Head
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic, Inexact
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.rounding.rounding import Shares
from backproof.manual.shapes import Array
from backproof.reference.truth import balls
from flint import arb, ctx
from helpers.drawn import HEADS
from helpers.perturbed import BITS, Perturbed, columns, ratio, weighted_input
from helpers.textbook_forms import lse
from hypothesis import given
from hypothesis import strategies as st

SEEDS = st.integers(0, 2**32 - 1)
ROWS = [(name, dtype) for name in ACTIVATIONS for dtype in DTYPES]
TOPS = [(*head, dtype) for head in HEADS for dtype in DTYPES]


@pytest.fixture(scope="module", autouse=True)
def silence() -> Iterator[None]:
    """As inside the companions: what overflows ends as ∞."""
    with np.errstate(all="ignore"):
        yield


def drawn(seed: int, dtype: str, softmax: bool) -> tuple[np.random.Generator, Perturbed]:
    rng = np.random.default_rng(seed)
    return rng, weighted_input(rng, (int(rng.integers(1 + softmax, 5)), int(rng.integers(1, 12))), dtype)


def off_the_kink(sigma: object, z: Inexact) -> Array:
    kinks = getattr(sigma, "kinks", ())
    far = [np.abs(z.value - kink.at) > 2 * z.error + 2.0**-20 * abs(kink.at) for kink in kinks]
    return np.all(far, axis=0) | np.zeros(z.value.shape, bool)


def activation_ratios(name: str, dtype: str, seed: int) -> Iterator[Array]:
    """Error over bound of a, and of σ′ in both forms."""
    sigma, arithmetic = ACTIVATIONS[name], Arithmetic(dtype)
    _, z = drawn(seed, dtype, name == "softmax")
    a = sigma.value(z.program)
    with ctx.workprec(BITS):
        exact = [balls.ACTIVATIONS[name].value(column) for column in columns(z.truth)]
        slopes = [balls.ACTIVATIONS[name].pull(column, [arb(1)] * len(column)) for column in columns(z.truth)]
    yield ratio(a, exact, MARGIN * rounding.activation(sigma, z.known, arithmetic, STABLE).error)
    if isinstance(sigma, Elementwise):
        for slope, tier in ((sigma.slope(z.program), STABLE), (sigma.textbook_slope(z.program, a), TEXTBOOK)):
            bound = MARGIN * sigma.slope_within(z.known, arithmetic, tier).error
            yield np.where(off_the_kink(sigma, z.known).ravel(), ratio(slope, slopes, bound), 0.0)


def target(rng: np.random.Generator, a: Array) -> Array:
    """Probabilities, one short of 1, labels, anything, or what the network says already."""
    almost_sure = 1 - 2.0 ** -rng.integers(1, 24, a.shape)
    kinds = [rng.random(a.shape), almost_sure, rng.integers(0, 2, a.shape), rng.standard_normal(a.shape) * 100, a]
    return np.asarray(kinds[rng.integers(len(kinds))]).astype(a.dtype)


def head_ratios(cost: str, output: str, dtype: str, seed: int, one_step: bool) -> Iterator[Array]:
    """Error over bound of δ^L in both forms, and of C."""
    head, arithmetic = COSTS[cost].head(output), Arithmetic(dtype)
    rng, z = drawn(seed, dtype, output == "softmax")
    if one_step:
        exact_z = z.program.astype(np.float64)
        z = Perturbed(z.program, exact_z, Inexact(exact_z, np.zeros_like(exact_z)))
    a = head.sigma.value(z.program)
    y = np.abs(target(rng, a)) if cost == "kl" else target(rng, a)  # ln y
    ball = balls.cost(cost, output)
    with ctx.workprec(BITS):
        layers = list(zip(columns(z.truth), columns(a), columns(y), strict=True))
        if not one_step:
            layers = [(column, balls.ACTIVATIONS[output].value(column), t) for column, _, t in layers]
        deltas = [ball.delta(*layer) for layer in layers]
        total = sum((ball.value(*layer) for layer in layers), arb(0))
    known_a = arithmetic.read(a) if one_step else rounding.activation(head.sigma, z.known, arithmetic, STABLE)
    for delta, tier in ((head.delta(z.program, a, y), STABLE), (head.textbook_delta(z.program, a, y), TEXTBOOK)):
        operands = (head, cost, z.known, known_a, arithmetic.read(y), Shares(1.0), arithmetic, tier)
        bound = MARGIN * rounding.bp1(*operands).error
        reached = ratio(delta, deltas, bound)
        if output == "softmax" and tier is TEXTBOOK and (COSTS[cost].labels or not one_step):
            unshifted = np.exp(z.program - lse(z.program))
            reached = np.maximum(reached, ratio(head.textbook_delta(z.program, unshifted, y), deltas, bound))
        yield np.where(off_the_kink(head.sigma, z.known).ravel(), reached, 0.0)
    yield ratio(head.value(z.program, a, y).sum(), [[total]], MARGIN * _cost(head, cost, z, known_a, y, arithmetic))


def _cost(head: Head, cost: str, z: Perturbed, a: Inexact, y: Array, arithmetic: Arithmetic) -> Array:
    return rounding.cost(head, cost, z.known, a, arithmetic.read(y), Shares(1.0), arithmetic, STABLE).error


@given(st.sampled_from(ROWS), SEEDS)
def test_no_correct_program_exceeds_the_bound_of_an_activation(row: tuple[str, str], seed: int) -> None:
    for reached in activation_ratios(*row, seed):
        assert (reached <= 1).all()


@given(st.sampled_from(TOPS), SEEDS, st.booleans())
def test_no_correct_program_exceeds_the_bound_of_a_head(top: tuple[str, str, str], seed: int, one_step: bool) -> None:
    for reached in head_ratios(*top, seed, one_step):
        assert (reached <= 1).all()


@pytest.mark.parametrize(("name", "dtype"), ROWS)
def test_some_program_comes_near_the_bound_of_an_activation(name: str, dtype: str) -> None:
    worst = np.max([[reached.max() for reached in activation_ratios(name, dtype, seed)] for seed in range(8)], axis=0)
    straight = isinstance(ACTIVATIONS[name], Hard)
    assert (worst[: 1 if straight else None] >= 1 / 20).all()
    assert (worst <= 1).all()


@pytest.mark.parametrize(("cost", "output", "dtype"), TOPS)
@pytest.mark.parametrize(("one_step", "near"), [(False, 1 / 20), (True, 1 / 50)])
def test_some_program_comes_near_the_bound_of_a_head(
    cost: str, output: str, dtype: str, one_step: bool, near: float
) -> None:
    ratios = [[reached.max() for reached in head_ratios(cost, output, dtype, seed, one_step)] for seed in range(40)]
    assert (np.max(ratios, axis=0) >= near).all()
    assert (np.max(ratios, axis=0) <= 1).all()


@given(st.sampled_from(TOPS), SEEDS, st.floats(1, 100))
def test_bounds_grow_with_the_error_of_z(top: tuple[str, str, str], seed: int, factor: float) -> None:
    cost, output, dtype = top
    rng, z = drawn(seed, dtype, output == "softmax")
    head, sigma, arithmetic = COSTS[cost].head(output), ACTIVATIONS[output], Arithmetic(dtype)
    y = arithmetic.read(target(rng, sigma.value(z.program)))
    wider = Inexact(z.known.value, factor * z.known.error)
    for tier in (STABLE, TEXTBOOK):
        a, b = (rounding.activation(sigma, known, arithmetic, tier) for known in (z.known, wider))
        less, more = (
            rounding.bp1(head, cost, known, of, y, Shares(1.0), arithmetic, tier)
            for known, of in ((z.known, a), (wider, b))
        )
        assert (a.error <= b.error).all()
        assert (less.error <= more.error).all()
