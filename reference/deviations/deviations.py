"""The strict list of known deviations: rows of deviations.toml, and the wider bounds they name."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from packaging.specifiers import SpecifierSet

from ...manual.case import Architecture, Case, Pack
from ...manual.rounding.arithmetic import PRODUCTS, Arithmetic, Excess
from ..protocol import Named
from .deviation_bounds import BOUNDS, stated


@dataclass(frozen=True)
class Deviation:
    """A row: which library and modes, versions and dtypes, where, how far, and where it was reported."""

    id: str
    library: str
    versions: str
    dtypes: tuple[str, ...]
    excess: str | Mapping[str, float]
    """The name of a wider bound, or one that is stated: see deviation_bounds.stated."""
    what: str
    reference: str
    witness: dict[str, object]
    modes: tuple[str, ...] | None = None
    activation: str | None = None
    cost: str | None = None
    """Without either, every network shows it."""
    program: str = ""
    """The shortest program that shows it, with the library alone; it asserts what it gets."""

    def of(self, name: str, version: str) -> bool:
        """Whether a backend of this name is the library, in a listed mode and version."""
        library, _, mode = name.partition(".")
        listed = self.modes is None or mode in self.modes
        return library == self.library and listed and SpecifierSet(self.versions, prereleases=True).contains(version)

    def concerns(self, architecture: Architecture, dtype: str) -> bool:
        """Whether such a network can show it."""
        if dtype not in self.dtypes:
            return False
        if self.cost is None:
            return self.activation is None or self.activation in architecture.activations
        return architecture.cost == self.cost and architecture.activations[-1] == self.activation

    def within(self, activations: Collection[str], costs: Collection[str]) -> bool:
        """Whether networks made of these can show it."""
        return self.activation in (None, *activations) and self.cost in (None, *costs)

    def in_bound(self, arithmetic: Arithmetic) -> Excess:
        """The wider bound."""
        row = self.cost or self.activation or PRODUCTS
        return BOUNDS[self.excess](row, arithmetic) if isinstance(self.excess, str) else stated(row, **self.excess)

    def witness_pack(self, dtype: str) -> Pack:
        """The smallest network that shows it: identity weights, no bias, one example."""
        z, y = (np.atleast_1d(np.asarray(self.witness[key], dtype=dtype)) for key in ("z", "y"))
        activations = (self.activation or "identity",)
        architecture = Architecture((len(z), len(z)), activations, str(self.witness["cost"]), "sum")
        weights = (np.eye(len(z), dtype=dtype),)
        return Pack.of([Case(architecture, weights, (np.zeros_like(z),), z[:, None], y[:, None])])


@cache
def listed() -> tuple[Deviation, ...]:
    """All rows of deviations.toml."""
    rows = tomllib.loads(resources.files(__package__).joinpath("deviations.toml").read_text("utf-8"))["deviation"]
    return tuple(map(_row, rows))


def _row(row: dict[str, Any]) -> Deviation:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Deviation(**fields)


_of_users: dict[str, Deviation] = {}


def take_in(rows: Iterable[Deviation]) -> None:
    """Add rows of a user's own, by id; ValueError where one of ours has it."""
    for row in rows:
        if any(ours.id == row.id for ours in listed()):
            raise ValueError(f"deviation {row.id!r} is listed already: choose another id")
        _of_users[row.id] = row


@contextmanager
def lasting() -> Iterator[None]:
    """What is taken in meanwhile is let go of at the end."""
    before = dict(_of_users)
    try:
        yield
    finally:
        _of_users.clear()
        _of_users.update(before)


def every() -> tuple[Deviation, ...]:
    """Ours and the users'."""
    return (*listed(), *_of_users.values())


def known_of(backend: Named) -> tuple[Deviation, ...]:
    """The rows that concern this backend in its version; ours are for our own classes, whatever
    others call themselves.
    """
    rows = every() if _ours(backend) else tuple(_of_users.values())
    return tuple(row for row in rows if row.of(backend.name, backend.version))


def _ours(backend: Named) -> bool:
    """Its class stands where it says, in this distribution."""
    kind, home = type(backend), __name__.partition(".")[0]
    module = sys.modules.get(kind.__module__)
    return kind.__module__.startswith(f"{home}.") and getattr(module, kind.__name__, None) is kind
