from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact, capped
from backproof.manual.rounding.formats import DTYPES
from hypothesis import example, given
from hypothesis import strategies as st

both = pytest.mark.parametrize("dtype", DTYPES)
MODERATE = st.floats(-(2.0**40), 2.0**40)
WITHIN = st.floats(-1, 1)


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers)[:, None]


@both
@given(st.data())
def test_ulp_is_the_distance_of_neighbours(dtype: str, data: st.DataObject) -> None:
    bits = 64 if dtype == "float64" else 32
    x = np.dtype(dtype).type(data.draw(st.floats(allow_nan=False, allow_infinity=False, width=bits))) / 2
    assert Arithmetic(dtype).ulp(column(x)).item() == float(np.spacing(np.abs(x)))


@both
def test_ulp_of_zero_is_the_smallest_float(dtype: str) -> None:
    assert Arithmetic(dtype).ulp(column(0.0)).item() == float(np.finfo(dtype).smallest_subnormal)


def test_ulp_needs_no_float_of_the_dtype() -> None:
    below_two = 2 - 2.0**-50
    assert np.float32(below_two) == 2
    assert Arithmetic("float32").ulp(column(below_two)).item() == 2.0**-23


@both
@given(MODERATE, MODERATE, MODERATE, MODERATE, WITHIN, WITHIN, WITHIN, WITHIN)
@example(0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
def test_the_product_rule_holds_for_any_two_programs(
    dtype: str, x: float, y: float, e_x: float, e_y: float, s: float, t: float, p: float, q: float
) -> None:
    e_x, e_y = abs(e_x), abs(e_y)
    # The truth lies within e of the value known, the other program's float within e of the truth.
    true_x, true_y = Fraction(x) + Fraction(s) * Fraction(e_x), Fraction(y) + Fraction(t) * Fraction(e_y)
    got_x, got_y = true_x + Fraction(p) * Fraction(e_x), true_y + Fraction(q) * Fraction(e_y)
    arithmetic = Arithmetic(dtype)
    rounding = (1 + Fraction(arithmetic.u)) ** 3
    bound = arithmetic.product_error(Inexact(column(x), column(e_x)), Inexact(column(y), column(e_y)), 3).item()
    assert abs(got_x * got_y * rounding - true_x * true_y) <= Fraction(bound) * Fraction(1.01)


@given(st.floats(allow_nan=True), st.floats(0, 2))
def test_a_cap_never_hides_infinity(error: float, most: float) -> None:
    cut = capped(column(error), most).item()
    assert cut == (min(error, most) if np.isfinite(error) else np.inf)


@both
def test_out_of_range_is_infinite(dtype: str) -> None:
    arithmetic = Arithmetic(dtype)
    magnitude = column(1.0, arithmetic.limit, 2 * arithmetic.limit, np.inf, np.nan, 1.0, 1.0)
    error = column(1.0, 1.0, 1.0, 1.0, 1.0, np.nan, np.inf)
    expected = [1.0, 1.0, np.inf, np.inf, np.inf, np.inf, np.inf]
    assert arithmetic.ranged(magnitude, error).ravel().tolist() == expected


@both
def test_gamma(dtype: str) -> None:
    arithmetic = Arithmetic(dtype)
    assert arithmetic.gamma(1) > arithmetic.u == float(np.finfo(dtype).eps) / 2
    assert arithmetic.gamma(round(1 / arithmetic.u)) == np.inf


@both
def test_only_a_flushing_backend_misreads_and_only_subnormals(dtype: str) -> None:
    omega = float(np.finfo(dtype).smallest_normal)
    x = column(0.0, omega / 4, -omega / 2, omega, 1.0)
    assert Arithmetic(dtype).read(x).error.ravel().tolist() == [0.0] * 5
    assert Arithmetic(dtype, flushes=True).read(x).error.ravel().tolist() == [0, omega / 4, omega / 2, 0, 0]
    assert Arithmetic(dtype, flushes=True).tau == omega
