"""L2 terms and weighted examples through every mode of a gradient, and what is wrong with them caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.gradients import Gradients, Quantity
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers import backends
from helpers.drawn import pack
from helpers.variants import findings, found

REGIMES = ("calm", "zeros", "tiny")
NETWORKS = (
    Architecture((3, 4, 3), ("tanh", "softmax"), "cross_entropy", "mean", 0.1, True),
    Architecture((2, 3, 2), ("sigmoid", "sigmoid"), "cross_entropy", "sum", 2.0, True),
    Architecture((2, 3), ("tanh",), "quadratic", "mean", 0.3, True),
)
BACKENDS = (
    *(*backends.NUMPY, "torch", "torch.nn", "torch.per_example", "torch.vmap", "torch.jacfwd"),
    *("jax", "jax.per_example", "autograd", "mygrad"),
)
"""Those that see the examples or the parameters each in a manner of their own."""


@pytest.mark.parametrize("name", BACKENDS)
def test_every_mode_of_a_gradient_knows_them(name: str) -> None:
    backend = backends.load(name)
    for of, dtype in zip(NETWORKS[:1] if name.startswith("jax") else NETWORKS[:2], DTYPES, strict=False):
        judged = findings(backend, pack(of, dtype, REGIMES, examples=3))
        verdicts = np.concatenate([finding.verdict.ravel() for finding in judged])
        assert (verdicts <= Verdict.KNOWN).mean() > 0.9
        assert not (verdicts == Verdict.WRONG).any()


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_a_weight_may_meet_the_difference_before_the_slope_and_leave_the_range(name: str) -> None:
    """Ω · (a − y) is ∞, and ∞ · 0 no number, where σ′ underflows: in torch's order; in ours it is 0."""
    of = Architecture((1, 1), ("logsigmoid",), "quadratic", "sum", weighted=True)
    one = np.ones((1, 1), np.float32)
    case = Case(of, (200 * one,), (0 * one[0],), one, 1.5 * one, np.array([np.finfo(np.float32).max], np.float32))
    judged = findings(backends.load(name), Pack.of([case]))
    words = {finding.place.quantity: finding.verdict.ravel().tolist() for finding in judged}
    assert words[Quantity.BP1] == [Verdict.OUT_OF_RANGE]
    assert [Verdict.WRONG] not in words.values()


Wrong = Callable[[Pack], Gradients[Array]]


def l2_dropped(of: Pack) -> Gradients[Array]:
    return backprop(replace(of, architecture=replace(of.architecture, l2=0.0)))


def not_over_m(of: Pack) -> Gradients[Array]:
    return backprop(replace(of, architecture=replace(of.architecture, l2=of.architecture.l2 * of.examples)))


def on_the_biases(of: Pack) -> Gradients[Array]:
    right = backprop(of)
    return replace(right, nabla_b=tuple(g + of.decay * b for g, b in zip(right.nabla_b, of.biases, strict=True)))


def without_its_half(of: Pack) -> Gradients[Array]:
    """C = C₀ + (λ/m) Σ w²."""
    return backprop(replace(of, architecture=replace(of.architecture, l2=2 * of.architecture.l2)))


def weights_normalised(of: Pack) -> Gradients[Array]:
    """A weighted mean, Σ w_k C_k / Σ w_k, as torch's `weight` has it."""
    mean = of.example_weights.mean(axis=-1, keepdims=True)
    return backprop(replace(of, example_weights=of.example_weights / mean))


def weights_dropped(of: Pack) -> Gradients[Array]:
    return backprop(replace(of, example_weights=np.ones_like(of.example_weights)))


def weights_of_the_wrong_examples(of: Pack) -> Gradients[Array]:
    return backprop(replace(of, example_weights=of.example_weights[..., ::-1].copy()))


WRONG: dict[Wrong, Quantity] = {
    l2_dropped: Quantity.C,
    not_over_m: Quantity.C,
    without_its_half: Quantity.C,
    on_the_biases: Quantity.BP3,
    weights_normalised: Quantity.C,
    weights_dropped: Quantity.C,
    weights_of_the_wrong_examples: Quantity.C,
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("of", NETWORKS)
def test_what_is_done_wrong_is_caught_in_every_case(wrong: Wrong, of: Architecture) -> None:
    if wrong is not_over_m and of.reduction == "sum":
        return

    class Program:
        name, version, traits, supports = "program", "1", MANUAL.traits, MANUAL.supports

        def gradients(self, pack: Pack) -> Gradients[Array]:
            return wrong(pack)

    calm = pack(of, regimes=("calm",) * 6, examples=4)
    caught = found(Program(), calm)
    assert len(caught) == 6
    assert {one.place.quantity for one in caught} == {WRONG[wrong]}


@pytest.mark.parametrize(
    ("wrong", "quantity"), [(l2_dropped, Quantity.BP4), (weights_normalised, Quantity.BP1)], ids=["l2", "weights"]
)
def test_it_is_caught_in_the_gradients_alone(wrong: Wrong, quantity: Quantity) -> None:
    """C is right, or not shown."""

    class Program:
        name, version, traits, supports = "program", "1", MANUAL.traits, MANUAL.supports

        def gradients(self, pack: Pack) -> Gradients[Array]:
            return replace(wrong(pack), cost=None)

    caught = found(Program(), pack(NETWORKS[0], regimes=("calm",) * 6, examples=4))
    assert [one.place.quantity for one in caught] == [quantity] * 6
