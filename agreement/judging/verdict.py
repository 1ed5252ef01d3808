"""The eight verdicts, and how two judgements of one entry make one."""

from __future__ import annotations

from collections import Counter
from enum import IntEnum

import numpy as np

from ...manual.shapes import Array


class Verdict(IntEnum):
    """What is said of one entry. The first four are decided, from best to worst."""

    ACCURATE = 0
    LOSSY = 1
    KNOWN = 2
    WRONG = 3
    UNDETERMINED = 4
    OUT_OF_RANGE = 5
    BLIND = 6
    UNSUPPORTED = 7

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Verdict.ACCURATE: "within the bound of the best formula known",
    Verdict.LOSSY: "within the bound of the textbook's formula: digits lost, not a bug; `lost`: not one is left",
    Verdict.KNOWN: "beyond both, within the wider bound of a listed deviation of that library",
    Verdict.WRONG: "beyond every bound of a correct program, or no number",
    Verdict.UNDETERMINED: "at a kink, or not enclosed sharply enough to say",
    Verdict.OUT_OF_RANGE: "intermediates may overflow here",
    Verdict.BLIND: "within a bound as large as the value or without end, and no sharper judgement was possible",
    Verdict.UNSUPPORTED: "the backend does not take such a network",
}

DECIDED = (Verdict.ACCURATE, Verdict.LOSSY, Verdict.KNOWN, Verdict.WRONG)


def tallied(verdicts: Array) -> Counter[Verdict]:
    """How many entries have each verdict."""
    numbers, counts = np.unique(verdicts, return_counts=True)
    return Counter({Verdict(int(number)): int(n) for number, n in zip(numbers, counts, strict=True)})


def combined(end_to_end: Array, step: Array | None, tainted: Array) -> Array:
    """The verdict of an entry from its two judgements: the worse of what they decide.

    Where one decides nothing the other speaks. In a case that is tainted, wrong further up, a right
    step from wrong operands vouches for nothing.
    """
    if step is None or not (end_to_end.any() or step.any()):  # all accurate
        return end_to_end
    both = np.maximum(end_to_end, step)
    first, second = end_to_end <= Verdict.WRONG, (step <= Verdict.WRONG) & (~tainted | (step == Verdict.WRONG))
    spoken = np.where(first, end_to_end, np.where(second, step, end_to_end))
    return np.where(first & second, both, spoken)
