from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture
from backproof.reference import registry
from helpers.adapters import NETWORKS, holds_no_derivative_formula, shows_everything_and_agrees
from helpers.backends import PEERS, load
from helpers.drawn import pack
from helpers.python import run

TINY = Architecture((1, 2, 2), ("softplus", "softmax"), "cross_entropy")


@pytest.mark.parametrize("name", ["autograd", "mygrad", "tensorflow"])
def test_a_library_shows_everything_and_agrees(name: str) -> None:
    load(name)
    for of, dtype in zip(NETWORKS, ("float64", "float32") * 3, strict=False):
        shows_everything_and_agrees(name, pack(of, dtype))


def test_tinygrad_shows_everything_and_agrees() -> None:
    load("tinygrad")
    shows_everything_and_agrees("tinygrad", pack(TINY, regimes=("calm", "saturated")))


def test_mlx_is_right_in_float32_and_known_to_be_half_as_accurate_in_float64() -> None:
    load("mlx")
    shows_everything_and_agrees("mlx", pack(NETWORKS[0], "float32"))
    from helpers.variants import findings

    found = {Verdict(v) for one in findings(load("mlx"), pack(NETWORKS[0])) for v in one.verdict.ravel().tolist()}
    assert Verdict.KNOWN in found
    assert Verdict.WRONG not in found


@pytest.mark.parametrize("name", ["autograd", "mygrad"])
def test_no_adapter_holds_a_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    load(name)
    holds_no_derivative_formula(monkeypatch, name)


@pytest.mark.parametrize("name", PEERS)
def test_an_absent_library_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def gone(module: str, package: str | None = None) -> None:
        raise ImportError(f"no {module}")

    monkeypatch.setattr(importlib, "import_module", gone)
    with pytest.raises(registry.Unavailable, match=rf"pip install 'backproof\[{name.partition('.')[0]}\]'"):
        registry.load(name)


@pytest.mark.parametrize("name", ["autograd", "tensorflow"])
def test_an_activation_that_has_no_word_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    backend = load(name)
    monkeypatch.delitem(backend.words.activations, "softplus")
    assert backend.supports(TINY, "float64") == "no mapping for activation 'softplus'"
    monkeypatch.delitem(backend.words.costs, ("cross_entropy", "softmax"))
    plain = Architecture((1, 2), ("softmax",), "cross_entropy")
    assert backend.supports(plain, "float64") == "no mapping for cost 'cross_entropy'"


def test_tinygrad_leaves_no_cache_behind_even_where_it_is_killed(tmp_path: Path) -> None:
    load("tinygrad")
    program = f"""
import os
before = dict(os.environ)
from backproof.reference.library_backends.tinygrad_tensors import TINYGRAD
assert dict(os.environ) == before
from backproof.manual.case import Architecture
from helpers.adapters import shows_everything_and_agrees
from helpers.drawn import pack
shows_everything_and_agrees("tinygrad", pack({TINY!r}))
print("asked", flush=True)
os._exit(0)
"""
    folders = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), str(tmp_path))
    assert run(program, BACKPROOF_FAST="off", **folders) == "asked"
    assert list(tmp_path.iterdir()) == []
