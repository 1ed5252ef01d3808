from __future__ import annotations

import pytest
from backproof.manual.case import Architecture
from backproof.manual.rounding.arithmetic import STABLE, Arithmetic
from backproof.manual.rounding.zonotope import zonotope
from helpers import drawn
from helpers.zonotopes import CHECKS, Package


@pytest.mark.parametrize("check", CHECKS)
def test_every_stage_and_the_whole_stay_within_their_bound_and_come_near_it(check: str) -> None:
    CHECKS[check](Package())


@pytest.mark.parametrize(("outputs", "there"), [(1500, True), (2100, False)])
def test_thousands_of_outputs_have_the_running_bound_alone(outputs: int, there: bool) -> None:
    of = Architecture((1, 1, outputs), ("tanh", "identity"), "quadratic")
    case = drawn.pack(of, regimes=("calm",))[0]
    assert (zonotope(case, Arithmetic("float32"), STABLE, False) is not None) == there
