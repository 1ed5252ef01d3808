"""What a backend is: one way of getting the Gradients of a Pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..manual.case import Architecture, Case, Pack
from ..manual.gradients import Gradients
from ..manual.rounding.formats import DTYPES
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
    "Traits",
    "one_by_one",
    "traits",
]


CPU = "cpu"
"""The device of a backend that has no other."""


class Named(Protocol):
    """What has a name and a version, and may say `traits`."""

    @property
    def name(self) -> str:
        """By what it is asked for and reported."""

    @property
    def version(self) -> str:
        """The version of the library."""


@runtime_checkable
class Backend(Protocol):
    """One way of getting gradients, by name; `library.mode` where a library offers several.

    A class may also say `traits`; without them the judge assumes the least (see Traits). One that can
    compute elsewhere than on the cpu is Movable.
    """

    @property
    def name(self) -> str:
        """By what it is asked for and reported."""

    @property
    def version(self) -> str:
        """The version of the library."""

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        """None, or the reason why this network cannot be asked for in this dtype."""

    def gradients(self, pack: Pack) -> Gradients[Array]:
        """The gradients of every case of a pack, in its dtype, with its leading axis.

        z, a, delta and cost may be left None: what is shown is judged one step at a time, too.
        """


@runtime_checkable
class Movable(Backend, Protocol):
    """A backend whose library has other devices than the cpu."""

    def on(self, device: str) -> Backend:
        """The same on a device; ValueError where there is none of that name."""


@dataclass(frozen=True)
class Traits:
    """What the bounds need to know of a backend's arithmetic, and the check of its price."""

    flushes: bool = False
    """Subnormal results and operands become 0."""
    recomputes: bool = True
    """σ may be fed another ẑ than the one returned, as a compiler that fuses does."""
    forward: bool = False
    """Each derivative is worked out by itself, from the input on: δ^l is not what ∂C/∂W^l is made of."""
    columns: bool = False
    """Of a product: Hv is put together from the columns of H."""
    dtypes: tuple[str, ...] = DTYPES
    """What it is asked in."""
    architectures: int | None = None
    """On how many architectures a check runs it, where every new shape is dear."""


def traits(backend: Named) -> Traits:
    """The backend's own, or what is safe to assume of a stranger."""
    said = getattr(backend, "traits", Traits())
    assert isinstance(said, Traits), f"traits of {backend.name} are {said!r}: a Traits is needed"
    return said


def one_by_one(pack: Pack, gradients_of: Callable[[Case], Gradients[Array]]) -> Gradients[Array]:
    """For a backend that takes a case at a time: its answers stacked to a pack's."""
    first, *rest = [gradients_of(case) for case in pack]
    return first.map(lambda *parts: np.stack(parts), *rest)
