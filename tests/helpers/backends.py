"""Every backend of ours, by the library whose test runs it; test_registry holds this against the registry."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import Any

import pytest
from backproof.reference import registry

NUMPY = ("numpy", "numpy.textbook")
TORCH = ("torch", "torch.unfused")
TORCH_MODES = (
    "torch.backward",
    "torch.nn",
    "torch.func",
    "torch.vjp",
    "torch.jacrev",
    "torch.vmap",
    "torch.per_example",
    "torch.checkpoint",
)
TORCH_FORWARD = ("torch.jacfwd", "torch.jvp")
TORCH_COMPILED = ("torch.compile", "torch.aot_eager")
JAX = ("jax", "jax.unfused")
JAX_EAGER = ("jax.eager",)
JAX_MODES = ("jax.jit", "jax.vjp", "jax.jacrev", "jax.jvp", "jax.per_example", "jax.checkpoint", "jax.custom_vjp")
JAX_FORWARD = ("jax.jacfwd",)
PEERS = ("autograd", "mygrad", "tinygrad", "tensorflow", "mlx")
ESTIMATES = ("finite_difference", "complex_step")
ZERO = ("zero",)
ALL = (
    *(*NUMPY, *TORCH, *TORCH_MODES, *TORCH_FORWARD, *TORCH_COMPILED),
    *(*JAX, *JAX_EAGER, *JAX_MODES, *JAX_FORWARD, *PEERS, *ESTIMATES, *ZERO),
)


def here(name: str) -> bool:
    """Its library is installed."""
    return name not in PEERS or importlib.util.find_spec(name) is not None


def load(name: str) -> Any:
    """The backend as tests run it: the C++ compiler takes seconds a network, so its graphs run without it.

    A test that asks for one whose library is absent is skipped with the reason.
    """
    try:
        backend = registry.load(name)
    except registry.Unavailable as reason:
        if name not in PEERS:
            raise
        pytest.skip(str(reason))
    return replace(backend, compiler="aot_eager") if getattr(backend, "compiler", None) == "inductor" else backend
