"""Backends by name: our own, those that other packages offer, and classes in a file.

Nothing is imported until it is asked for; what cannot be had says why.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import Any

from . import user_files
from .arithmetic_state import guarded, warn
from .protocol import Backend

DEFAULT = ("numpy", "torch", "jax")
"""The backends that a check runs unless told otherwise."""
SWEPT = ("numpy", "torch.vmap", "jax")
"""Those of a sweep: a mode of torch that takes a whole pack in one call, as jax does."""

BUILT_IN = {
    "numpy": ".numpy_backends.manual_numpy:MANUAL",
    "numpy.textbook": ".numpy_backends.manual_numpy:TEXTBOOK",
    "torch": ".torch_backends.torch_autograd:AUTOGRAD",
    "torch.unfused": ".torch_backends.torch_autograd:UNFUSED_AUTOGRAD",
    "torch.backward": ".torch_backends.torch_modes:BACKWARD",
    "torch.nn": ".torch_backends.torch_nn:MODULE",
    "torch.func": ".torch_backends.torch_modes:FUNC",
    "torch.vjp": ".torch_backends.torch_modes:VJP",
    "torch.jacrev": ".torch_backends.torch_modes:JACREV",
    "torch.jacfwd": ".torch_backends.torch_modes:JACFWD",
    "torch.jvp": ".torch_backends.torch_modes:JVP",
    "torch.vmap": ".torch_backends.torch_modes:VMAP",
    "torch.per_example": ".torch_backends.torch_modes:PER_EXAMPLE",
    "torch.checkpoint": ".torch_backends.torch_modes:CHECKPOINT",
    "torch.compile": ".torch_backends.torch_compile:COMPILED",
    "torch.aot_eager": ".torch_backends.torch_compile:GRAPH",
    "jax": ".jax_backends.jax_grad:JIT",
    "jax.eager": ".jax_backends.jax_grad:EAGER",
    "jax.unfused": ".jax_backends.jax_grad:UNFUSED_JIT",
    "jax.jit": ".jax_backends.jax_modes:SINGLE",
    "jax.vjp": ".jax_backends.jax_modes:VJP",
    "jax.jacrev": ".jax_backends.jax_modes:JACREV",
    "jax.jacfwd": ".jax_backends.jax_modes:JACFWD",
    "jax.jvp": ".jax_backends.jax_modes:JVP",
    "jax.per_example": ".jax_backends.jax_modes:PER_EXAMPLE",
    "jax.checkpoint": ".jax_backends.jax_modes:CHECKPOINT",
    "jax.custom_vjp": ".jax_backends.jax_modes:CUSTOM_VJP",
    "autograd": ".library_backends.hips_autograd:AUTOGRAD",
    "mygrad": ".library_backends.mygrad_tensors:MYGRAD",
    "tinygrad": ".library_backends.tinygrad_tensors:TINYGRAD",
    "keras.torch": ".library_backends.keras_ops:TORCH",
    "keras.jax": ".library_backends.keras_ops:JAX",
    "keras.tensorflow": ".library_backends.keras_ops:TENSORFLOW",
    "tensorflow": ".library_backends.tensorflow_tape:TENSORFLOW",
    "mlx": ".library_backends.mlx_arrays:MLX",
    "finite_difference": ".estimates.finite_difference:FINITE_DIFFERENCE",
    "complex_step": ".estimates.complex_step:COMPLEX_STEP",
    "zero": ".zero:ZERO",
}
MEANT_TO_FAIL = ("finite_difference", "complex_step", "zero")
"""Outside every default: they show that the judge can tell, and are `wrong`."""
GROUP = "backproof.backends"
"""The entry-point group: `name = "module:attribute"`, a backend or a class of one."""


Function = Callable[..., object]


class Unavailable(Exception):
    """A backend that is known but cannot be had here, with the reason."""


def names() -> tuple[str, ...]:
    """List every backend that can be asked for by name.

    Returns:
        Names, ours first, then those of other packages' entry points.

    """
    return (*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN))


def here(requested: Iterable[str] = DEFAULT) -> tuple[str, ...]:
    """Choose from backends those that can be run.

    Arguments:
        requested: Names of backends.

    Returns:
        Those whose library is installed, in the same order; no library is imported.

    """
    return tuple(name for name in requested if importlib.util.find_spec(name.partition(".")[0]) is not None)


def load(name: str, of_function: Callable[[Function], Backend] | None = None) -> Backend:
    """Load a backend.

    Arguments:
        name: One of `names()`, or `path/to/file.py:Name`, a class or an instance in a file.
        of_function: Makes a backend of a plain function that a file holds; without it a function is none.

    Returns:
        The backend, ready to be asked.

    Raises:
        Unavailable: Its library is not installed or cannot be imported; the message says how to install it.
        ValueError: There is no backend of this name, or what the file holds is none.

    """
    try:
        with guarded(f"importing {name}", warn, defaults=False):
            found: Any = _find(name)
            function = inspect.isfunction(found)
            return of_function(found) if of_function and function else _instance(name, found)
    except ImportError as error:
        raise Unavailable(_missing(name, error)) from error


def _missing(name: str, error: ImportError) -> str:
    if user_files.is_address(name):
        return str(error)
    if name not in BUILT_IN:
        return f"{name} cannot be imported ({error})"
    library = name.partition(".")[0]
    return f"{library} cannot be imported ({error}): pip install 'backproof[{library}]'"


def _find(name: str) -> object:
    if user_files.is_address(name):
        return user_files.load(name, "a backend", lambda value: hasattr(value, "gradients"))
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        return getattr(importlib.import_module(module, __package__), attribute)
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()
    raise ValueError(f"unknown backend {name!r}: choose from {', '.join(names())}, or path/to/file.py:Name")


def _instance(name: str, found: object) -> Backend:
    try:
        backend = found() if isinstance(found, type) else found
    except (Exception, SystemExit) as error:
        if isinstance(error, ImportError):
            raise
        raise ValueError(f"{name} cannot be made: {type(error).__name__}: {error}") from error
    missing = [part for part in ("name", "version", "supports", "gradients") if not hasattr(backend, part)]
    if missing:
        hint = ": a function is judged by `backproof diagnose`" if inspect.isfunction(found) else ""
        raise ValueError(f"{name} is no backend: it has no {', '.join(missing)}{hint}")
    assert isinstance(backend, Backend)
    return backend
