"""A Case as a file: JSON, every number a hex float, exact to the bit."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ...manual.case import Architecture, Case
from ...manual.rounding.formats import FORMATS
from ...manual.shapes import Array
from ..errors import UsageError
from .dtypes import dtype_of

T = TypeVar("T")
SCHEMA = "backproof/case/1"
HEX = re.compile(r"[+-]?(0x|nan|inf)")
KEYS = ("schema", "architecture", "dtype", "weights", "biases", "x", "y")
ARCHITECTURE_KEYS = ("widths", "activations", "cost", "reduction")
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
    has_keys(document, KEYS, "a case", (WEIGHTS,))
    if document["schema"] != SCHEMA:
        raise UsageError(f"schema {document['schema']!r}: this version reads {SCHEMA!r}")
    if document["dtype"] not in FORMATS:
        raise UsageError(f"dtype {document['dtype']!r}: choose from {', '.join(FORMATS)}")
    dtype = document["dtype"]
    architecture = architecture_of(document["architecture"])

    try:
        return Case(
            architecture,
            arrays(document["weights"], 2, "weights", dtype),
            arrays(document["biases"], 1, "biases", dtype),
            _array(document["x"], 2, "x", dtype),
            _array(document["y"], 2, "y", dtype),
            _array(document[WEIGHTS], 1, WEIGHTS, dtype) if WEIGHTS in document else None,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def read(path: Path) -> Case:
    """The case of a file; UsageError where there is none."""
    return read_as(from_json, path)


def read_as(from_document: Callable[[Any], T], path: Path) -> T:
    """What a file's JSON document stands for; UsageError naming the file where it is none."""
    try:
        return from_document(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UsageError(f"{str(path)!r} is not JSON: {error}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a case, as `as_json` gives it, to a file."""
    lines = [f"{json.dumps(key)}: {json.dumps(part)}" for key, part in document.items()]
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def write_text(path: Path, text: str) -> None:
    """Write under a temporary name, then rename: a reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def hexes(array: Array) -> Any:
    """An array as nested lists of hex floats."""
    return [hexes(row) for row in array] if array.ndim > 1 else [float(x).hex() for x in array]


def has_keys(document: Any, keys: tuple[str, ...], what: str, optional: tuple[str, ...] = ()) -> None:
    """UsageError unless a document is an object with just these keys, and perhaps the optional ones."""
    if not isinstance(document, dict):
        raise UsageError(f"{what} is a JSON object, not {type(document).__name__}")
    for key in keys:
        if key not in document:
            raise UsageError(f"{what} needs the key {key!r}: it has {', '.join(document) or 'none'}")
    for key in document:
        if key not in (*keys, *optional):
            raise UsageError(f"{what} has no key {key!r}: its keys are {', '.join((*keys, *optional))}")


def architecture_of(document: Any) -> Architecture:
    """The architecture of a document; UsageError naming the part that is wrong."""
    has_keys(document, ARCHITECTURE_KEYS, "architecture", OPTIONS)
    widths, activations = _list(document["widths"], "widths"), _list(document["activations"], "activations")
    try:
        options = (_numbers(document.get("l2", 0.0), 0, "l2"), document.get("weighted", False))
        return Architecture(tuple(widths), tuple(activations), document["cost"], document["reduction"], *options)
    except ValueError as error:
        raise UsageError(str(error)) from None


def arrays(value: Any, depth: int, name: str, dtype: str) -> tuple[Array, ...]:
    """The arrays of this many axes, one a layer; UsageError naming the part that is none."""
    return tuple(_array(part, depth, f"{name}[{i}]", dtype) for i, part in enumerate(_list(value, name)))


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{name} is {value!r}: a list is needed")
    return value


def _array(value: Any, depth: int, name: str, dtype: str) -> Array:
    numbers = _numbers(value, depth, name)
    try:
        with np.errstate(over="ignore"):
            return np.array(numbers, dtype=np.float64).astype(dtype_of(dtype))
    except ValueError:
        raise UsageError(f"{name} is ragged: its rows have different lengths") from None


def _numbers(value: Any, depth: int, name: str) -> Any:
    if depth:
        return [_numbers(part, depth - 1, f"{name}[{i}]") for i, part in enumerate(_list(value, name))]
    try:
        if isinstance(value, str) and HEX.match(value):  # without 0x, fromhex reads "10" as 16
            return float.fromhex(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"{name} is {value!r}: a number or a hex float like '0x1.8p+0' is needed")
