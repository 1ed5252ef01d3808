"""A primitive is one row: its exact value, its own pullback, its local rounding, its kinks.

Arrays in a walk are NumPy's. Numbers are object arrays of balls (`flint.arb`), or float64 where magnitudes
are wanted; truth values are int8, −1 no, 0 open, 1 yes (and is min, or is max, not is −); integers are int64.
A row's functions get the node's parameters first, and tuples of arrays; they never broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Params = Mapping[str, Any]
Arrays = tuple[Any, ...]
"""One array an operand or a result; in cotangents None for 0 and for what has none."""
Value = Callable[[Params, Arrays], Arrays]
"""Parameters, operands → results."""
Pullback = Callable[[Params, Arrays, Arrays, Arrays], Arrays]
"""Parameters, operands, results, cotangents of the results → cotangents of the operands (None: 0)."""


class Rounding(NamedTuple):
    """What one result may be off in an execution from exact operands, u the unit roundoff of its dtype:

    |error| ≤ γ_{terms} · magnitude + roundings · u · |value| + the smallest number, where `terms(params, operands)`
    are summed in any order and `magnitude(params, operands)` is the sum of their absolute values.
    """

    roundings: float = 0.0
    terms: Callable[[Params, Arrays], int] | None = None
    magnitude: Callable[[Params, Arrays], Any] | None = None
    how: str = "exact: it moves numbers"
    """How the constant was found, for docs/operations.md."""
    double: float | None = None
    """Roundings in float64, where a library is worse there."""
    underflows: bool = False
    """Whether the result may be 0 below the smallest normal number: an exponential inside leaves the range."""
    textbook: Callable[[Arrays], Any] | None = None
    """By the textbook's formula, which cancels, it may be off by `textbook(operands)` · u more."""

    def of(self, dtype: str) -> float:
        """The roundings in this dtype."""
        return self.double if self.double is not None and dtype == "float64" else self.roundings


EXACT = Rounding()


class Back(NamedTuple):
    """What one pullback may be off from exact operands, the cotangent of operand k being

    |error| ≤ γ_{terms} · pullback_k(|x|, |r|, |v|) + roundings · u · |∂_k|: `terms(params, operands)` has a number
    an operand. The textbook's formula of a slope may be off by `textbook(operands, results)` · u · |v| more.
    """

    roundings: float = 0.0
    terms: Callable[[Params, Arrays], tuple[int, ...]] | None = None
    textbook: Callable[[Arrays, Arrays], Any] | None = None
    magnitude: Pullback | None = None
    """Where pullback_k(|x|, |r|, |v|) is no sum of absolute values: that sum, float64 arrays from balls."""


MOVES = Back()


@dataclass(frozen=True)
class Primitive:
    """One row. `formula` is the pullback's, x, y the operands, r the result, v the cotangent."""

    name: str
    value: Value
    pullback: Pullback | None
    formula: str
    rounding: Rounding = EXACT
    kink: str = ""
    """Where the derivative jumps, in words; the pullback encloses both branches there."""
    back: Back = MOVES


def one(function: Callable[..., Any]) -> Value:
    """A value of one result from a function (params, *operands) → array."""

    def value(params: Params, operands: Arrays) -> Arrays:
        return (function(params, *operands),)

    return value
