"""Backends by name: our own, those that other packages offer, and classes in a file.

Nothing is imported until it is asked for; what cannot be had says why.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from .arithmetic_state import guarded, warn
from .protocol import Backend

DEFAULT = ("numpy", "torch", "jax")
"""The backends that a check runs unless told otherwise."""

OWN = {
    "numpy": ".manual_numpy:MANUAL",
    "numpy.textbook": ".manual_numpy:TEXTBOOK",
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


FROM_FILE = "_backproof_"
"""How the modules are called that are loaded from a file."""


class Unavailable(Exception):
    """A backend that is known but cannot be had here, with the reason."""


def names() -> tuple[str, ...]:
    """Every backend that can be asked for by name, ours first."""
    return (*OWN, *(entry.name for entry in entry_points(group=GROUP) if entry.name not in OWN))


def load(name: str) -> Backend:
    """The backend of this name, or the class `Name` of `path/to/file.py:Name`.

    Raises Unavailable where its library is missing or broken, ValueError where there is no such name.
    """
    try:
        with guarded(f"importing {name}", warn, defaults=False):
            return _instance(name, _find(name))
    except ImportError as error:
        raise Unavailable(_missing(name, error)) from error


def _missing(name: str, error: ImportError) -> str:
    if name not in OWN:
        return f"{name} cannot be imported ({error})"
    library = name.partition(".")[0]
    return f"{library} cannot be imported ({error}): pip install 'backproof[{library}]'"


def from_file(backend: Backend) -> bool:
    """It is somebody's own, loaded from a file."""
    return type(backend).__module__.startswith(FROM_FILE)


def _find(name: str) -> object:
    if ".py:" in name:
        path, _, attribute = name.rpartition(":")
        return _attribute(module_from(Path(path)), attribute, path)
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        return getattr(importlib.import_module(module, __package__), attribute)
    for entry in entry_points(group=GROUP, name=name):
        return entry.load()
    raise ValueError(f"unknown backend {name!r}: choose from {', '.join(names())}, or path/to/file.py:Name")


def module_from(path: Path, what: str = "a backend") -> ModuleType:
    """The module of a file; ValueError where there is none, or it fails on import."""
    if not path.is_file():
        raise ValueError(f"no file {str(path)!r} to load {what} from")
    spec = importlib.util.spec_from_file_location(f"{FROM_FILE}{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        if isinstance(error, ImportError):
            raise
        raise ValueError(f"{path} fails on import: {type(error).__name__}: {error}") from error
    return module


def instance_from(path_and_name: str, what: str) -> object:
    """What `path/to/file.py:Name` names, made where that is a class; ValueError where it is not there."""
    path, _, attribute = path_and_name.rpartition(":")
    module = module_from(Path(path), what)
    if not hasattr(module, attribute):
        raise ValueError(f"{path} has no {attribute!r}")
    found = getattr(module, attribute)
    return found() if isinstance(found, type) else found


def _attribute(module: ModuleType, attribute: str, path: str) -> object:
    if not hasattr(module, attribute):
        raise ValueError(f"{path} has no {attribute!r}: it has {', '.join(_candidates(module)) or 'no backend'}")
    return getattr(module, attribute)


def _candidates(module: ModuleType) -> Iterator[str]:
    return (name for name, value in vars(module).items() if hasattr(value, "gradients") and not name.startswith("_"))


def _instance(name: str, found: object) -> Backend:
    try:
        backend = found() if isinstance(found, type) else found
    except TypeError as error:
        raise ValueError(f"{name} cannot be made: {error}") from error
    missing = [part for part in ("name", "version", "supports", "gradients") if not hasattr(backend, part)]
    if missing:
        raise ValueError(f"{name} is no backend: it has no {', '.join(missing)}")
    assert isinstance(backend, Backend)
    return backend
