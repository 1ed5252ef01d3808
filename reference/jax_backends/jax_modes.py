"""JAX's further modes of a gradient, a row each; `jax` itself is jit(vmap(value_and_grad))."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from ..objective import Answer, Objective, Sigma, per_example, plain
from .jax_grad import FUSED, JaxBackend


def transformed(transform: Callable[..., Any], cost: Objective, leaves: tuple[int, ...]) -> Callable[..., Answer]:
    """`jax.jacrev` or `jax.jacfwd`."""
    function: Callable[..., Answer] = transform(cost, leaves, has_aux=True)
    return function


def vjp(cost: Objective, leaves: tuple[int, ...]) -> Callable[..., Answer]:
    """`jax.vjp`, the pull-back of 1."""

    def answer(*arrays: jax.Array) -> Answer:
        total, pull, shown = jax.vjp(cost, *arrays, has_aux=True)
        return pull(jnp.ones_like(total))[: len(leaves)], shown

    return answer


def transposed(cost: Objective, leaves: tuple[int, ...]) -> Callable[..., Answer]:
    """`jax.linearize`, which is `jvp` evaluated in part, and `jax.linear_transpose` of it."""

    def answer(*arrays: jax.Array) -> Answer:
        total, push, shown = jax.linearize(cost, *arrays, has_aux=True)
        return jax.linear_transpose(push, *arrays)(jnp.ones_like(total))[: len(leaves)], shown

    return answer


def example_by_example(cost: Objective, leaves: tuple[int, ...]) -> Callable[..., Answer]:
    """`jax.vmap` of `jax.grad` over the examples, summed."""
    return per_example(jax.vmap, jax.grad(cost, leaves, has_aux=True), len(leaves) // 3)


def checkpointed(sigma: Sigma, *arrays: jax.Array) -> Any:
    """A layer whose backward pass computes its forward pass again."""
    return jax.checkpoint(partial(plain, sigma))(*arrays)


def by_rule(sigma: Sigma, *arrays: jax.Array) -> Any:
    """A layer with a derivative rule of its own, `jax.custom_vjp`; the rule is what `jax.vjp` says."""
    layer = jax.custom_vjp(partial(plain, sigma))
    layer.defvjp(lambda *inputs: jax.vjp(partial(plain, sigma), *inputs), lambda pull, given: pull(given))
    return layer(*arrays)


SINGLE = JaxBackend("jax.jit", FUSED, packed=False, architectures=4, what="jit(value_and_grad), a case at a time")
VJP = JaxBackend("jax.vjp", FUSED, vjp, what="jit(vmap(vjp))")
JACREV = JaxBackend("jax.jacrev", FUSED, partial(transformed, jax.jacrev), what="jit(vmap(jacrev))")
JACFWD = JaxBackend(
    "jax.jacfwd",
    FUSED,
    partial(transformed, jax.jacfwd),
    forward=True,
    at_most=2000,
    architectures=4,
    what="jit(vmap(jacfwd)): forward mode",
)
JVP = JaxBackend("jax.jvp", FUSED, transposed, what="jit(vmap(linear_transpose of linearize))")
PER_EXAMPLE = JaxBackend(
    "jax.per_example", FUSED, example_by_example, apart=True, what="jit(vmap of grad over the examples, summed)"
)
CHECKPOINT = JaxBackend("jax.checkpoint", FUSED, layer=checkpointed, what="each layer in jax.checkpoint")
CUSTOM_VJP = JaxBackend(
    "jax.custom_vjp", FUSED, layer=by_rule, what="each layer with a rule of its own, jax.custom_vjp"
)
