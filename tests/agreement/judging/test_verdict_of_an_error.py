"""Which verdict an error gets under the tiers of a bound, entry by entry."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.judging.finding import Bounds
from backproof.agreement.judging.judge import _verdict
from backproof.agreement.judging.verdict import Verdict


def _judgement(error: float, radius: float = 0.0, known: float | None = None, truth: float = 1.0) -> Verdict:
    bounds = Bounds(*(np.array([b]) for b in (1.0, 1.0, 2.0, 3.0)), None if known is None else np.array([known]))
    return Verdict(int(_verdict(np.array([error]), np.array([radius]), bounds)[0]))


@pytest.mark.parametrize(
    ("error", "radius", "known", "verdict"),
    [
        (1.0, 0.0, None, Verdict.ACCURATE),
        (-1.0, 0.0, None, Verdict.ACCURATE),
        (0.95, 0.1, None, Verdict.LOSSY),
        (2.05, 0.1, None, Verdict.LOSSY),
        (2.5, 0.0, None, Verdict.UNDETERMINED),
        (3.5, 0.0, None, Verdict.WRONG),
        (3.5, 0.0, 4.0, Verdict.KNOWN),
        (4.5, 0.0, 4.0, Verdict.WRONG),
        (np.nan, 0.0, 4.0, Verdict.WRONG),
        (np.nan, 0.0, np.inf, Verdict.KNOWN),
        (0.0, np.inf, None, Verdict.UNDETERMINED),
        (np.nan, 0.0, None, Verdict.WRONG),
    ],
)
def test_the_verdict_of_an_error(error: float, radius: float, known: float | None, verdict: Verdict) -> None:
    assert _judgement(error, radius, known) == verdict


def test_a_verdict_does_not_depend_on_the_neighbours() -> None:
    errors = np.array([0.0, 0.5, 1.0, 1.5, 2.5, np.nan, np.inf])
    stable, open_, infinite = np.full(7, 1.0), np.full(7, 2.0), np.full(7, np.inf)
    for bounds in (Bounds(stable, stable, open_, open_), Bounds(stable, open_, stable, open_), Bounds(*4 * [infinite])):
        alone = [_verdict(errors[[k]], np.zeros(1), Bounds(*(b[[k]] for b in bounds[:4])))[0] for k in range(7)]
        assert _verdict(errors, np.zeros(7), bounds).tolist() == alone


def test_what_a_crossed_kink_explains_is_not_blamed_on_the_formula() -> None:
    bounds = Bounds(*(np.array([b]) for b in (1.0, 1.5, 2.0, 3.0)))
    errors = np.array([0.9, 1.4, 1.9, 2.9, 3.1])
    assert _verdict(errors, np.zeros(5), bounds).tolist() == [
        Verdict.ACCURATE,
        Verdict.UNDETERMINED,
        Verdict.LOSSY,
        Verdict.UNDETERMINED,
        Verdict.WRONG,
    ]


def test_a_bound_without_end_is_out_of_range_where_a_magnitude_is_and_else_blind() -> None:
    infinite, in_range = np.full(2, np.inf), np.array([False, True])
    verdicts = _verdict(np.array([np.nan, np.nan]), np.zeros(2), Bounds(*4 * [infinite]), in_range)
    assert verdicts.tolist() == [Verdict.OUT_OF_RANGE, Verdict.BLIND]
