from __future__ import annotations

import jax
import pytest
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.jax_backends import jax_grad
from backproof.reference.jax_backends.jax_grad import EAGER, JIT
from helpers.adapters import NETWORKS, holds_no_derivative_formula, same, shows_everything_and_agrees
from helpers.backends import JAX, JAX_EAGER
from helpers.drawn import HEADS, pack
from helpers.every import every

TINY = Architecture((2, 2, 2), ("tanh", "softmax"), "cross_entropy")


@pytest.mark.parametrize("of", NETWORKS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", JAX)
def test_it_shows_everything_and_agrees(name: str, dtype: str, of: Architecture) -> None:
    if name == "jax" or of.cost == "cross_entropy":  # the quadratic cost is the same in both
        shows_everything_and_agrees(name, pack(of, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", JAX_EAGER)
def test_eager_shows_everything_and_agrees(name: str, dtype: str) -> None:
    shows_everything_and_agrees(name, pack(TINY, dtype))


def test_it_holds_no_derivative_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    jax_grad._compiled.clear()  # or what was compiled before would answer
    holds_no_derivative_formula(monkeypatch, "jax")


def test_it_has_every_activation_and_every_cost() -> None:
    assert set(jax_grad.ACTIVATIONS) == set(ACTIVATIONS) - {"tanhshrink"}
    assert set(jax_grad.FUSED) == {head for head in HEADS if COSTS[head[0]].labels}
    assert set(jax_grad.UNFUSED) == {head for head in HEADS if head[0] == "cross_entropy"}
    assert set(jax_grad.OF_ANY_OUTPUT) == {name for name, cost in COSTS.items() if not cost.labels}


def test_compiled_functions_are_dropped_before_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = []
    clear = jax.clear_caches
    monkeypatch.setattr(jax, "clear_caches", lambda: dropped.append(len(jax_grad._compiled)) or clear())
    monkeypatch.setattr(jax_grad, "COMPILED_AT_MOST", 2)
    monkeypatch.setattr(jax_grad, "_compiled", {})
    monkeypatch.setattr(jax_grad, "_shapes", 0)
    packs = [pack(Architecture((1, width), ("tanh",)), regimes=("calm",)) for width in (1, 2, 3)]
    first = [JIT.gradients(of) for of in packs]
    assert dropped == [2]
    assert len(jax_grad._compiled) == jax_grad._shapes == 1
    assert same(first[2], JIT.gradients(packs[2]))
    assert dropped == [2]
    assert same(first[0], JIT.gradients(packs[0]))
    assert len(jax_grad._compiled) == 2


def test_eager_functions_count_for_all_that_their_operations_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax_grad, "_compiled", {})
    monkeypatch.setattr(jax_grad, "_shapes", 0)
    EAGER.gradients(pack(TINY, regimes=("calm",)))
    assert jax_grad._shapes == jax_grad.EAGER_SHAPES * TINY.depth


def test_an_activation_it_does_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(jax_grad.ACTIVATIONS, "tanh")
    assert JIT.supports(TINY, "float64") == "no mapping for activation 'tanh'"
    assert JIT.supports(Architecture((1, 1), ("relu",)), "float64") is None


def test_jitted_code_may_compute_z_twice_and_eager_code_runs_on_few_architectures() -> None:
    assert JIT.traits.recomputes
    assert not EAGER.traits.recomputes
    assert JIT.traits.architectures is None
    assert EAGER.traits.architectures == 4
    assert every(registry.load(name).version == jax.__version__ for name in (*JAX, *JAX_EAGER))
