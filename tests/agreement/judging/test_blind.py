"""Blind is what could hide an error as large as an eighth of the value, in networks, operations and programs."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.certificates import operations
from backproof.agreement.judging.finding import Bounds, Judgement
from backproof.agreement.judging.judge import or_blind
from backproof.agreement.judging.verdict import Verdict
from backproof.reference.truth.enclosure import Enclosure

A, B = Verdict.ACCURATE, Verdict.BLIND
SHARES = [(0.1, A), (0.124, A), (0.125, B), (0.126, B), (0.5, B), (0.99, B), (2.0, B)]
"""A bound as a part of the value, and what is said of an entry within it."""


def judged(value: float, bound: float, *others: float) -> int:
    """What is said of an exact entry of this value in a part with these others."""
    values = np.array([[value, *others]])
    bounds = np.array([[bound, *(0.0 for _ in others)]])
    same = Bounds(bounds, bounds, bounds, bounds)
    zeros = np.zeros_like(values)
    verdict = np.zeros(values.shape, np.int8)
    return int(or_blind(Judgement(Enclosure(values, zeros, zeros), same, zeros, verdict, zeros + 1, 2.0**-1022))[0, 0])


@pytest.mark.parametrize("value", [1.0, -3.0, 1e-300])
@pytest.mark.parametrize(("share", "verdict"), SHARES)
def test_an_eighth_of_the_value_is_where_blindness_starts(share: float, verdict: Verdict, value: float) -> None:
    assert judged(value, share * abs(value)) == verdict


@pytest.mark.parametrize(("share", "verdict"), SHARES)
def test_beside_zero_it_is_an_eighth_of_the_largest_value(share: float, verdict: Verdict) -> None:
    assert judged(0.0, share * 4, 4.0, -2.0) == verdict


@pytest.mark.parametrize(("share", "verdict"), SHARES)
def test_an_operation_of_a_program_is_seen_as_far(share: float, verdict: Verdict) -> None:
    assert operations._verdicts(np.zeros(1), np.full(1, 3.0), np.full(1, share * 3.0), 1e300) == [verdict]
