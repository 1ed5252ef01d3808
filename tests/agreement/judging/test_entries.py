from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging import entries
from backproof.manual.rounding.arithmetic import Arithmetic
from backproof.manual.shapes import Array
from backproof.reference.fast.switch import taking
from backproof.reference.truth.enclosure import Enclosure
from helpers.floats import any_floats, needs_numba, same_bits

pytestmark = needs_numba
SHAPES = [(), (1,), (3,), (2, 5, 7), (2, 40, 30)]


def both(ask: Callable[[], Any]) -> tuple[Any, Any]:
    found = []
    for compiled_way in (True, False):
        with taking(compiled_way), np.errstate(all="ignore"):
            found.append(ask())
    return found[0], found[1]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", SHAPES)
def test_spacings_and_bounds_are_the_same_to_the_bit(dtype: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    hi, error, of = any_floats(rng, *shape), np.abs(any_floats(rng, *shape)), Arithmetic(dtype)
    assert same_bits(*both(lambda: entries.ulps(hi, of)))
    assert same_bits(*both(lambda: entries.bounds(hi, error, 1.01, of)))
    if len(shape) > 1:
        assert same_bits(*both(lambda: entries.bounds(hi.mT, error.mT, 1.01, of)))


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", SHAPES)
def test_errors_are_the_same_to_the_bit(dtype: str, shape: tuple[int, ...], tame: bool) -> None:
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        got = any_floats(rng, *shape, tame=tame).astype(dtype)
    hi, lo, radius = (any_floats(rng, *shape, tame=tame) for _ in range(3))
    for bound in (np.abs(hi), np.full(shape, np.inf), any_floats(rng, *shape), np.full(shape, 1e300)):
        (x, all_x), (y, all_y) = both(lambda b=bound: entries.differences(got, Enclosure(hi, lo, radius), b, b))
        assert same_bits(x, y)
        assert all_x == all_y


def test_all_accurate_is_said_of_what_is() -> None:
    x: Array = np.arange(6.0).reshape(2, 3)
    truth = Enclosure(x, np.zeros((2, 3)), np.zeros((2, 3)))
    for moved, expected in ((0.0, True), (0.5, True), (2.0, False), (np.nan, False)):
        got = x.copy()
        got[1, 2] += moved
        for compiled_way in (True, False):
            with taking(compiled_way):
                assert entries.differences(got, truth, np.ones((2, 3)), np.ones((2, 3)))[1] is expected
                assert not entries.differences(x, truth, np.ones((2, 3)), np.full((2, 3), np.inf))[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_reached_is_the_same(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    hi = any_floats(rng, *shape)
    for bound in (any_floats(rng, *shape), np.abs(hi) / 8, np.abs(hi) / 16, np.full(shape, np.nan)):
        first, second = both(lambda b=bound: entries.reached(hi, b, 1 / 8))
        assert first is second
