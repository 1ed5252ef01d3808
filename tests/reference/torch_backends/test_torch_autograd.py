from __future__ import annotations

import numpy as np
import pytest
import torch
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.costs import COSTS
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.torch_backends import torch_autograd
from backproof.reference.torch_backends.torch_autograd import AUTOGRAD, TorchBackend
from helpers.adapters import NETWORKS, holds_no_derivative_formula, same, shows_everything_and_agrees
from helpers.backends import TORCH
from helpers.drawn import HEADS, pack


@pytest.mark.parametrize("of", NETWORKS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TORCH)
def test_it_shows_everything_and_agrees(name: str, dtype: str, of: Architecture) -> None:
    shows_everything_and_agrees(name, pack(of, dtype))


@pytest.mark.parametrize("name", TORCH)
def test_it_holds_no_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    holds_no_derivative_formula(monkeypatch, name)


def test_it_has_every_activation_and_every_cost() -> None:
    assert set(torch_autograd.ACTIVATIONS) == set(ACTIVATIONS)
    assert set(torch_autograd.FUSED) == {head for head in HEADS if COSTS[head[0]].labels}
    assert set(torch_autograd.UNFUSED) == {head for head in HEADS if head[0] == "cross_entropy"}
    assert set(torch_autograd.OF_ANY_OUTPUT) == {"quadratic", "huber"}


def test_a_pack_is_its_cases_to_the_bit() -> None:
    whole = pack(NETWORKS[0])
    for k, single in enumerate(whole):
        alone = AUTOGRAD.gradients(Pack.of([single])).map(lambda part: part[0])
        assert same(AUTOGRAD.gradients(whole).map(lambda part, k=k: part[k]), alone)


def test_the_unfused_cost_loses_the_gradient_that_the_fused_one_keeps() -> None:
    one = np.ones((1, 1))
    of = Pack.of([Case(Architecture((1, 1), ("sigmoid",), "cross_entropy"), (one,), (np.zeros(1),), -30 * one, one)])
    fused, unfused = (registry.load(name).gradients(of).nabla_b[0].item() for name in TORCH)
    assert fused == pytest.approx(-1, rel=1e-12)
    assert unfused == pytest.approx(-0.0936, rel=1e-2)


def test_an_activation_it_does_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(torch_autograd.ACTIVATIONS, "tanh")
    assert AUTOGRAD.supports(NETWORKS[0], "float64") == "no mapping for activation 'tanh'"
    assert AUTOGRAD.supports(Architecture((1, 1), ("relu",)), "float64") is None


def test_it_answers_where_gradients_are_switched_off_and_keeps_them_off() -> None:
    of = pack(NETWORKS[0], regimes=("calm",))
    with torch.no_grad():
        assert same(AUTOGRAD.gradients(of), AUTOGRAD.gradients(of))
        assert not torch.is_grad_enabled()


def test_inputs_are_not_shared_with_torch() -> None:
    of = pack(NETWORKS[0], regimes=("calm",))
    before = of[0].id
    got = AUTOGRAD.gradients(of)
    got.nabla_w[0][...] = 7
    assert of[0].id == before
    assert TorchBackend("torch", {}).version == torch.__version__
