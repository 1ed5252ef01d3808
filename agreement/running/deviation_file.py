"""A user's own list of known deviations: a TOML file of the form of reference/deviations/deviations.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ...manual.activations import ACTIVATIONS
from ...manual.costs import COSTS
from ...manual.rounding.formats import FORMATS
from ...reference.deviations import deviations
from ...reference.deviations.deviation_bounds import BOUNDS
from ...reference.deviations.deviations import Deviation
from ..documents import checked, first, read_toml
from ..errors import UsageError


class StatedExcess(Struct, forbid_unknown_fields=True):
    """A wider bound in numbers: so much more in the value and the slope, where z lies between low and high."""

    value: float = 0.0
    slope: float = 0.0
    low: float = -float("inf")
    high: float = float("inf")


class Witness(Struct, forbid_unknown_fields=True):
    """One neuron with weight 1 and bias 0 (a list for a softmax) that shows the deviation."""

    cost: str
    z: float | list[float]
    y: float | list[float]


class DeviationRow(Struct, forbid_unknown_fields=True, kw_only=True):
    """One deviation."""

    id: str
    library: str
    versions: str
    dtypes: list[str]
    excess: str | StatedExcess
    what: str
    reference: str
    witness: Witness
    modes: list[str] | None = None
    activation: str | None = None
    cost: str | None = None
    program: str = ""


class Listed(Struct, forbid_unknown_fields=True):
    """The file."""

    deviation: list[DeviationRow]


def take_in_deviations(file: Path) -> None:
    """Add the rows of a file to the known deviations; UsageError naming what is wrong with it."""
    rows = checked(read_toml(file), Listed, str(file)).deviation
    for row in rows:
        first(_complaints(row), f"{file}: deviation {row.id!r}")
    try:
        deviations.take_in(map(_deviation, rows))
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None


def _complaints(row: DeviationRow) -> Iterator[str]:
    named: list[tuple[str, str | None, Collection[str]]] = [
        *(("dtype", dtype, FORMATS) for dtype in row.dtypes),
        ("activation", row.activation, ACTIVATIONS),
        ("cost", row.cost, COSTS),
        ("cost", row.witness.cost, COSTS),
        ("excess", row.excess if isinstance(row.excess, str) else None, BOUNDS),
    ]
    for kind, name, names in named:
        if name is not None and name not in names:
            yield f"unknown {kind} {name!r}: choose from {', '.join(names)}"
    try:
        SpecifierSet(row.versions)
    except InvalidSpecifier:
        yield f"versions are {row.versions!r}: such as '>=1.2,<2' are needed"
    if isinstance(row.excess, StatedExcess) and not (row.excess.value >= 0 and row.excess.slope >= 0):
        yield "an excess is a number ≥ 0"
    if row.activation is None and row.cost is None and isinstance(row.excess, StatedExcess):
        yield "an excess in numbers is that of an activation or a cost: name one"


def _deviation(row: DeviationRow) -> Deviation:
    fields: dict[str, Any] = structs.asdict(row)
    excess = row.excess if isinstance(row.excess, str) else structs.asdict(row.excess)
    modes = None if row.modes is None else tuple(row.modes)
    witness = structs.asdict(row.witness)
    return Deviation(**{**fields, "excess": excess, "dtypes": tuple(row.dtypes), "modes": modes, "witness": witness})
