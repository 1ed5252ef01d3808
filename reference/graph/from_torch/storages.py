"""Tensors over storages, as values of a graph: a view is index arithmetic, an in-place update a `put`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from ..expression import Expression
from ..graph import FLOATS, FORWARD, NOTHING, Builder, Unsupported
from .recording import Recording, TensorView


@dataclass
class Storages:
    """What every storage holds now, as a flat value; what the program did not make is a constant."""

    builder: Builder
    recording: Recording
    flat: dict[int, Expression] = field(default_factory=dict)
    arrays: dict[int, Any] = field(default_factory=dict)
    """By a value's number: the integers or truths that a tensor held, as executed."""
    results: dict[tuple[int, int], int] = field(default_factory=dict)
    """By an autograd node's number and which result: what the last call under that number left."""
    made: dict[tuple[int, int], int] = field(default_factory=dict)
    """The same by what was read of it."""
    tags: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """By storage: the tags of what last wrote to it."""
    complex_at: str = ""
    """Where the first complex numbers were made, in words."""
    _read: dict[Any, Expression] = field(default_factory=dict)

    def holds(self, operand: TensorView) -> Expression:
        """The whole storage behind a tensor."""
        if operand.storage not in self.flat:
            dtype = self.recording.dtypes[operand.storage]
            floats = self.recording.floats[operand.storage, operand.version]
            self.flat[operand.storage] = Expression(self.builder, self.builder.constant(floats, dtype))
        found = self.flat[operand.storage]
        if found.dtype != operand.dtype:
            raise Unsupported(self._refused(found.dtype, operand.dtype))
        return found

    def _refused(self, held: str, wanted: str) -> str:
        where = f" at {self.builder.source}" if self.builder.source else ""
        if "complex" in held or "complex" in wanted:
            return f"complex numbers{self.complex_at or where} are not judged"
        return f"a tensor of {held} is viewed as {wanted}{where}: views in another dtype are not judged"

    def read(self, operand: TensorView) -> Expression:
        """The tensor's value; through a detach, one that passes no cotangent."""
        value = self._value(operand)
        if operand.made_by is not None and self.builder.phase == FORWARD:
            value = self._own(operand.made_by, value)
            self.made[operand.made_by] = self.made.get(operand.made_by, value.number)
        return value

    def _own(self, node: tuple[int, int], value: Expression) -> Expression:
        """What a custom function gives back as it was given is a number of its own: its backward may be any."""
        if node[0] not in self.recording.custom:
            return value
        key = (*node, value.number)
        if key not in self._read:
            before, self.builder.tags = self.builder.tags, MappingProxyType({"sequence": node[0]})
            self._read[key] = value.apply("copy")
            self.builder.tags = before
        return self._read[key]

    def result(self, node: int, place: int) -> int | None:
        """The value of an autograd node's result: as it was read, or else as the last call under its number left it.

        A call that is not differentiated runs under the number of the node before.
        """
        return self.made.get((node, place), self.results.get((node, place)))

    def _value(self, operand: TensorView) -> Expression:
        if operand.dtype not in FLOATS:
            return self._integers(operand)
        whole = self.holds(operand)
        before, self.builder.tags = self.builder.tags, self.tags.get(operand.storage, NOTHING)
        try:
            return self._entries(operand, whole)
        finally:
            self.builder.tags = before

    def _entries(self, operand: TensorView, whole: Expression) -> Expression:
        """Read by nodes that count as part of what wrote the storage."""
        key = (whole.number, operand.offset, operand.shape, operand.strides, operand.stopped)
        if key not in self._read:
            entries = whole.reshape(*operand.shape) if fills(operand, whole.size) else whole.take(operand.indices)
            self._read[key] = entries.stop_gradient() if operand.stopped else entries
        return self._read[key]

    def _integers(self, operand: TensorView) -> Expression:
        """Integers are what was executed; truths, too, unless the program works them out."""
        array = self.recording.executed(operand)
        if operand.dtype == "bool" and operand.storage in self.flat:
            whole = self.flat[operand.storage]
            value = whole.reshape(*operand.shape) if fills(operand, whole.size) else whole.take(operand.indices)
        else:
            value = Expression(self.builder, self.builder.constant(array, operand.dtype))
        self.arrays[value.number] = array
        return value

    def write(self, operand: TensorView, value: Expression) -> None:
        """Let the tensor hold this."""
        self.tags[operand.storage] = self.builder.tags
        size = len(self.recording.floats[operand.storage, operand.version])
        if fills(operand, size):
            self.flat[operand.storage] = value.reshape(size)
            return
        indices = operand.indices
        if operand.storage not in self.flat and indices.size == size:  # dense, in another order
            order = np.argsort(indices, axis=None)
            self.flat[operand.storage] = value.take(order)
            return
        self.flat[operand.storage] = self._before(operand, size).put(indices, value)

    def _before(self, operand: TensorView, size: int) -> Expression:
        if operand.storage in self.flat:
            return self.flat[operand.storage]
        earlier = self.recording.floats.get((operand.storage, operand.version - 1), np.zeros(size, np.float32))
        return Expression(self.builder, self.builder.constant(earlier, operand.dtype))

    def as_executed(self, operand: TensorView) -> None:
        """Forget how it was made: from here on it is the numbers that were there."""
        self.flat.pop(operand.storage, None)


def fills(operand: TensorView, size: int) -> bool:
    """Whether the tensor is its storage from end to end, in order."""
    expected, run = [], 1
    for n in reversed(operand.shape):
        expected.append(run)
        run *= n
    aligned = all(
        n == 1 or stride == step
        for n, stride, step in zip(operand.shape, operand.strides, reversed(expected), strict=True)
    )
    return aligned and operand.offset == 0 and prod(operand.shape) == size
