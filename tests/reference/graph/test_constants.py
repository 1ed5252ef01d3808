"""A literal is read as the number its author wrote."""

from __future__ import annotations

import math

import numpy as np
import pytest
from backproof.reference.graph.arrays import lift
from backproof.reference.graph.constants import constant_balls, reading
from backproof.reference.graph.graph import Constant
from flint import arb, ctx, fmpq

WRITTEN = {
    "1e-5": (1e-5, lambda: arb(fmpq(1, 100_000))),
    "0.044715": (0.044715, lambda: arb(fmpq(44715, 1_000_000))),
    "1/sqrt(8)": (1 / math.sqrt(8), lambda: arb(fmpq(1, 8)).sqrt()),
    "sqrt(2/pi)": (math.sqrt(2 / math.pi), lambda: (2 / arb.pi()).sqrt()),
    "1/75": (1 / 75, lambda: arb(fmpq(1, 75))),
    "-1/3": (-1 / 3, lambda: arb(fmpq(-1, 3))),
    "sqrt 2": (math.sqrt(2), lambda: arb(2).sqrt()),
    "-1e30": (-1e30, lambda: arb(-(10**30))),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_written_is_found(name: str, dtype: str) -> None:
    value, exact = WRITTEN[name]
    rounded = float(np.asarray(value, dtype))
    with ctx.workprec(300):
        assert abs(reading(rounded, dtype).ball() - exact()) < abs(exact()) * arb(2) ** -280


@pytest.mark.parametrize("bits", [53, 300])
def test_a_reading_does_not_depend_on_the_precision_in_force(bits: int) -> None:
    reading.cache_clear()
    with ctx.workprec(bits):
        assert reading(1 / math.sqrt(2 * math.pi), "float64").how == "root"


@pytest.mark.parametrize(
    "value", [0.0, -0.0, 1.0, 0.5, -(2.0**-20), 3.0, math.inf, -math.inf, 2.0**100, 1.1754943508222875e-38]
)
def test_what_nobody_rounded_stays(value: float) -> None:
    assert reading(value, "float32").how == "binary"
    assert float(reading(value, "float32").ball()) == value


def test_random_doubles_are_rarely_read_as_anything_else() -> None:
    drawn = np.random.default_rng(0).standard_normal(300)
    assert [x for x in drawn.tolist() if reading(x, "float64").how != "binary"] == []


def test_a_reading_rounds_to_its_literal() -> None:
    for x in np.random.default_rng(1).standard_normal(300).astype(np.float32).tolist():
        found = reading(x, "float32")
        assert float(np.float32(float(found.ball()))) == x, found


def test_arrays_are_the_floats_they_hold() -> None:
    held = np.array([1e-5, 0.1], np.float32)
    (exact, _) = constant_balls(Constant(held, literal=False), "float32")
    assert exact == lift(held)[0]
    (written, _) = constant_balls(Constant(held, literal=True), "float32")
    assert written != exact
