from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.lesson.numbers import common, full, short, ulps


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "0"), (1.5, "1.500"), (-0.75, "−0.7500"), (1234.5, "1234"), (3.4e-7, "3.400e−7"), (1e9, "1.000e9")],
)
def test_short_keeps_four_digits(x: float, text: str) -> None:
    assert short(x) == text


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_full_tells_neighbours_apart(dtype: str) -> None:
    for x in np.random.default_rng(0).normal(size=200).astype(dtype):
        near = np.nextafter(x, x.dtype.type(np.inf))
        assert full(x, dtype) != full(near, dtype)
        assert np.dtype(dtype).type(full(x, dtype).replace("−", "-")) == x


def test_the_digits_that_agree() -> None:
    assert common("0.1234", "0.1239") == 5
    assert common("0.12", "0.12") == 4
    assert common("1.0", "−1.0") == 0


@pytest.mark.parametrize(("x", "text"), [(np.nan, "–"), (0.0, "0"), (0.5, "+0.50"), (-12345.0, "−1.2e+04")])
def test_ulps_have_a_sign(x: float, text: str) -> None:
    assert ulps(x) == text
