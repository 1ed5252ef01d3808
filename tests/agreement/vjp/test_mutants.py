"""Every mutant of a pullback is wrong by its program alone, with no tolerance."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from backproof.agreement.vjp.against_reference import judge_against

jax = pytest.importorskip("jax")
from helpers.later import long_but  # noqa: E402
from helpers.mutants import CHANGES, mutants  # noqa: E402  (it needs jax)

jnp, lax, nn = jax.numpy, jax.lax, jax.nn
RNG = np.random.default_rng(3)


def normal(*shape: int) -> Any:
    return jnp.asarray(RNG.standard_normal(shape), "float32")


def rms_norm(x: Any, w: Any) -> Any:
    return x * lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-2) * w


def layer_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-2) * w + b


def group_norm(x: Any, w: Any) -> Any:
    grouped = x.reshape(2, 2, -1)
    spread = jnp.sqrt(grouped.var(-1, keepdims=True) + 1e-2)
    return ((grouped - grouped.mean(-1, keepdims=True)) / spread).reshape(x.shape) * w


def attention(q: Any, k: Any, v: Any) -> Any:
    scores = jnp.where(np.tril(np.ones((4, 4), bool)), q @ k.T / np.sqrt(4.0), -jnp.inf)
    return nn.softmax(scores) @ v


def cross_entropy(z: Any, y: Any) -> Any:
    return -(y * nn.log_softmax(z)).sum(-1)


FUNCTIONS = {
    "rms_norm": (rms_norm, (normal(4, 4), normal(4))),
    "layer_norm": (layer_norm, (normal(3, 4), normal(4), normal(4))),
    "group_norm": (group_norm, (normal(2, 8), normal(8))),
    "attention": (attention, (normal(4, 4), normal(4, 4), normal(4, 4))),
    "mlp": (lambda x, w, b: nn.gelu(x @ w + b), (normal(3, 3), normal(3, 3), normal(3))),
    "cross_entropy": (cross_entropy, (normal(3, 4), nn.softmax(normal(3, 4)))),
    "convolution": (lambda x, w: nn.relu(lax.conv(x, w, (1,), "SAME")), (normal(2, 3, 5), normal(4, 3, 3))),
    "swiglu": (lambda x, w, u: nn.silu(x @ w) * (x @ u), (normal(3, 4), normal(4, 3), normal(4, 3))),
    "embedding": (lambda t: jnp.tanh(t[np.array([0, 2, 2, 1])]), (normal(3, 2),)),
    "max pool": (
        lambda x: lax.reduce_window(nn.sigmoid(x), -jnp.inf, lax.max, (2,), (2,), "VALID"),
        (normal(6),),
    ),
}
LEAST = {"rms_norm": 40, "layer_norm": 60, "group_norm": 50, "attention": 30, "mlp": 60, "swiglu": 30}
QUICK = ("rms_norm", "attention", "convolution", "max pool")
"""One of each kind: a norm, a softmax, a product over windows, a choice."""


@cache
def planted(name: str) -> list[Any]:
    function, arguments = FUNCTIONS[name]
    return list(mutants(function, arguments, normal(*function(*arguments).shape)))


def missed(name: str, every: int = 1) -> list[tuple[str, str, int, str]]:
    """The mutants that are not called wrong, of those at every so many places of each change."""
    left, of_change = [], Counter[str]()
    function, arguments = FUNCTIONS[name]
    for mutant in planted(name):
        of_change[mutant.change] += 1
        if (of_change[mutant.change] - 1) % every == 0:
            report = judge_against(mutant.backward, function, arguments, cases=1)
            if not report.wrong_programs:
                left.append((mutant.change, mutant.primitive, mutant.place, report.program))
    return left


@pytest.mark.parametrize("name", long_but(*QUICK, of=FUNCTIONS))
def test_mutants_of_every_change_are_wrong(name: str) -> None:
    assert missed(name, every=8) == []


@pytest.mark.deep
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_mutant_is_wrong(name: str) -> None:
    assert missed(name) == []


@pytest.mark.parametrize("name", long_but("attention", "max pool", of=FUNCTIONS))
def test_the_function_itself_is_right(name: str) -> None:
    function, arguments = FUNCTIONS[name]
    planted = jax.custom_vjp(function)
    planted.defvjp(lambda *x: (function(*x), x), lambda x, v: jax.vjp(function, *x)[1](v))
    report = judge_against(planted, function, arguments, cases=2)
    assert not report.disagrees, str(report)
    assert "exact values agree" in report.program


@pytest.mark.long
def test_every_kind_of_mutant_is_made() -> None:
    made = {name: Counter(mutant.change for mutant in planted(name)) for name in FUNCTIONS}
    assert set().union(*made.values()) == CHANGES.keys()
    assert {name: each.total() >= LEAST.get(name, 3) for name, each in made.items()} == dict.fromkeys(FUNCTIONS, True)
    assert sum(each.total() for each in made.values()) >= 300
