from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, Shaped
from backproof.manual.activations.shaped import largest
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact
from backproof.manual.shapes import Array
from helpers.definitions import ELEMENTWISE, derivatives
from hypothesis import given
from hypothesis import strategies as st

ROWS = [row for row in ACTIVATIONS.values() if isinstance(row, Shaped)]
CURVED = [row for row in ROWS if np.any(row.curvature(np.array([[-0.5, 0.5]])))]
ROUNDING = 1 + 2.0**-40


@pytest.mark.parametrize("row", CURVED, ids=lambda row: row.name)
def test_the_curvature_bounds_the_second_derivative_and_comes_near_it(row: Shaped) -> None:
    z = np.concatenate([np.linspace(-12, 12, 97) + 2.0**-9, [-0.6585, 1e-6, -1e-6]])
    true = np.array([abs(float(derivatives(ELEMENTWISE[row.name], float(x), 2)[2])) for x in z])
    bound = np.abs(row.curvature(z[:, None]).ravel())
    assert (true <= bound * ROUNDING + 1e-300).all()
    assert (bound <= 20 * true)[(np.abs(z) < 12) & (true > true.max() / 2)].all()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@given(st.floats(-9, 9), st.floats(-10, 2).map(lambda e: 2.0**e))
def test_nothing_between_the_ends_exceeds_what_the_peaks_and_bends_say(
    row: Shaped, middle: float, error: float
) -> None:
    z = Inexact(np.array([[middle]]), np.array([[error]]))
    inside = np.linspace(middle - 2 * error, middle + 2 * error, 257)[None]
    assert np.abs(row.slope(inside)).max() <= row.steepest(z) * ROUNDING
    assert np.abs(row.curvature(inside)).max() <= largest(row.curvature, z, row.bends) * ROUNDING


def test_a_peak_that_is_not_told_is_missed() -> None:
    f: Callable[[Array], Array] = lambda z: 1 / (1 + z * z)  # noqa: E731
    z = Inexact(np.array([[0.25]]), np.array([[1.0]]))
    assert largest(f, z, ()) < 1 == largest(f, z, (0.0,))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_has_left_the_range_stays_out(row: Shaped) -> None:
    z = Inexact(np.array([[0.5, 1.0]]), np.array([[np.inf, 0.0]]))
    with np.errstate(all="ignore"):
        for error in (row.value_error, row.textbook_value_error):
            bound = error(z, Arithmetic("float64"))
            assert not np.isfinite(bound[0, 0])
            assert np.isfinite(bound[0, 1])
