"""JAX: `value_and_grad`, jitted over a whole pack or eager a case at a time."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import nn

from . import own
from .jax_cache import persistent
from .protocol import Architecture, Array, Case, Gradients, Pack, Traits, one_by_one

CostFunction = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]
"""(z^L, a^L, y) → C summed over the examples."""

OWN: dict[str, Callable[[jax.Array], jax.Array]] = {
    "sigmoid": nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": nn.relu,
    "softplus": nn.softplus,
    "identity": lambda z: z,
    "softmax": partial(nn.softmax, axis=0),
    "leaky_relu": nn.leaky_relu,
    "elu": nn.elu,
    "selu": nn.selu,
    "gelu": partial(nn.gelu, approximate=False),
    "gelu_tanh": nn.gelu,
    "silu": nn.silu,
    "mish": nn.mish,
    "softsign": nn.soft_sign,
    "logsigmoid": nn.log_sigmoid,
    "relu6": nn.relu6,
    "hardtanh": nn.hard_tanh,
    "hardsigmoid": nn.hard_sigmoid,
    "hardswish": nn.hard_swish,
}
"""jax has no tanhshrink."""

ACTIVATIONS: Mapping[str, Callable[[jax.Array], jax.Array]] = ChainMap(OWN, own.Functions("jax"))  # type: ignore[arg-type]  # only read
"""These, and what rows of a user's own are called in jax."""


SMOOTHING = 0.1
"""ε of label smoothing."""


def _huber(z: jax.Array, a: jax.Array, y: jax.Array) -> jax.Array:
    size = jnp.abs(a - y)
    inner = jnp.minimum(size, 1)
    return (0.5 * inner**2 + (size - inner)).sum()


def _log_cosh(z: jax.Array, a: jax.Array, y: jax.Array) -> jax.Array:
    return (jnp.logaddexp(a - y, y - a) - jnp.log(2.0).astype(a.dtype)).sum()


OF_ANY_OUTPUT: dict[str, CostFunction] = {
    "quadratic": lambda z, a, y: ((a - y) ** 2).sum() / 2,
    "huber": _huber,
    "log_cosh": _log_cosh,
}
"""Costs of a − y, as in optax."""


def _binary(z: jax.Array, y: jax.Array) -> jax.Array:
    return -(y * nn.log_sigmoid(z) + (1 - y) * nn.log_sigmoid(-z)).sum()


def _categorical(z: jax.Array, y: jax.Array) -> jax.Array:
    return -(y * nn.log_softmax(z, axis=0)).sum()


def _smoothed(y: jax.Array, classes: int) -> jax.Array:
    return (1 - SMOOTHING) * y + SMOOTHING / classes


def _kl(z: jax.Array, a: jax.Array, y: jax.Array) -> jax.Array:
    log = jnp.where(y == 0, 0, jnp.log(jnp.where(y == 0, 1, y)))
    return (y * (log - nn.log_softmax(z, axis=0))).sum()


FUSED: dict[tuple[str, str], CostFunction] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: _binary(z, y),
    ("cross_entropy", "softmax"): lambda z, a, y: _categorical(z, y),
    ("smoothed_cross_entropy", "sigmoid"): lambda z, a, y: _binary(z, _smoothed(y, 2)),
    ("smoothed_cross_entropy", "softmax"): lambda z, a, y: _categorical(z, _smoothed(y, len(y))),
    ("kl", "softmax"): _kl,
}
"""From the logits, as in optax."""

UNFUSED: dict[tuple[str, str], CostFunction] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a)).sum(),
    ("cross_entropy", "softmax"): lambda z, a, y: -(y * jnp.log(a)).sum(),
}
"""From the activation, as people also write it."""

COMPILED_AT_MOST = 300
"""Compiled shapes kept: each holds some 30 memory maps, and the kernel allows 65,530."""
EAGER_SHAPES = 12
"""What an eager layer compiles, operation by operation."""


def _cost_function(architecture: Architecture, costs: Mapping[tuple[str, str], CostFunction]) -> CostFunction | None:
    return costs.get((architecture.cost, architecture.activations[-1]), OF_ANY_OUTPUT.get(architecture.cost))


def _cost(
    architecture: Architecture, costs: Mapping[tuple[str, str], CostFunction], share: float
) -> Callable[..., Any]:
    cost_function = _cost_function(architecture, costs)
    assert cost_function is not None, f"jax does not support {architecture}"

    def cost(weights: Any, biases: Any, nudges: Any, x: jax.Array, y: jax.Array) -> Any:
        zs, activations, a = [], [], x
        for w, b, nudge, name in zip(weights, biases, nudges, architecture.activations, strict=True):
            z = w @ a + b[:, None] + nudge
            a = ACTIVATIONS[name](z)
            zs.append(z)
            activations.append(a)
        return cost_function(zs[-1], a, y) * share, (tuple(zs), tuple(activations))

    return jax.value_and_grad(cost, argnums=(0, 1, 2), has_aux=True)


@dataclass(frozen=True)
class JaxGrad:
    """Gradients with respect to W, b and a zero Δz^l added to each weighted input."""

    name: str
    costs: Mapping[tuple[str, str], CostFunction]
    jitted: bool = True
    version: str = jax.__version__

    @property
    def traits(self) -> Traits:
        return Traits(flushes=True, recomputes=self.jitted, architectures=None if self.jitted else 4)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        missing = [name for name in architecture.activations if name not in ACTIVATIONS]
        if missing:
            return f"no mapping for activation {missing[0]!r}"
        return None if _cost_function(architecture, self.costs) else f"no mapping for cost {architecture.cost!r}"

    def gradients(self, pack: Pack) -> Gradients[Array]:
        # Everything happens inside the block: outside, float64 is cut to float32 silently.
        with jax.enable_x64(True):
            cost = partial(_cost, pack.architecture, self.costs, pack.share)
            key = (self.name, pack.architecture, pack.x.shape, pack.dtype.name)
            if self.jitted:
                with persistent():
                    return _call(_keep(key, lambda: jax.jit(jax.vmap(cost())), shapes=1), pack)
            eager = _keep(key, cost, shapes=EAGER_SHAPES * pack.architecture.depth)
            return one_by_one(pack, partial(_call, eager))


def _call(function: Callable[..., Any], inputs: Case | Pack) -> Gradients[Array]:
    nudges = tuple(np.zeros((*b.shape, inputs.examples), b.dtype) for b in inputs.biases)
    answer = function(inputs.weights, inputs.biases, nudges, inputs.x, inputs.y)
    (cost, (z, a)), (nabla_w, nabla_b, delta) = jax.tree.map(np.asarray, answer)
    return Gradients(nabla_w, nabla_b, delta, z, a, cost)


_kept: dict[object, Callable[..., Any]] = {}
_shapes = 0


def _keep(key: object, make: Callable[[], Callable[..., Any]], shapes: int) -> Callable[..., Any]:
    """The function made for this key before, or a new one; room is made for what it compiles."""
    global _shapes
    if key not in _kept:
        if _shapes + shapes > COMPILED_AT_MOST:
            jax.clear_caches()  # type: ignore[no-untyped-call]  # jax leaves it without annotations
            _kept.clear()
            _shapes = 0
        _kept[key] = make()
        _shapes += shapes
    return _kept[key]


JIT = JaxGrad("jax", FUSED)
EAGER = JaxGrad("jax.eager", FUSED, jitted=False)
UNFUSED_JIT = JaxGrad("jax.unfused", UNFUSED)
