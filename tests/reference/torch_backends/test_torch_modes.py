from __future__ import annotations

import shutil

import pytest
import torch
from backproof.manual.case import Architecture
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.torch_backends import torch_compile
from backproof.reference.torch_backends.torch_compile import COMPILED, GRAPH
from backproof.reference.torch_backends.torch_modes import JACFWD, JVP
from helpers.adapters import NETWORKS, holds_no_derivative_formula, same, shows_everything_and_agrees
from helpers.backends import TORCH_COMPILED, TORCH_FORWARD, TORCH_MODES
from helpers.drawn import pack

CALM = ("calm", "saturated")
TINY = Architecture((2, 2, 2), ("tanh", "softmax"), "cross_entropy")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TORCH_MODES)
def test_every_mode_shows_everything_and_agrees(name: str, dtype: str) -> None:
    for of in NETWORKS:
        shows_everything_and_agrees(name, pack(of, dtype, CALM))


@pytest.mark.parametrize("name", [*TORCH_FORWARD, *TORCH_COMPILED])
def test_the_dear_ones_show_everything_and_agree(name: str) -> None:
    shows_everything_and_agrees(name, pack(TINY))


@pytest.mark.parametrize("name", [*TORCH_MODES, *TORCH_FORWARD])
def test_no_mode_holds_a_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    holds_no_derivative_formula(monkeypatch, name)


@pytest.mark.parametrize("backend", [JACFWD, JVP], ids=lambda backend: backend.name)
def test_a_pass_for_each_parameter_is_not_made_for_many(backend: registry.Backend) -> None:
    wide = Architecture((100, 100), ("tanh",))
    assert "takes too long" in str(backend.supports(wide, "float64"))
    assert backend.supports(TINY, "float64") is None


def test_without_a_compiler_inductor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert COMPILED.supports(TINY, "float64") == "torch.compile needs a C++ compiler: there is no g++"
    assert GRAPH.supports(TINY, "float64") is None


def test_compiled_graphs_are_dropped_before_torch_refuses_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_compile, "_compiled", {})
    monkeypatch.setattr(torch_compile, "MOST_COMPILED", 2)
    packs = [pack(Architecture((1, width), ("tanh",)), regimes=("calm",)) for width in (1, 2, 3)]
    answers = [GRAPH.gradients(of) for of in packs]
    assert len(torch_compile._compiled) == 1
    assert same(answers[0], GRAPH.gradients(packs[0]))


def test_an_activation_that_torch_nn_has_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry.importlib.import_module("backproof.reference.torch_backends.torch_nn").MODULES, "tanh")
    assert registry.load("torch.nn").supports(TINY, "float64") == "torch.nn has no module called 'tanh'"


def test_a_device_that_is_not_there_is_refused() -> None:
    backend = registry.load("torch")
    assert backend.on("cpu") == backend
    with pytest.raises(ValueError, match="torch has no device 'nowhere' here"):
        backend.on("nowhere")
    with pytest.raises(ValueError, match="torch has no device 'meta' here"):
        backend.on("meta")
    assert torch.get_default_device() == torch.device("cpu")
