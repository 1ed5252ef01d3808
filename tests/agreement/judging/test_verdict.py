from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.judging.verdict import DECIDED, Verdict, combined
from helpers.every import every

A, L, K, W, U, R, B = (Verdict(i) for i in range(7))
CLEAN, TAINTED = np.array([False]), np.array([True])


@pytest.mark.parametrize(
    ("whole", "step", "together"),
    [
        (A, A, A),
        (A, L, L),
        (L, A, L),
        (A, W, W),
        (W, A, W),
        (K, L, K),
        (K, W, W),
        (B, A, A),
        (B, W, W),
        (B, U, B),
        (U, A, A),
        (U, U, U),
        (A, U, A),
        (A, R, A),
        (R, A, A),
        (R, W, W),
        (R, R, R),
        (R, B, R),
    ],
)
def test_the_worse_decides_and_who_decides_nothing_yields(whole: Verdict, step: Verdict, together: Verdict) -> None:
    assert combined(np.array([whole]), np.array([step]), CLEAN).tolist() == [together]


@pytest.mark.parametrize(("whole", "step", "together"), [(B, A, B), (U, L, U), (B, W, W), (A, L, A), (A, W, W)])
def test_a_right_step_from_wrong_operands_vouches_for_nothing(whole: Verdict, step: Verdict, together: Verdict) -> None:
    assert combined(np.array([whole]), np.array([step]), TAINTED).tolist() == [together]


def test_without_a_step_the_whole_speaks() -> None:
    assert combined(np.array(list(Verdict)), None, CLEAN).tolist() == list(Verdict)


def test_eight_verdicts_each_with_its_meaning() -> None:
    assert [verdict.word for verdict in Verdict] == (
        ["accurate", "lossy", "known", "wrong", "undetermined", "out_of_range", "blind", "unsupported"]
    )
    assert len({verdict.meaning for verdict in Verdict}) == 8
    assert every(verdict in DECIDED for verdict in (A, L, K, W))
