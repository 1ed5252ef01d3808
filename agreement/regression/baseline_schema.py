"""The structure of a baseline's document, and what types cannot say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Meta, Struct

from ...manual.rounding.formats import FORMATS
from ..field_types import CorpusHash, Count, Magnitude, Name
from ..record.record_schema import RecordCorpus as RecordCorpus


class BaselineCorpus(RecordCorpus, forbid_unknown_fields=True):
    """The cases that a record has to judge."""

    hash: Annotated[CorpusHash, Meta(min_length=1)]


class Scale(Struct, forbid_unknown_fields=True):
    """How many errors were measured, and their quantiles in ulp."""

    of: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    median: Magnitude
    p90: Magnitude
    p99: Magnitude


class BaselineCell(Struct, forbid_unknown_fields=True):
    """A cell: counts per verdict where they are not 0, never `wrong`; quantiles where errors were measured."""

    backend: Name
    dtype: Name
    cost: Name
    activation: Name
    quantity: Name
    accurate: Count = 0
    lossy: Count = 0
    known: Count = 0
    undetermined: Count = 0
    out_of_range: Count = 0
    blind: Count = 0
    unsupported: Count = 0
    ulps: Scale | None = None
    step_ulps: Scale | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return (self.backend, self.dtype, self.cost, self.activation, self.quantity)

    @property
    def measurable(self) -> int:
        """How many entries were decided: only their errors are measured."""
        return self.accurate + self.lossy + self.known

    @property
    def entries(self) -> int:
        """All of them."""
        return self.measurable + self.undetermined + self.out_of_range + self.blind + self.unsupported


class PlaceRow(Struct, forbid_unknown_fields=True):
    """The cells of one instruction set, BLAS and dtype."""

    isa: Name
    blas: Name
    dtype: Name
    environment: dict[Name, Any]
    cells: Annotated[list[BaselineCell], Meta(min_length=1)]
    digest: Name | None = None


class BaselineDocument(Struct, forbid_unknown_fields=True):
    """The whole."""

    schema: str
    corpus: BaselineCorpus
    places: list[PlaceRow]


def complaints(baseline: BaselineDocument) -> Iterator[str]:
    """Whatever contradicts itself."""
    if not baseline.places:
        yield "it has no cells"
    yield from _twice("place", Counter((place.isa, place.blas, place.dtype) for place in baseline.places))
    for place in baseline.places:
        yield from _twice("cell", Counter(cell.key for cell in place.cells))
        if place.dtype not in FORMATS:
            yield f"dtype {place.dtype!r} is none of {', '.join(FORMATS)}"
        for cell in place.cells:
            if cell.dtype != place.dtype:
                yield f"the cell {', '.join(cell.key)} stands among those of {place.dtype}"
            yield from (f"the cell {', '.join(cell.key)} {wrong}" for wrong in _of_cell(cell))


def _twice(what: str, counts: Counter[tuple[str, ...]]) -> Iterator[str]:
    for key, n in counts.items():
        if n > 1:
            yield f"the {what} {', '.join(key)} stands there {n} times, as both sides of a merge leave it"


def _of_cell(cell: BaselineCell) -> Iterator[str]:
    if not cell.entries:
        yield "has no entries"
    for name, scale in (("ulps", cell.ulps), ("step_ulps", cell.step_ulps)):
        if scale and not scale.median <= scale.p90 <= scale.p99:
            yield f"has {name} out of order: {scale.median}, {scale.p90}, {scale.p99}"
        if scale and scale.of > cell.measurable:
            yield f"has {name} of {scale.of} errors in {cell.measurable} entries that were decided"
