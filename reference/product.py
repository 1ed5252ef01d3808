"""What gives a Hessian-vector product: the modes there are, by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..manual.second_order.direction import Direction
from . import registry, user_files
from .missing_library import reason
from .objective import arrays_of
from .protocol import Architecture, Array, Case, Gradients, Pack

__all__ = ["DEFAULT", "MODES", "Direction", "Product", "as_products", "directions_of", "load", "names", "one_by_one"]


@runtime_checkable
class Product(Protocol):
    """One mode of getting Hv, by name: `library.mode`. It may say `traits`, as a Backend does."""

    @property
    def name(self) -> str:
        """By what it is asked for and reported."""

    @property
    def version(self) -> str:
        """The version of the library."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        """None, or the reason why this network cannot be asked for in this dtype."""

    def products(self, pack: Pack, v: Direction) -> Gradients[Array]:
        """R{∂C/∂W} and R{∂C/∂b} of every case of a pack, in its dtype, with its leading axis.

        R{δ}, R{z} and R{a} may be left None.
        """


MODES = {
    "numpy": ".numpy_backends.manual_product:MANUAL",
    "torch.double_backward": ".torch_backends.torch_products:DOUBLE_BACKWARD",
    "torch.hvp": ".torch_backends.torch_products:HVP",
    "torch.jvp_of_grad": ".torch_backends.torch_products:JVP_OF_GRAD",
    "torch.grad_of_jvp": ".torch_backends.torch_products:GRAD_OF_JVP",
    "jax.grad_of_grad": ".jax_backends.jax_products:GRAD_OF_GRAD",
    "jax.jvp_of_grad": ".jax_backends.jax_products:JVP_OF_GRAD",
    "jax.grad_of_jvp": ".jax_backends.jax_products:GRAD_OF_JVP",
    "jax.hessian": ".jax_backends.jax_products:HESSIAN",
}
DEFAULT = ("numpy", "torch.double_backward", "jax.jvp_of_grad")
"""What is asked unless told otherwise; each new network costs jax seconds of compiling."""


def names(requested: str) -> tuple[str, ...]:
    """The modes that are meant: one by its name, or all of a library."""
    return tuple(name for name in MODES if name == requested or name.startswith(f"{requested}.")) or (requested,)


def load(name: str) -> Product:
    """The mode of this name, or the class `Name` of `path/to/file.py:Name`.

    Raises registry.Unavailable where its library is missing, ValueError where there is no such name.
    """
    if user_files.is_address(name):
        try:
            return _whole(name, user_files.instance(name, "a mode"))
        except ImportError as error:
            raise registry.Unavailable(str(error)) from error
    if name not in MODES:
        raise ValueError(f"unknown mode {name!r}: choose from {', '.join(MODES)}, a library, or path/to/file.py:Name")
    module, _, attribute = MODES[name].partition(":")
    try:
        return _whole(name, getattr(importlib.import_module(module, __package__), attribute))
    except ImportError as error:
        raise registry.Unavailable(f"{name.partition('.')[0]} cannot be imported ({reason(error)})") from error


def _whole(name: str, found: object) -> Product:
    missing = [part for part in ("name", "version", "supports", "products") if not hasattr(found, part)]
    if missing:
        raise ValueError(f"{name} is no mode of Hv: it has no {', '.join(missing)}")
    assert isinstance(found, Product)
    return found


def directions_of(inputs: Case | Pack, v: Direction) -> tuple[Array, ...]:
    """A direction for all that an objective takes: no Δz, x or y moves."""
    *_, x, y = arrays = arrays_of(inputs)
    nudges = arrays[2 * inputs.architecture.depth : -2]
    return (*(part.copy() for part in (*v.weights, *v.biases)), *map(np.zeros_like, (*nudges, x, y)))


def as_products(derivatives: Sequence[Any], to_array: Callable[[Any], Array]) -> Gradients[Array]:
    """Hv for W, b and Δz: with no Δz moved, the last are R{δ}."""
    arrays, depth = tuple(map(to_array, derivatives)), len(derivatives) // 3
    return Gradients(arrays[:depth], arrays[depth : 2 * depth], arrays[2 * depth :])


def one_by_one(pack: Pack, v: Direction, of_case: Callable[[Case, Direction], Gradients[Array]]) -> Gradients[Array]:
    """For a mode that takes a case at a time: its answers stacked to a pack's."""

    def at(k: int) -> Direction:
        return v.map(lambda array: array[k])

    first, *rest = [of_case(case, at(k)) for k, case in enumerate(pack)]
    return first.map(lambda *parts: np.stack(parts), *rest)
