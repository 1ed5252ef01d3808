from __future__ import annotations

import math

import pytest
from backproof.agreement.screen import numbers

RATIOS = {
    0: "0",
    0.001: "0.01",
    0.4701: "0.48",
    0.47: "0.47",
    1.0: "1.00",
    2e6: "10^6 and more",
    8.9e307: "10^6 and more",
}


@pytest.mark.parametrize(("value", "said"), [*RATIOS.items(), (math.inf, "inf")])
def test_a_ratio_is_rounded_up_and_short(value: float, said: str) -> None:
    assert numbers.ratio(value) == said


@pytest.mark.parametrize(("value", "said"), [(2, "×2"), (0.353, "×0.353"), (4e105, "×10^6 and more"), (math.nan, "–")])
def test_how_many_times_as_large(value: float, said: str) -> None:
    assert numbers.times(value) == said


def test_words_beside_numbers() -> None:
    assert [numbers.share(part) for part in (0, 1e-9, 0.0126)] == ["0.0 %", "< 0.1 %", "1.3 %"]
    assert [numbers.counted(n, "case") for n in (1, 1200)] == ["1 case", "1,200 cases"]
    assert [numbers.together(list(names)) for names in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert [numbers.took(seconds) for seconds in (7.4, 119, 600)] == ["7 s", "119 s", "10 min"]
