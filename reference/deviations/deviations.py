"""The strict list of known deviations: rows of deviations.toml, and the wider bounds they name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from packaging.specifiers import SpecifierSet

from ...manual.case import Architecture, Case, Pack
from ...manual.rounding.arithmetic import PRODUCTS, Arithmetic, Excess
from ..protocol import Named
from .deviation_bounds import EXCESSES


@dataclass(frozen=True)
class Deviation:
    """A row: which library and modes, versions and dtypes, where, how far, and where it was reported."""

    id: str
    library: str
    versions: str
    dtypes: tuple[str, ...]
    excess: str
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
        return EXCESSES[self.excess](self.cost or self.activation or PRODUCTS, arithmetic)

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


def known_of(backend: Named) -> tuple[Deviation, ...]:
    """The rows that concern this backend in its version."""
    return tuple(row for row in listed() if row.of(backend.name, backend.version))
