"""A pack of cases with a direction for each: drawn by seed, or read from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.case import Case, Pack
from ...manual.rounding.formats import FORMATS
from ...manual.second_order.direction import Direction
from ...manual.shapes import Array
from ..cases import case_json
from ..cases.case_schema import ProductDocument
from ..cases.generate import Unit
from ..cases.regimes import EVERY_REGIME
from ..documents import checked
from ..errors import UsageError

SCHEMA = "backproof/product/1"
KEYS = ("schema", "case", "direction")
REPLAYED = "replay"
"""The regime of a problem that was read."""


@dataclass(frozen=True)
class Problem:
    """What Hv is asked of: a pack, a direction v for each of its cases, and how each case was drawn."""

    pack: Pack
    v: Direction
    regimes: tuple[str, ...]

    def id(self, k: int) -> str:
        """Twelve hex digits of the content of one case and its direction."""
        digest = hashlib.sha256(self.pack[k].id.encode())
        for part in (*self.v.weights, *self.v.biases):
            digest.update(part[k].tobytes())
        return digest.hexdigest()[:12]

    def as_json(self, k: int) -> dict[str, Any]:
        """One case and its direction as they stand in a file."""
        direction = {name: [case_json.hexes(part[k]) for part in parts] for name, parts in self.v._asdict().items()}
        return {"schema": SCHEMA, "case": case_json.as_json(self.pack[k]), "direction": direction}


def drawn(unit: Unit) -> Problem:
    """The pack that `check` draws for this unit, with directions from a stream of their own."""
    pack, regimes = unit.draw()
    rng = np.random.default_rng([unit.seed, unit.number, len(KEYS)])
    each = [_direction(rng, case, regime) for case, regime in zip(pack, regimes, strict=True)]
    weights, biases = (zip(*parts, strict=True) for parts in zip(*each, strict=True))
    return Problem(pack, Direction(tuple(map(np.stack, weights)), tuple(map(np.stack, biases))), regimes)


def _direction(rng: np.random.Generator, case: Case, regime: str) -> Direction:
    """Like the numbers of the regime, or N(0, 1), by turns."""
    row, info = EVERY_REGIME[regime], FORMATS[case.dtype.name]
    calm = rng.random() < 1 / 2

    def numbers(like: Array) -> Array:
        draw = row.weights if like.ndim > 1 else row.others
        return np.asarray(rng.standard_normal(like.shape) if calm else draw(rng, like.shape, info), case.dtype)

    return Direction(tuple(map(numbers, case.weights)), tuple(map(numbers, case.biases)))


def from_json(document: Any) -> Problem:
    """The problem of a document; UsageError naming the part that is wrong."""
    product = checked(document, ProductDocument, "the product")
    if product.schema != SCHEMA:
        raise UsageError(f"schema {product.schema!r}: this version reads {SCHEMA!r}")
    case, moves = case_json.of_document(product.case), product.direction
    v = Direction(
        case_json.arrays(moves.weights, "direction weights", case.dtype.name),
        case_json.arrays(moves.biases, "direction biases", case.dtype.name),
    )
    for what, wrong in _misfits(case, v):
        raise UsageError(f"direction {what} {wrong}")
    return Problem(Pack.of([case]), v.map(lambda array: array[None]), (REPLAYED,))


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
