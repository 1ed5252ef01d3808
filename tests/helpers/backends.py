"""Every backend of ours, by the library whose test runs it; test_registry holds this against the registry."""

from __future__ import annotations

import importlib.util
import os
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
KERAS = ("keras.torch", "keras.jax", "keras.tensorflow")
PEERS = ("autograd", "mygrad", "tinygrad", *KERAS, "tensorflow", "mlx")
os.environ["KERAS_BACKEND"] = "torch"  # a process has one; tensorflow imports it, too
ESTIMATES = ("finite_difference", "complex_step")
ZERO = ("zero",)
ALL = (
    *(*NUMPY, *TORCH, *TORCH_MODES, *TORCH_FORWARD, *TORCH_COMPILED),
    *(*JAX, *JAX_EAGER, *JAX_MODES, *JAX_FORWARD, *PEERS, *ESTIMATES, *ZERO),
)


def here(name: str) -> bool:
    """Its library is installed, and this is a process for it."""
    return name not in PEERS or (name not in KERAS[1:] and importlib.util.find_spec(name.partition(".")[0]) is not None)


def load(name: str) -> Any:
    """The backend as tests run it: the C++ compiler takes seconds a network, so its graphs run without it.

    A test that asks for one whose library is absent is skipped with the reason.
    """
    if name in KERAS[1:]:
        pytest.skip(f"{name} needs a process of its own: test_keras_ops has it")
    try:
        backend = registry.load(name)
    except registry.Unavailable as reason:
        if name not in PEERS:
            raise
        pytest.skip(str(reason))
    return replace(backend, compiler="aot_eager") if getattr(backend, "compiler", None) == "inductor" else backend
