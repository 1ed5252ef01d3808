"""How much worse a cell may get before it is news; docs/ci.md derives and measures this."""

from __future__ import annotations

import math

from ...manual.rounding.formats import FORMATS

KERNEL = 2.0
"""Another order of summation, or fused multiply-adds, over inner products this short."""
DEVIATIONS = 5.0
"""Standard deviations of a count that chance is allowed."""
CLUMP = 2
"""Entries that lose their digits together: a saturated neuron takes its row of ∂C/∂W along."""
FLOOR = 0.5
"""ulp: what one correct rounding may be off, added to every limit."""
FEWEST = 10
"""A quantile with fewer errors beyond it is not compared: it is a single entry's fate."""


def spread(n: float) -> float:
    """What chance makes of a count n, as a factor ≥ 1."""
    return 1 + DEVIATIONS / math.sqrt(n)


def limit(old: float, q: float, of: int) -> float | None:
    """The largest q-quantile in ulp that passes where `old` stands among `of` errors; None if too few lie beyond.

    Errors in ulp beyond some size t come from cancellation, and are as frequent as 1/t: where chance
    changes the number beyond a quantile by a factor, the quantile moves by that factor.
    """
    beyond = (1 - q) * of
    return KERNEL * spread(beyond) * old + FLOOR if beyond >= FEWEST else None


def measured(ulps: float, dtype: str) -> float:
    """An error as it is compared: half the digits lost is the most, beyond that only the verdict counts."""
    return min(ulps, 2.0 ** (FORMATS[dtype].digits / 2))


def count_limit(old: int) -> float:
    """The most entries of an unwelcome verdict that pass where there were `old`."""
    return old + DEVIATIONS * math.sqrt(CLUMP * (old + CLUMP))
