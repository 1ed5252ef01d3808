"""Two backends that are off by exactly as much on exactly the same input: a sign that they share code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from ..record.record import Record

PLAIN_ROUNDING = 4.0
"""Errors up to this many ulp, two programs make alike by chance."""
KEYS = ("dtype", "cost", "activation", "regime", "quantity")


class IdenticalErrors(NamedTuple):
    """Two backends, the cell, the case that both find worst, and the error of both in ulp."""

    backends: tuple[str, str]
    cell: dict[str, str]
    case: str
    ulps: float

    def __str__(self) -> str:
        where = ", ".join(self.cell.values())
        return f"{' and '.join(self.backends)} are off by exactly as much in case {self.case} ({where})"

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {"backends": list(self.backends), **self.cell, "case": self.case, "ulps": self.ulps}


def identical_errors(record: Record) -> list[IdenticalErrors]:
    """All of them, the worst first."""
    together: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for cell in record.cells:
        together.setdefault(tuple(cell[key] for key in KEYS), []).append(cell)
    found = [pair for cells in together.values() for pair in _pairs(cells)]
    return sorted(found, key=lambda pair: (-pair.ulps, pair.backends, pair.case))


def _pairs(cells: list[dict[str, Any]]) -> Iterator[IdenticalErrors]:
    for one, other in combinations(cells, 2):
        worst = one["ulps"]["max"]
        same = one["worst_case"] == other["worst_case"] and one["worst_ratio"] == other["worst_ratio"]
        if same and worst == other["ulps"]["max"] and worst is not None and float(worst) > PLAIN_ROUNDING:
            names = (one["backend"], other["backend"])
            yield IdenticalErrors(names, {key: one[key] for key in KEYS}, one["worst_case"], float(worst))
