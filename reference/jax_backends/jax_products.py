"""JAX's modes of a Hessian-vector product, a row each: jitted, and mapped over the cases of a pack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..objective import Objective, arrays_of, objective, too_many
from ..product import Direction, as_products, directions_of
from ..protocol import Architecture, Array, Gradients, Pack, Traits
from .jax_grad import JIT, at_work, keep

Scalar = Callable[..., jax.Array]
"""C of its arrays, and nothing besides."""
Arrays = tuple[jax.Array, ...]
ProductMode = Callable[[Scalar, Arrays, Arrays], Sequence[jax.Array]]
"""From C, its arrays and a direction for each, to Hv for the leaves (all arrays but the last two)."""


def _leaves(arrays: Arrays) -> tuple[int, ...]:
    return tuple(range(len(arrays) - 2))


def grad_of_grad(cost: Scalar, arrays: Arrays, v: Arrays) -> Sequence[jax.Array]:
    """`jax.grad` of ⟨∇C, v⟩: reverse over reverse."""
    leaves = _leaves(arrays)

    def along(*moved: jax.Array) -> jax.Array:
        slopes = jax.grad(cost, leaves)(*moved)
        return sum((jnp.vdot(slope, move) for slope, move in zip(slopes, v, strict=False)), jnp.zeros((), v[0].dtype))

    answer: Sequence[jax.Array] = jax.grad(along, leaves)(*arrays)
    return answer


def jvp_of_grad(cost: Scalar, arrays: Arrays, v: Arrays) -> Sequence[jax.Array]:
    """`jax.jvp` of `jax.grad`: forward over reverse."""
    answer: Sequence[jax.Array] = jax.jvp(jax.grad(cost, _leaves(arrays)), arrays, v)[1]
    return answer


def grad_of_jvp(cost: Scalar, arrays: Arrays, v: Arrays) -> Sequence[jax.Array]:
    """`jax.grad` of `jax.jvp`: reverse over forward."""
    along: Any = jax.grad(lambda *moved: jax.jvp(cost, moved, v)[1], _leaves(arrays))
    answer: Sequence[jax.Array] = along(*arrays)
    return answer


def hessian(cost: Scalar, arrays: Arrays, v: Arrays) -> Sequence[jax.Array]:
    """`jax.hessian`, all of it, times v."""
    leaves = _leaves(arrays)
    blocks: Any = jax.hessian(cost, leaves)(*arrays)

    def times_v(row: Sequence[jax.Array]) -> jax.Array:
        return reduce(jnp.add, (jnp.tensordot(block, move, move.ndim) for block, move in zip(row, v, strict=False)))

    return list(map(times_v, blocks))


@dataclass(frozen=True)
class JaxProduct:
    """Hv of JAX with respect to W and b, and R{δ} with respect to a zero Δz^l."""

    name: str
    mode: ProductMode
    what: str
    version: str = jax.__version__
    traits: Traits = Traits(True, recomputes=True)
    at_most: int | None = None
    """The most parameters, where H is worked out whole."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return too_many(architecture, self.at_most) or JIT.words.missing(architecture)

    def products(self, pack: Pack, v: Direction) -> Gradients[Array]:
        with at_work():
            key = ("product", self.name, pack.architecture, pack.x.shape[1:], pack.dtype.name)
            function = keep(key, partial(self._function, pack), shapes=1)
            return as_products(function(arrays_of(pack), directions_of(pack, v)), np.asarray)

    def _function(self, pack: Pack) -> Callable[..., Any]:
        cost = partial(_alone, objective(pack.architecture, JIT.words, pack.share))
        return jax.jit(jax.vmap(partial(self.mode, cost)))


def _alone(cost: Objective, *arrays: jax.Array) -> jax.Array:
    total: jax.Array = cost(*arrays)[0]
    return total


GRAD_OF_GRAD = JaxProduct("jax.grad_of_grad", grad_of_grad, "jit(vmap(grad of ⟨grad, v⟩))")
JVP_OF_GRAD = JaxProduct("jax.jvp_of_grad", jvp_of_grad, "jit(vmap(jvp of grad))")
GRAD_OF_JVP = JaxProduct("jax.grad_of_jvp", grad_of_jvp, "jit(vmap(grad of jvp))")
HESSIAN = JaxProduct(
    "jax.hessian",
    hessian,
    "jit(vmap(jax.hessian)), times v: small networks",
    traits=Traits(True, columns=True),
    at_most=60,
)
