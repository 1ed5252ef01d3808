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
    """Give a case as it stands in a file or a record.

    Arguments:
        case: The case, of any dtype.

    Returns:
        A document of the schema `backproof/case/1`: arrays as nested lists of hex floats, which keep every bit.

    """
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
    """Read a case from a document.

    Arguments:
        document: What JSON gave: objects, lists, numbers, and floats as hex strings.

    Returns:
        The case, with the document's floats to the bit.

    Raises:
        UsageError: A part is missing or wrong; the message names it.

    """
    if isinstance(document, dict) and document.get("schema", SCHEMA) != SCHEMA:
        raise UsageError(f"schema {document['schema']!r}: this version reads {SCHEMA!r}")
    return of_document(checked(document, CaseDocument, "the case"))


def of_document(document: CaseDocument) -> Case:
    """Read a case from a document whose structure is checked.

    Arguments:
        document: The document.

    Returns:
        The case.

    Raises:
        UsageError: Shapes do not fit, or a number is not finite; the message names the part.

    """
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
    """Read a case from a file.

    Arguments:
        path: A JSON file of the schema `backproof/case/1`.

    Returns:
        The case.

    Raises:
        UsageError: There is no such file, or a part of it is wrong; the message names it.

    """
    return read_as(from_json, path)


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a case to a file.

    Arguments:
        path: The file; one that is there is replaced at once or left as it was.
        document: The case, as `as_json` gives it.

    Raises:
        OSError: The file cannot be written.

    """
    lines = [f"{json.dumps(key)}: {json.dumps(part)}" for key, part in document.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def hexes(array: Array) -> Any:
    """Write an array as nested lists of hex floats.

    Arguments:
        array: Of any shape and float dtype.

    Returns:
        Lists nested as deep as the array has axes; a string for each number, as `float.hex` writes it.

    """
    return [hexes(row) for row in array] if array.ndim > 1 else [float(x).hex() for x in array]


def architecture_of(document: Any) -> Architecture:
    """Read an architecture from a document.

    Arguments:
        document: What JSON gave: objects, lists, numbers, and floats as hex strings.

    Returns:
        The architecture.

    Raises:
        UsageError: A part is missing or wrong; the message names it.

    """
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
    """Read the arrays of all layers.

    Arguments:
        layers: A vector or a matrix for each layer, layer 1 first, of numbers or hex strings.
        name: What they are, for the error's message.
        dtype: What they are to be: float64, float32, float16 or bfloat16.

    Returns:
        One array a layer, shaped as the lists are nested.

    Raises:
        UsageError: A part is no array of finite numbers of this dtype; the message names it.

    """
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
