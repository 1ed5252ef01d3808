"""What is wrong with an answer, and what would do.

Nothing that comes back from foreign code is trusted: not its type, not its dtype, not that its input is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Gradients
from ...manual.shapes import Array


def written(pack: Pack, handed: Pack) -> Iterator[str]:
    """What was written to the copy that a backend was handed."""
    for name, before, after in zip(pack.names, pack.arrays, handed.arrays, strict=True):
        if not np.array_equal(before, after):
            yield f"wrote to its input, {name}, on {pack.architecture}: copy an array before changing it"


def complaints(got: object, pack: Pack) -> Iterator[str]:
    """What is wrong with an answer, the plainest first."""
    if not isinstance(got, Gradients):
        yield f"answered with {_kind(got)}: Gradients (backproof.manual) of NumPy arrays are needed"
        return
    for name, needed in _needed(pack).items():
        parts = getattr(got, name)
        if parts is None and not name.startswith("nabla"):
            continue
        listed = [parts] if name == "cost" else parts
        if not isinstance(listed, tuple | list):
            yield f"answered {name} with {_kind(parts)}: a tuple of NumPy arrays, layer 1 first, is needed"
            return
        yield from _unfit(name, listed, needed, pack)


def _unfit(name: str, parts: tuple[Any, ...] | list[Any], needed: list[tuple[int, ...]], pack: Pack) -> Iterator[str]:
    for part in parts:
        if not isinstance(part, np.ndarray):
            yield f"answered {name} with {_kind(part)} where a NumPy array is needed: numpy.asarray makes one"
            return
    if [part.shape for part in parts] != needed:
        yield f"answered {name} of shape {[part.shape for part in parts]} where {needed} is needed"
    for part in parts:
        if part.dtype != pack.dtype:
            yield f"answered {name} in {part.dtype} where {pack.dtype} is needed: {_remedy(part)}"
            return


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


def _remedy(part: Array) -> str:
    if part.dtype.kind == "c":
        return "give the real part, once nothing is lost with the other"
    if part.dtype.kind != "f":
        return "gradients are floating-point numbers"
    return "compute in the dtype of the pack, and say in `traits` which dtypes that can be"


def _needed(pack: Pack) -> dict[str, list[tuple[int, ...]]]:
    layers = [(*b.shape, pack.examples) for b in pack.biases]
    return {
        "nabla_w": [w.shape for w in pack.weights],
        "nabla_b": [b.shape for b in pack.biases],
        "delta": layers,
        "z": layers,
        "a": layers,
        "cost": [(len(pack),)],
    }
