"""What a row is given besides its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...expression import Expression
from ...graph import Builder
from ..recording import RecordedCall, Recording, TensorView


@dataclass(frozen=True)
class AtenCall:
    """The call that a row translates, and the builder that its nodes go to."""

    builder: Builder
    executed: RecordedCall
    recording: Recording
    arrays: Mapping[int, Any]
    """By a value's number: the integers or truths that a tensor held."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first result."""
        first = self.executed.results[0]
        assert first is not None
        return first.shape

    @property
    def dtype(self) -> str:
        """The dtype of the first result."""
        first = self.executed.results[0]
        assert first is not None
        return first.dtype

    def integers(self, x: Expression) -> Any:
        """What a tensor of integers or truths held."""
        return np.asarray(self.arrays[x.number])

    @property
    def places(self) -> Any:
        """The integers that torch gave beside the values: where it took them from."""
        second = self.executed.results[1]
        assert second is not None
        return self.recording.executed(second)

    def floats(self, position: int) -> Any:
        """The numbers that an argument held, as executed."""
        given = self.executed.arguments[0][position]
        assert isinstance(given, TensorView)
        return self.recording.executed(given)

    def filled(self, number: float) -> Expression:
        """The first result, filled with a number of the program."""
        one = Expression(self.builder, self.builder.constant(float(number), "float64", literal=True))
        return one.to(self.dtype).expand(self.shape)

    def stored(self, x: Expression, operand: int = 0) -> Expression:
        """Rounded to an argument's dtype on the way, as kernels do that keep it there between two loops."""
        given = self.executed.arguments[0][operand]
        return x.to(given.dtype) if isinstance(given, TensorView) else x


Row = Callable[..., Any]
"""(Call, *arguments) → the results as expressions; None for one that stays as executed."""
