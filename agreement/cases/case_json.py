"""A Case as a file: JSON, every number a hex float, exact to the bit."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...manual.case import Architecture, Case
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from ..documents import checked
from ..errors import UsageError, one_line
from ..files import read_as, write_text
from .case_schema import ArchitectureDocument, CaseDocument, Matrix, Number, Vector
from .dtypes import dtype_of

SCHEMA = "backproof/case/1"
HEX = re.compile(r"[+-]?(0x|nan|inf)")
OPTIONS = ("l2", "weighted")
"""Keys of an architecture that are written only where they say something."""
WEIGHTS = "example_weights"
"""The key of the examples' weights, where there are any."""


def as_json(case: Case) -> dict[str, Any]:
    """The case as it stands in a file or a record."""
    return {
        "schema": SCHEMA,
        "architecture": {
            "widths": list(case.architecture.widths),
            "activations": list(case.architecture.activations),
            "cost": case.architecture.cost,
            "reduction": case.architecture.reduction,
            **{key: value for key in OPTIONS if (value := _option(case, key))},
        },
        "dtype": case.dtype.name,
        "weights": [hexes(w) for w in case.weights],
        "biases": [hexes(b) for b in case.biases],
        "x": hexes(case.x),
        "y": hexes(case.y),
        **({} if case.example_weights is None else {WEIGHTS: hexes(case.example_weights)}),
    }


def _option(case: Case, key: str) -> Any:
    value = getattr(case.architecture, key)
    return value.hex() if value and isinstance(value, float) else value


def from_json(document: Any) -> Case:
    """The case of a document; UsageError naming the part that is wrong."""
    if isinstance(document, dict) and document.get("schema", SCHEMA) != SCHEMA:
        raise UsageError(f"schema {document['schema']!r}: this version reads {SCHEMA!r}")
    return of_document(checked(document, CaseDocument, "the case"))


def of_document(document: CaseDocument) -> Case:
    """The case of a document whose structure is checked; UsageError naming the part that is wrong."""
    if document.schema != SCHEMA:
        raise UsageError(f"schema {document.schema!r}: this version reads {SCHEMA!r}")
    dtype = document.dtype
    if dtype not in FORMATS:
        raise UsageError(f"dtype {dtype!r}: choose from {', '.join(FORMATS)}")
    counts = document.example_weights
    try:
        return Case(
            _architecture(document.architecture),
            arrays(document.weights, "weights", dtype),
            arrays(document.biases, "biases", dtype),
            _array(document.x, "x", dtype),
            _array(document.y, "y", dtype),
            None if counts is None else _array(counts, WEIGHTS, dtype),
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def read(path: Path) -> Case:
    """The case of a file; UsageError where there is none."""
    return read_as(from_json, path)


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a case, as `as_json` gives it, to a file."""
    lines = [f"{json.dumps(key)}: {json.dumps(part)}" for key, part in document.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def hexes(array: Array) -> Any:
    """An array as nested lists of hex floats."""
    return [hexes(row) for row in array] if array.ndim > 1 else [float(x).hex() for x in array]


def architecture_of(document: Any) -> Architecture:
    """The architecture of a document; UsageError naming the part that is wrong."""
    return _architecture(checked(document, ArchitectureDocument, "the architecture"))


def _architecture(document: ArchitectureDocument) -> Architecture:
    try:
        return Architecture(
            tuple(document.widths),
            tuple(document.activations),
            document.cost,
            document.reduction,
            _number(document.l2, "l2"),
            document.weighted,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def arrays(layers: Sequence[Vector | Matrix], name: str, dtype: str) -> tuple[Array, ...]:
    """One array a layer; UsageError naming the part that is none."""
    return tuple(_array(layer, f"{name}[{i}]", dtype) for i, layer in enumerate(layers))


def _array(value: Vector | Matrix, name: str, dtype: str) -> Array:
    numbers = [_numbers(part, f"{name}[{i}]") for i, part in enumerate(value)]
    try:
        with np.errstate(over="ignore"):
            return np.array(numbers, dtype=np.float64).astype(dtype_of(dtype))
    except ValueError:
        raise UsageError(f"{name} is ragged: its rows have different lengths") from None


def _numbers(value: Number | Vector, name: str) -> float | list[float]:
    if isinstance(value, list):
        return [_number(part, f"{name}[{i}]") for i, part in enumerate(value)]
    return _number(value, name)


def _number(value: Number, name: str) -> float:
    try:
        if isinstance(value, float):
            return value
        if HEX.match(value):  # without 0x, fromhex reads "10" as 16
            return float.fromhex(value)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{name} is {one_line(repr(value), 80)}: a number or a hex float like '0x1.8p+0' is needed")
