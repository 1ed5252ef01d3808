"""JAX: its words for a network, and the backend; further modes of a gradient stand in jax_modes.py."""

from __future__ import annotations

import threading
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import nn

from ...manual.rounding.formats import DTYPES, FORMATS
from .. import user_rows
from ..objective import (
    Answer,
    CostFunction,
    Costs,
    Layer,
    LibraryWords,
    Objective,
    arrays_of,
    as_gradients,
    objective,
    plain,
    too_many,
)
from ..protocol import CPU, Architecture, Array, Case, Gradients, Pack, Traits, one_by_one
from .jax_cache import persistent

PROVIDED: dict[str, Callable[[jax.Array], jax.Array]] = {
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

ACTIVATIONS: Mapping[str, Callable[[jax.Array], jax.Array]] = ChainMap(PROVIDED, user_rows.Functions("jax"))  # type: ignore[arg-type]  # only read
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


Mode = Callable[[Objective, tuple[int, ...]], Callable[..., Answer]]
"""How gradients are taken: from an objective and the positions of its leaves to a function of its arrays."""


def reverse(cost: Objective, leaves: tuple[int, ...]) -> Callable[..., Answer]:
    """`jax.value_and_grad`."""
    both = jax.value_and_grad(cost, leaves, has_aux=True)

    def answer(*arrays: jax.Array) -> Answer:
        (_, shown), derivatives = both(*arrays)
        return derivatives, shown

    return answer


HIGHEST = ("highest", "float32", "F32_F32_F32", "F64_F64_F64")
"""Values of jax_default_matmul_precision that narrow no float32."""


def narrowed_to(device: str) -> str | None:
    """What jax's own default precision narrows the operands of float32 products to on a device.

    jax.default_matmul_precision: unset, DEFAULT and HIGH are tf32 on a GPU, bfloat16 (three passes of it) on a TPU;
    a preset names its operands. The CPU narrows nothing, whatever is set.
    """
    said = jax.config.jax_default_matmul_precision  # type: ignore[attr-defined]  # made when jax is loaded
    if device == CPU or said in HIGHEST:
        return None
    preset = str(said).partition("_")[0]
    if preset in ("BF16", "F16"):
        return "bfloat16"
    return "bfloat16" if device == "tpu" and preset != "TF32" else "tf32"


@contextmanager
def at_work(device: str = CPU) -> Iterator[None]:
    """Where everything happens: outside, float64 is cut to float32 silently, and nothing is kept on disk."""
    with jax.enable_x64(True), jax.default_device(jax.devices(device)[0]), persistent():
        yield


@dataclass(frozen=True)
class JaxBackend:
    """JAX with respect to W, b and a zero Δz^l added to each weighted input."""

    name: str
    costs: Costs
    mode: Mode = reverse
    layer: Layer = plain
    jitted: bool = True
    packed: bool = True
    """Mapped over the cases of a pack, instead of called for each."""
    apart: bool = False
    """The mode takes the examples one by one."""
    forward: bool = False
    at_most: int | None = None
    """The most parameters, where a mode takes a pass for each."""
    architectures: int | None = None
    device: str = "cpu"
    spoken: LibraryWords | None = None
    """Another library's, on jax's arrays."""
    what: str = "jit(vmap(value_and_grad))"
    version: str = jax.__version__
    products: str | None = None
    """What the device narrows the operands of float32 products to."""

    @property
    def traits(self) -> Traits:
        dtypes = DTYPES if self.forward else tuple(FORMATS)
        return Traits(
            flushes=True,
            recomputes=self.jitted,
            forward=self.forward,
            dtypes=dtypes,
            architectures=self.architectures,
            products=self.products,
        )

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return too_many(architecture, self.at_most) or self.words.missing(architecture)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with at_work(self.device):
            call = partial(_call, self._kept(pack))
            return call(pack) if self.packed else one_by_one(pack, call)

    def prepare(self, pack: Pack) -> None:
        """Compile what `gradients` of this pack calls."""
        with at_work(self.device):
            self._kept(pack)

    def _kept(self, pack: Pack) -> Callable[..., Any]:
        key = (self.name, self.device, pack.architecture, pack.x.shape[not self.packed :], pack.dtype.name)
        return keep(
            key, partial(self._function, pack), shapes=1 if self.jitted else EAGER_SHAPES * pack.architecture.depth
        )

    def on(self, device: str) -> JaxBackend:
        """The same on another device; ValueError where there is none of that name."""
        try:
            jax.devices(device)
        except RuntimeError as error:
            raise ValueError(f"jax has no device {device!r} here ({str(error).splitlines()[0]})") from None
        return replace(self, device=device, products=narrowed_to(device))

    @property
    def words(self) -> LibraryWords:
        return self.spoken or LibraryWords(ACTIVATIONS, self.costs, OF_ANY_OUTPUT)

    def _function(self, pack: Pack) -> Callable[..., Any]:
        parts = pack.examples if self.apart else 1
        cost = objective(pack.architecture, self.words, pack.share, self.layer, parts)
        function = self.mode(cost, tuple(range(3 * pack.architecture.depth)))
        function = jax.vmap(function) if self.packed else function
        if not self.jitted:
            return function
        one = pack if self.packed else next(iter(pack))
        compiled: Callable[..., Any] = jax.jit(function).lower(*arrays_of(one)).compile()
        return compiled


def _call(function: Callable[..., Answer], inputs: Case | Pack) -> Gradients[Array]:
    return as_gradients(function(*arrays_of(inputs)), np.asarray)


class MadeOnce:
    """What is made by the first who asks, while others wait for it."""

    def __init__(self, make: Callable[[], Callable[..., Any]]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: Callable[..., Any] | None = None

    def __call__(self) -> Callable[..., Any]:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made


_lock = threading.Lock()
_compiled: dict[object, MadeOnce] = {}
_shapes = 0


def keep(key: object, make: Callable[[], Callable[..., Any]], shapes: int) -> Callable[..., Any]:
    """The function made for this key before, or a new one; room is made for what it compiles."""
    global _shapes
    with _lock:
        if key not in _compiled:
            if _shapes + shapes > COMPILED_AT_MOST:
                jax.clear_caches()  # type: ignore[no-untyped-call]  # jax leaves it without annotations
                _compiled.clear()
                _shapes = 0
            _compiled[key] = MadeOnce(make)
            _shapes += shapes
        once = _compiled[key]
    return once()


JIT = JaxBackend("jax", FUSED)
EAGER = JaxBackend("jax.eager", FUSED, jitted=False, packed=False, architectures=4, what="value_and_grad, eager")
UNFUSED_JIT = JaxBackend("jax.unfused", UNFUSED, what="jit(vmap(value_and_grad)) of costs of the activation")
