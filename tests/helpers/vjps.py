"""The vector-Jacobian products of the operations: our own, torch's and jax's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.costs import COSTS
from backproof.manual.equations import bp3, bp4
from backproof.manual.shapes import Array

Vjp = Callable[..., Any]


def _affine(w: Array, b: Array, a: Array, v: Array) -> tuple[Array, ...]:
    return bp4(a, v), bp3(v), w.mT @ v


def by_hand(name: str) -> Vjp:
    """The hand-written module's."""
    if name == "affine":
        return _affine
    if name in ACTIVATIONS:
        return ACTIVATIONS[name].pull
    cost, output = name.split("/")
    head = COSTS[cost].head(output)
    return lambda z, y: head.delta(z, ACTIVATIONS[output].value(z), y)


def of_torch(name: str) -> Vjp | None:
    """torch.autograd's of torch's own function; None where it has none."""
    torch = pytest.importorskip("torch")
    adapter = pytest.importorskip("backproof.reference.torch_backends.torch_autograd")

    def pulled(function: Callable[..., Any], inputs: tuple[Array, ...], v: Array | None) -> tuple[Array, ...]:
        leaves = [torch.from_numpy(x).requires_grad_() for x in inputs]
        out = function(*leaves)
        seed = None if v is None else torch.from_numpy(v)
        return tuple(g.numpy() for g in torch.autograd.grad(out, leaves, seed))

    return _with(name, adapter, pulled)


def of_jax(name: str) -> Vjp | None:
    """jax.vjp's of jax's own function; None where it has none."""
    jax = pytest.importorskip("jax")
    adapter = pytest.importorskip("backproof.reference.jax_backends.jax_grad")

    def pulled(function: Callable[..., Any], inputs: tuple[Array, ...], v: Array | None) -> tuple[Array, ...]:
        with jax.enable_x64(True):
            out, pull = jax.vjp(function, *map(jax.numpy.asarray, inputs))
            return tuple(map(np.asarray, pull(jax.numpy.ones_like(out) if v is None else jax.numpy.asarray(v))))

    return _with(name, adapter, pulled)


def _with(name: str, adapter: Any, pulled: Callable[..., Any]) -> Vjp | None:
    if name == "affine":
        return lambda w, b, a, v: pulled(lambda w, b, a: w @ a + b[:, None], (w, b, a), v)
    if name in ACTIVATIONS:
        sigma = adapter.ACTIVATIONS.get(name)
        return None if sigma is None else lambda z, v: pulled(sigma, (z,), v)[0]
    cost, output = name.split("/")
    total, sigma = adapter.FUSED.get((cost, output), adapter.OF_ANY_OUTPUT.get(cost)), adapter.ACTIVATIONS.get(output)
    if total is None or sigma is None:
        return None
    return lambda z, y: pulled(lambda z: total(z, sigma(z), _like(z, y)), (z,), None)[0]


def _like(z: Any, y: Array) -> Any:
    """y as an array of z's library."""
    return __import__("torch").from_numpy(y) if type(z).__module__.startswith("torch") else y
