"""What callers of the package may have to catch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property


class UsageError(Exception):
    """Something asked for makes no sense: says what was wrong, the offending value, what would be right."""


class Disagreement(AssertionError):
    """A subject's gradients are wrong; the message says where, by how much, and shows the case.

    What a diagnosis adds takes seconds, and a property that shrinks raises hundreds of these: it is
    made when the message is first read.
    """

    def __init__(self, message: str, diagnosis: Callable[[], str] | None = None) -> None:
        super().__init__(message)
        self._diagnosis = diagnosis

    @cached_property
    def _whole(self) -> str:
        return "\n\n".join([*map(str, self.args), *([self._diagnosis()] if self._diagnosis else [])])

    def __str__(self) -> str:
        return self._whole
