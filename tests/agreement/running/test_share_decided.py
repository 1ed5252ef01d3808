"""How much of every regime, dtype and cost is decided: no figure of it may fall silently."""

from __future__ import annotations

from collections import Counter

import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.costs import CORE
from backproof.manual.rounding.formats import FORMATS
from helpers.backends import load
from helpers.later import long_but

CASES = 660
LEAST = {
    "calm": (0.999, 0.999, 0.985, 0.87),
    "wide": (0.995, 0.985, 0.42, 0.94),
    "saturated": (0.995, 0.98, 0.79, 0.91),
    "tiny": (0.985, 0.995, 0.98, 0.89),
    "huge": (0.995, 0.98, 0.9, 0.94),
    "zeros": (0.999, 0.999, 0.985, 0.92),
    "integers": (0.995, 0.99, 0.955, 0.9),
    "duplicates": (0.995, 0.99, 0.91, 0.9),
    "subnormal": (0.96, 0.78, 0.98, 0.67),
    "kink": (0.995, 0.99, 0.96, 0.9),
    "offset": (0.999, 0.99, 0.965, 0.88),
    "long": (0.999, 0.999, 0.84, 0.7),
}
"""The least share of entries that a right backend has decided, of either cost, in each of FORMATS."""
ROWS = {"float64": "numpy", "float32": "numpy", "float16": "torch", "bfloat16": "torch"}
"""Who is judged: 16 bits are no dtype of the hand-written module."""


def shares(dtype: str) -> dict[tuple[str, str], float]:
    """By regime and cost."""
    entries: Counter[tuple[str, str]] = Counter()
    decided: Counter[tuple[str, str]] = Counter()
    backend = load(ROWS[dtype])
    for unit in units(CASES, 5, Menu(dtypes=(dtype,), regimes=tuple(EVERY_REGIME))):
        pack, regimes = unit.draw()
        for finding in Judge(pack).findings(backend, answer(backend, pack)):
            for regime, verdict in zip(regimes, finding.verdict, strict=True):
                cell = regime, pack.architecture.cost
                assert not (verdict == Verdict.WRONG).any(), (cell, finding.place)
                entries[cell] += verdict.size
                decided[cell] += int((verdict <= Verdict.WRONG).sum())
    return {cell: decided[cell] / n for cell, n in entries.items()}


@pytest.mark.parametrize("dtype", long_but("float64", of=FORMATS))
def test_no_less_is_decided_than_was(dtype: str) -> None:
    found = shares(dtype)
    assert len(found) == len(LEAST) * len(CORE)
    column = list(FORMATS).index(dtype)
    fallen = {cell: share for cell, share in found.items() if not share >= LEAST[cell[0]][column]}
    assert not fallen
