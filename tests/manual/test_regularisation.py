from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.gradients import Gradients, Quantity
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.drawn import OPTIONED, case, cases, pack
from helpers.every import every, none_of
from helpers.harmed import Harmed
from helpers.variants import findings
from hypothesis import given, settings
from hypothesis import strategies as st

BOTH = Architecture((3, 4, 2), ("tanh", "softmax"), "cross_entropy", "mean", 0.1, True)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_book_s_convention(reduction: str) -> None:
    """C = C₀ + (λ/2m) Σ w² of a mean, (λ/2) Σ w² of a sum: weights only."""
    of = case(Architecture((2, 3, 1), ("tanh", "sigmoid"), "quadratic", reduction, 0.5), examples=4)
    c0 = backprop(replace(of, architecture=replace(of.architecture, l2=0.0)))
    c, decay = backprop(of), 0.5 / 4 if reduction == "mean" else 0.5
    assert c.cost - c0.cost == pytest.approx(decay / 2 * sum((w**2).sum() for w in of.weights))
    for got, without, w in zip(c.nabla_w, c0.nabla_w, of.weights, strict=True):
        np.testing.assert_allclose(got, without + decay * w, rtol=1e-14)
    assert every((x == y).all() for x, y in zip(c.nabla_b, c0.nabla_b, strict=True))


def test_an_example_of_weight_two_is_that_example_twice() -> None:
    once = case(Architecture((2, 3, 2), ("tanh", "softmax"), "cross_entropy", "sum", 0.0, True), examples=3)
    once = replace(once, example_weights=np.array([1.0, 2.0, 0.0]))
    plain = replace(once, architecture=replace(once.architecture, weighted=False), example_weights=None)
    weighted, twice = backprop(once), backprop(plain.of_examples([0, 1, 1]))
    pairs = [*zip(weighted.nabla_w, twice.nabla_w, strict=True), *zip(weighted.nabla_b, twice.nabla_b, strict=True)]
    for got, want in [*pairs, (weighted.cost, twice.cost)]:
        np.testing.assert_allclose(got, want, rtol=1e-12)
    assert (weighted.delta[-1][:, 2] == 0).all()


def other_orders(of: Pack, variant: int) -> Gradients[Array]:
    """The hand-written pass with C, the L2 term and the weights worked out in another, as correct, order."""
    one = of.x.dtype.type
    weights, l2 = of.example_weights, one(of.architecture.l2)
    bare = replace(of.architecture, l2=0.0, weighted=False)
    right = backprop(of)
    c0 = backprop(replace(of, architecture=replace(of.architecture, l2=0.0)))
    late = [one(1 / of.examples) if bare.reduction == "mean" else one(1)]
    term: Callable[[Array], Array] = [
        lambda w: (w + w) * (l2 / one(2) * late[0]),
        lambda w: (w * late[0]) * l2,
        lambda w: (w * l2) / one(2) * late[0] + (w * l2) / one(2) * late[0],
    ][variant]
    nabla_w = tuple(term(w) + g for w, g in zip(of.weights, c0.nabla_w, strict=True))
    squares = sum((w[..., ::-1, ::-1] * l2 * w[..., ::-1, ::-1]).sum(axis=(-2, -1)) for w in of.weights)
    delta = right.delta
    if weights is not None:
        unshared = backprop(replace(of, architecture=replace(bare, reduction="sum"), example_weights=None)).delta
        early = (weights * late[0])[..., None, :] if variant else weights[..., None, :]
        last = (unshared[-1] * early) * (one(1) if variant else late[0])
        delta = (*right.delta[:-1], last)
    return replace(right, nabla_w=nabla_w, cost=squares / one(2) * late[0] + c0.cost, delta=delta)


class Reordered:
    """A backend of them; what follows from its own δ^L is left to the right ones."""

    name, version, traits = "reordered", "1", MANUAL.traits

    def __init__(self, variant: int) -> None:
        self.variant = variant

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, of: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return other_orders(of, self.variant)


@settings(max_examples=40)
@given(cases(menu=OPTIONED, depth=2, width=3), st.integers(0, 2))
def test_no_correct_order_exceeds_the_bound_of_the_whole(drawn: Case, variant: int) -> None:
    for found in findings(Reordered(variant), Pack.of([drawn])):
        decided = found.whole.verdict[found.whole.verdict <= Verdict.WRONG]
        assert (decided <= Verdict.LOSSY).all(), found.place


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bounds_are_sharp_enough_to_be_reached(dtype: str) -> None:
    of = Architecture((1, 1), ("identity",), "quadratic", "mean", 3.0, True)
    worst: dict[Quantity, float] = {}
    for variant in range(3):
        for found in findings(Reordered(variant), pack(of, dtype, regimes=("calm",) * 200, examples=1)):
            ratio = float(np.nanmax(found.ratio))
            worst[found.place.quantity] = max(worst.get(found.place.quantity, 0.0), ratio)
    assert min(worst[quantity] for quantity in (Quantity.C, Quantity.BP1, Quantity.BP4)) >= 1 / 20


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_relative_error_of_a_few_ulp_in_the_l2_term_is_seen(dtype: str) -> None:
    """λ′W off by 64 u where nothing else is in ∂C/∂W."""
    of = replace(BOTH, l2=7.0)
    dead = pack(of, dtype, regimes=("calm",) * 4)
    dead = replace(dead, x=np.zeros_like(dead.x))
    factor = 1 + 64 * np.finfo(dtype).eps / 2
    harmed = Harmed(lambda part: (part * part.dtype.type(factor)).astype(part.dtype))
    found = next(one for one in findings(harmed, dead) if str(one.place) == "BP4 ∂C/∂W^1")
    assert (found.verdict == Verdict.WRONG).all()


def test_out_of_range_where_lambda_is() -> None:
    """λ = 1e300 is no float32."""
    far = replace(case(BOTH, "float32"), architecture=replace(BOTH, l2=1e300))
    errors = rounding.end_to_end(far, Arithmetic("float32"), STABLE)
    assert errors.cost is not None
    assert np.isinf(errors.cost).all()
    assert every(np.isinf(error).all() for error in errors.nabla_w)
    assert none_of(np.isinf(error).any() for error in errors.nabla_b)


def test_too_small_a_lambda_is_lost_within_the_bound() -> None:
    """λ = 1e-60 is 0 in float32: right all the same."""
    tiny = pack(replace(BOTH, l2=1e-60), "float32")
    found = findings(MANUAL, tiny)
    verdicts = np.concatenate([one.verdict.ravel() for one in found])
    assert set(verdicts.tolist()) <= {Verdict.ACCURATE, Verdict.BLIND}
    assert np.mean(verdicts == Verdict.ACCURATE) > 0.9
    for one in found:  # an underflowed value keeps no digit in any program; nor one C of 1e-14, a difference from 1
        small = np.finfo(np.float32).smallest_normal if one.place.quantity != "C" else 1e-13
        assert (np.abs(one.whole.truth.hi[one.verdict == Verdict.BLIND]) < small).all(), one.place
