"""What a pass works from, as a program reads it, and in parts: some of the cases, some of their examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...case import Architecture, Pack
from ..arithmetic import Arithmetic, Inexact


@dataclass(frozen=True)
class Operands:
    """Every array of a pack with what reading it may lose; `counts` (k, 1, m) are the examples' weights."""

    architecture: Architecture
    share: float
    weights: tuple[Inexact, ...]
    biases: tuple[Inexact, ...]
    x: Inexact
    y: Inexact
    counts: Inexact | None

    @classmethod
    def of(cls, pack: Pack, arithmetic: Arithmetic) -> Operands:
        weights, biases = (tuple(map(arithmetic.read, arrays)) for arrays in (pack.weights, pack.biases))
        x, y, each = arithmetic.read(pack.x), arithmetic.read(pack.y), pack.example_weights
        counts = None if each is None else arithmetic.read(each[..., None, :])
        return cls(pack.architecture, pack.share, weights, biases, x, y, counts)

    def parts(self, cases: int, examples: int) -> Iterator[list[Operands]]:
        """So many cases at a time, and of these so many examples at a time."""
        k, _, m = self.x.value.shape
        for first in range(0, k, cases):
            some = slice(first, first + cases)
            yield [self._only(some, slice(e, e + examples)) for e in range(0, m, examples)]

    def _only(self, cases: slice, examples: slice) -> Operands:
        weights, biases = (tuple(_cut(array, cases) for array in arrays) for arrays in (self.weights, self.biases))
        x, y = (_cut(array, cases, slice(None), examples) for array in (self.x, self.y))
        counts = None if self.counts is None else _cut(self.counts, cases, slice(None), examples)
        return Operands(self.architecture, self.share, weights, biases, x, y, counts)


def _cut(x: Inexact, *part: slice) -> Inexact:
    return Inexact(x.value[part], x.error[part])
