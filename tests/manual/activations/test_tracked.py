from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, Shaped
from backproof.manual.activations.library import erf, exp, sigmoid, tanh
from backproof.manual.activations.tracked import Tracked
from backproof.manual.rounding.arithmetic import Arithmetic
from backproof.manual.shapes import Array
from hypothesis import given
from hypothesis import strategies as st

FLOAT32 = Arithmetic("float32")
WRITTEN = [
    row
    for row in ACTIVATIONS.values()
    if isinstance(row, Shaped) and row.written_slope(Tracked.at(np.ones((1, 1)), 0.0))
]


def polynomial(x: Tracked) -> Tracked:
    return (x * x - 2) * x + 0.1 - x


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-6, 1e-2]))
def test_the_rounding_of_a_program_elsewhere_is_within_the_error(seed: int, moved: float) -> None:
    rng = np.random.default_rng(seed)
    known = rng.normal(0, 3, (1, 50))
    program = (known + moved * rng.uniform(-1, 1, known.shape)).astype(np.float32)
    exact_z = program.astype(np.float64)
    tracked_z = Tracked.at(known, np.abs(exact_z - known), FLOAT32)
    for formula in (polynomial, lambda x: x * tanh(x), lambda x: exp(x * -1.0) * 0.5 + x):
        got, exact = formula(Tracked.at(program, 0.0, FLOAT32)).value, formula(Tracked.at(exact_z, 0.0)).value
        tracked = formula(tracked_z)
        assert got.dtype == np.float32
        assert (np.abs(got - exact) <= tracked.error).all()
        assert (np.abs(exact - tracked.value) <= tracked.moved * (1 + 1e-9) + 1e-13).all()


def test_the_error_is_not_far_above_what_happens() -> None:
    z = np.random.default_rng(0).normal(0, 3, (1, 2000)).astype(np.float32)
    got = polynomial(Tracked.at(z, 0.0, FLOAT32)).value
    exact = polynomial(Tracked.at(z.astype(np.float64), 0.0, FLOAT32))
    assert (np.abs(got - exact.value) / exact.error).max() > 1 / 5


@pytest.mark.parametrize(("function", "at"), [(sigmoid, 60.0), (tanh, 25.0), (erf, 8.0)])
def test_what_saturates_is_at_its_limit_and_no_longer_rounded(function: type, at: float) -> None:
    def error(z: float) -> Array:
        return function(Tracked.at(np.array([[z]]), 0.0)).error

    assert error(at / 20) > 2.0**-52
    assert error(at) <= 2.0**-57
    assert function(Tracked.at(np.array([[at]]), 60.0)).error > 2.0**-52  # another program's z is not that far


def test_a_product_that_leaves_the_range_has_no_bound() -> None:
    far = Tracked.at(np.array([[1e20]]), 0.0, FLOAT32)
    assert (far * far).error == np.inf
    assert (far + 1).error < np.inf


@pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_written_slope_is_the_stable_one_within_its_own_error(row: Shaped, dtype: str) -> None:
    z = np.linspace(-30, 30, 1999).astype(dtype)[:, None]
    written = row.written_slope(Tracked.at(z.astype(np.float64), 0.0, Arithmetic(dtype)))
    assert written is not None
    with np.errstate(under="ignore"):
        difference = np.abs(row.textbook_slope(z, row.value(z)) - row.slope(z.astype(np.float64)))
    assert (difference <= 1.01 * written.error + Arithmetic(dtype).omega).all()
