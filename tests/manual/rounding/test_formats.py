from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest
from backproof.manual.activations import SOFTMAX
from backproof.manual.rounding.arithmetic import PRACTICE, STABLE, TEXTBOOK, Arithmetic
from backproof.manual.rounding.formats import DTYPES, FORMATS
from helpers.drawn import HALF


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_what_its_dtype_is(name: str) -> None:
    info = ml_dtypes.finfo(name)
    for said in ("eps", "smallest_normal", "smallest_subnormal", "max", "minexp", "maxexp"):
        assert float(getattr(FORMATS[name], said)) == float(getattr(info, said)), said
    assert FORMATS[name].digits == info.nmant + 1


@pytest.mark.parametrize("name", HALF)
def test_a_product_of_two_halves_is_a_float32(name: str) -> None:
    assert 2 * FORMATS[name].digits <= FORMATS["float32"].digits


@pytest.mark.parametrize("name", HALF)
def test_a_sum_in_float32_is_rounded_once_however_long_it_is(name: str) -> None:
    arithmetic = Arithmetic(name)
    assert arithmetic.u < arithmetic.summed(1, 0) < arithmetic.summed(1000, 0) < 1.2 * arithmetic.u
    assert arithmetic.gamma(3) < arithmetic.summed(40, 2) < 1.1 * arithmetic.gamma(3)


@pytest.mark.parametrize("name", DTYPES)
def test_wider_sums_round_every_term(name: str) -> None:
    arithmetic = Arithmetic(name)
    assert arithmetic.summed(40, 2) == arithmetic.gamma(42)
    assert arithmetic.slack == 1


@pytest.mark.parametrize("name", HALF)
def test_what_leaves_a_step_has_its_slack(name: str) -> None:
    arithmetic, error = Arithmetic(name), np.array([[0.5]])
    assert arithmetic.ranged(np.array([[1.0]]), error).item() == 0.5 * (1 + 16 * arithmetic.u)
    assert np.isinf(arithmetic.ranged(np.array([[2 * arithmetic.limit]]), error)).all()


def test_only_bfloat16_may_flush_whatever_a_library_says() -> None:
    assert Arithmetic("float16", flushes=True).tau == FORMATS["float16"].smallest_subnormal
    assert Arithmetic("bfloat16", flushes=False).tau == FORMATS["bfloat16"].smallest_normal


def test_every_format_has_its_practice() -> None:
    assert set(PRACTICE) == set(FORMATS)


def test_a_rounded_exponent_costs_more_than_its_rounding() -> None:
    arithmetic, gap = Arithmetic("bfloat16"), np.array([[0.0], [80.0]])
    moved = np.expm1(2 * arithmetic.u * gap)  # e^−g from a gap that was rounded twice
    assert (SOFTMAX.rho(gap, arithmetic) < moved)[1]
    for tier in (STABLE, TEXTBOOK):
        assert (moved < SOFTMAX.rounding(arithmetic.read(-gap), arithmetic, tier)).all()
        assert np.isfinite(SOFTMAX.rounding(arithmetic.read(-1e300 * gap), arithmetic, tier)).all()
