"""A case with a direction, of which Hv is asked, and both as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from ...manual.case import Case, Pack
from ...manual.second_order.direction import Direction
from ..documents import checked
from ..errors import UsageError
from . import case_json
from .case_schema import ProductDocument

SCHEMA = "backproof/product/1"


@dataclass(frozen=True, eq=False)
class DirectedCase(Case):
    """A case, and what its weights and biases are moved by."""

    direction: Direction = Direction((), ())

    @cached_property
    def id(self) -> str:
        """Twelve hex digits of the content of the case and its direction."""
        digest = hashlib.sha256(self.plain.id.encode())
        for part in (*self.direction.weights, *self.direction.biases):
            digest.update(part.tobytes())
        return digest.hexdigest()[:12]

    @property
    def plain(self) -> Case:
        """The case alone."""
        return Case(**_inputs(self))


@dataclass(frozen=True, eq=False)
class DirectedPack(Pack):
    """A pack with a direction for each of its cases, on the same leading axis."""

    direction: Direction = Direction((), ())

    def __getitem__(self, k: int) -> Case:
        """A case with its direction; it shares the pack's arrays."""
        return DirectedCase(**_inputs(super().__getitem__(k)), direction=self.direction.map(itemgetter(k)))

    @classmethod
    def along(cls, pack: Pack, direction: Direction) -> DirectedPack:
        """A pack with these directions."""
        return cls(**_inputs(pack), direction=direction)


def _inputs(of: Case | Pack) -> dict[str, Any]:
    return {field.name: getattr(of, field.name) for field in fields(Case)}


def as_json(case: DirectedCase) -> dict[str, Any]:
    """The case and its direction as they stand in a file or a record."""
    direction = {name: [case_json.hexes(part) for part in parts] for name, parts in case.direction._asdict().items()}
    return {"schema": SCHEMA, "case": case_json.as_json(case.plain), "direction": direction}


def from_json(document: Any) -> DirectedCase:
    """The case and direction of a document; UsageError naming the part that is wrong."""
    product = checked(document, ProductDocument, "the product")
    if product.schema != SCHEMA:
        raise UsageError(f"schema {product.schema!r}: this version reads {SCHEMA!r}")
    case, moves = case_json.of_document(product.case), product.direction
    direction = Direction(
        case_json.arrays(moves.weights, "direction weights", case.dtype.name),
        case_json.arrays(moves.biases, "direction biases", case.dtype.name),
    )
    for what, wrong in _misfits(case, direction):
        raise UsageError(f"direction {what} {wrong}")
    return DirectedCase(**_inputs(case), direction=direction)


def _misfits(case: Case, v: Direction) -> Iterator[tuple[str, str]]:
    """What is wrong with a direction for this case."""
    for name, parts, moves in (("weights", case.weights, v.weights), ("biases", case.biases, v.biases)):
        if len(parts) != len(moves):
            yield name, f"has {len(moves)} arrays: one for each of {len(parts)} layers is needed"
        for i, (part, move) in enumerate(zip(parts, moves, strict=False)):
            if part.shape != move.shape:
                yield f"{name}[{i}]", f"has shape {move.shape}: {part.shape} is needed"
            elif not np.isfinite(move).all():
                yield f"{name}[{i}]", f"holds {move[~np.isfinite(move)][0]}: every number must be finite"
