"""What a way to a Hessian-vector product is, and the ways there are, by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..manual.r_operator import Direction
from . import registry
from .objective import arrays_of
from .protocol import Architecture, Array, Case, Gradients, Pack

__all__ = ["DEFAULT", "WAYS", "Direction", "Product", "as_products", "directions_of", "load", "one_by_one"]


@runtime_checkable
class Product(Protocol):
    """One way of getting Hv, by name: `library.way`. It may say `traits`, as a Backend does."""

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
