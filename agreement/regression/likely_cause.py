"""What wrong numbers look like: the likely cause, read off the sizes of the errors."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from math import isfinite
from typing import NamedTuple

from ...manual.rounding.formats import FORMATS
from ..judging.discrepancy import Discrepancy


class Pattern(NamedTuple):
    """A sentence, and whether it fits the discrepancies of one backend and dtype."""

    sentence: str
    fits: Callable[[Sequence[Discrepancy]], bool]


def _mostly(holds: Callable[[Discrepancy], bool]) -> Callable[[Sequence[Discrepancy]], bool]:
    """It holds for at least half of them."""
    return lambda found: 2 * sum(map(holds, found)) >= len(found)


def _no_number(one: Discrepancy) -> bool:
    return not isfinite(one.got)


def _flushed(one: Discrepancy) -> bool:
    """0 where the truth is next to the smallest numbers."""
    return one.got == 0 and 0 < abs(one.truth) < 2**30 * FORMATS[one.dtype].smallest_normal


def _relative(low: float, high: float, dtype: str | None = None) -> Callable[[Sequence[Discrepancy]], bool]:
    """The median relative error lies between powers of two."""

    def fits(found: Sequence[Discrepancy]) -> bool:
        errors = [abs(one.got - one.truth) / abs(one.truth) for one in found if one.truth and isfinite(one.got)]
        named = all(dtype in (None, one.dtype) for one in found)
        return bool(errors) and named and 2**low <= statistics.median(errors) < 2**high

    return fits


PATTERNS = (
    Pattern("no number came out: an overflow, or a guard against one that is gone", _mostly(_no_number)),
    Pattern("subnormal numbers are flushed to zero (a flag of the compiler or of the processor)", _mostly(_flushed)),
    Pattern("float32 arithmetic inside float64 (the errors are of the size of 2^−24)", _relative(-30, -18, "float64")),
    Pattern("bfloat16 or TF32 products (the errors are of the size of 2^−8 to 2^−11)", _relative(-14, -5)),
    Pattern("another quantity altogether: a formula, a layer or an order of arguments", _relative(-5, 2000)),
    Pattern("a coarse constant or approximation: the errors are far beyond rounding, yet small", _relative(-60, -14)),
)
UNKNOWN = "the backend does not answer as it is asked to: read what it answers"


def cause(found: Sequence[Discrepancy]) -> str:
    """The first pattern that fits."""
    return next((row.sentence for row in PATTERNS if found and row.fits(found)), UNKNOWN)
