"""Blocks that real models are made of, in jax: certified eagerly and jitted, without a false alarm."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from backproof.agreement import certify
from backproof.agreement.certificates.certify import judge_step
from backproof.agreement.judging.verdict import Verdict
from helpers.every import every, none_of
from helpers.jax_blocks import BLOCKS, block
from helpers.later import long_but

EAGER = ("MLP", "transformer")
"""Compiling each operation alone, as eager gradients do, takes jax seconds."""
WORK = [*((name, ("jit",)) for name in BLOCKS if name != "MLP"), *((name, ("eager", "jit")) for name in EAGER)]
QUICK = [("MLP", ("eager", "jit")), ("GRU", ("jit",))]


@pytest.mark.parametrize(("name", "modes"), long_but(*QUICK, of=WORK))
def test_a_block_is_certified(name: str, modes: tuple[str, ...]) -> None:
    loss, arguments = block(name)
    found = certify(loss, *arguments, modes=modes)
    assert found.program.verdict == Verdict.ACCURATE
    assert found.program.digits >= 60
    assert found.operations.verdicts[Verdict.ACCURATE] >= 0.95 * found.operations.entries
    assert not found.operations.unread
    assert [answer.mode for answer in found.answers] == [*modes]
    assert none_of(answer.failure for answer in found.answers)
    assert every(answer.entries == sum(np.size(x) for x in jax.tree.leaves(arguments[0])) for answer in found.answers)


@pytest.mark.long
@pytest.mark.parametrize("name", ["MLP", "transformer"])
def test_sixteen_bits(name: str) -> None:
    loss, arguments = block(name, jnp.bfloat16)
    found = certify(loss, *arguments)
    assert found.program.digits >= 60
    assert not found.operations.verdicts[Verdict.WRONG]


def test_a_custom_rule_that_forgets_a_mean_is_named() -> None:
    @jax.custom_vjp
    def centred(x):
        return x - x.mean(-1, keepdims=True)

    centred.defvjp(lambda x: (centred(x), None), lambda _, v: (v,))

    def loss(p, x):
        return jnp.sin(centred(x @ p) * 3).sum()

    rng = np.random.default_rng(0)
    weights, x = (rng.normal(size=shape).astype(np.float32) for shape in ((3, 4), (5, 3)))
    found = judge_step(loss, weights, x)
    assert found.disagrees
    assert found.program.verdict == Verdict.WRONG
    assert [culprit.name for culprit in found.program.culprits] == ["centred"]
    assert "test_jax_blocks.py" in found.program.culprits[0].where
    allowed = judge_step(loss, weights, x, allow=["centred"])
    assert not allowed.disagrees
    assert "allowed" in str(allowed)


def test_a_rule_on_an_identity_is_named_and_may_be_allowed() -> None:
    """A clipped gradient: the forward pass computes nothing at all."""

    @jax.custom_vjp
    def clipped(x):
        return x

    clipped.defvjp(lambda x: (x, None), lambda _, v: (jnp.clip(v, -0.1, 0.1),))

    def loss(w):
        return (jnp.sin(clipped(jnp.tanh(w))) * 3).sum()

    weights = np.linspace(0.1, 0.9, 4, dtype=np.float32)
    found = judge_step(loss, weights, modes=("jit",))
    assert [culprit.name for culprit in found.program.culprits] == ["clipped"]
    assert not judge_step(loss, weights, modes=("jit",), allow=["clipped"]).disagrees
