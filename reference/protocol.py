"""What a backend is: one mode of getting the Gradients of a Pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..manual.case import Architecture, Case, Pack
from ..manual.gradients import Gradients
from ..manual.rounding.formats import DTYPES, NARROWED
from ..manual.shapes import Array

__all__ = [
    "CPU",
    "Architecture",
    "Array",
    "Backend",
    "Case",
    "Gradients",
    "Movable",
    "Named",
    "Pack",
    "Preparable",
    "Traits",
    "one_by_one",
    "traits",
]


CPU = "cpu"
"""The device of a backend that has no other."""


class Named(Protocol):
    """What is reported of a backend, of gradients or of products alike; it may have `traits`, too.

    Attributes:
        name: What it is asked for by and reported under.
        version: The version of its library.

    """

    @property
    def name(self) -> str:
        """By what it is asked for and reported."""

    @property
    def version(self) -> str:
        """The version of the library."""


@runtime_checkable
class Backend(Protocol):
    """One mode of getting gradients: what a class needs to be judged.

    A class may also have `traits`, a Traits; without them the judge assumes the least. One that can compute
    elsewhere than on the cpu is Movable. docs/extending.md has a whole one.

    Attributes:
        name: What it is asked for by; `library.mode` where a library offers several.
        version: The version of the library.

    """

    @property
    def name(self) -> str:
        """By what it is asked for and reported."""

    @property
    def version(self) -> str:
        """The version of the library."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        """Say whether gradients of a network can be asked for.

        Arguments:
            architecture: The network.
            dtype: "float64", "float32", "float16" or "bfloat16".

        Returns:
            None where they can, else the reason, which reports show.

        """

    def gradients(self, pack: Pack) -> Gradients[Array]:
        """Compute the gradients of every case of a pack.

        Arguments:
            pack: K cases of one network; W^l is (K, n_l, n_{l−1}), b^l (K, n_l), x (K, n_0, m), y (K, n_L, m),
                all of `pack.dtype`, not to be written to, in whatever layout (`Traits.views`).

        Returns:
            Gradients in the pack's dtype: `nabla_w[l−1]` (K, n_l, n_{l−1}), `nabla_b[l−1]` (K, n_l); and, if it
            can show them, `delta`, `z` and `a`, each (K, n_l, m) a layer, and `cost` (K,). What is shown is
            judged one step at a time as well.

        Raises:
            Exception: Anything that is raised is counted as a failure of this backend, with its message.

        """


@runtime_checkable
class Movable(Backend, Protocol):
    """A backend whose library has other devices than the cpu."""

    def on(self, device: str) -> Backend:
        """Give the same backend on another device.

        Arguments:
            device: The library's own name for it, as "cuda".

        Returns:
            A backend of the same name that computes there.

        Raises:
            ValueError: There is no such device here.

        """


@runtime_checkable
class Preparable(Backend, Protocol):
    """A backend that compiles for a shape, which may be done before it is asked."""

    def prepare(self, pack: Pack) -> None:
        """Compile what `gradients` of a pack needs; from any thread, several at a time.

        Arguments:
            pack: As for `gradients`.

        """


@dataclass(frozen=True)
class Traits:
    """What the bounds need to know of a backend's arithmetic, and a run of its cost.

    The defaults are what is safe to assume of a stranger. docs/bounds.md derives what each changes.
    """

    flushes: bool = False
    """Subnormal results and operands become 0."""
    recomputes: bool = True
    """σ may be fed another ẑ than the one returned, as a compiler that fuses does."""
    forward: bool = False
    """Each derivative is computed by itself, from the input on: ∂C/∂W^l is not made of δ^l."""
    products: str | None = None
    """What the operands of a float32 matrix product are narrowed to: `tf32` or `bfloat16`; sums stay in float32."""
    views: bool = True
    """Its operands may lie in memory in any way; where not, they are contiguous."""
    columns: bool = False
    """Of a product: Hv is put together from the columns of H."""
    dtypes: tuple[str, ...] = DTYPES
    """The dtypes that it is asked in."""
    architectures: int | None = None
    """On how many architectures a check runs it, where compiling a new shape is slow; None for all."""


def traits(backend: Named) -> Traits:
    """The backend's own, or what is safe to assume of a stranger."""
    said = getattr(backend, "traits", Traits())
    assert isinstance(said, Traits), f"traits of {backend.name} are {said!r}: a Traits is needed"
    legal = (None, *NARROWED)
    assert said.products in legal, f"traits of {backend.name} say products {said.products!r}: {legal} are known"
    return said


def one_by_one(pack: Pack, gradients_of: Callable[[Case], Gradients[Array]]) -> Gradients[Array]:
    """Stack the answers of a backend that takes one case at a time."""
    first, *rest = [gradients_of(case) for case in pack]
    return first.map(lambda *parts: np.stack(parts), *rest)
