from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.shapes import Array
from backproof.reference.fast.switch import taking
from backproof.reference.truth.doubled.number import Doubled, add, exact
from backproof.reference.truth.doubled.products import expanded, product, sliced
from helpers.every import every
from helpers.floats import any_floats, needs_numba, same_bits

pytestmark = needs_numba


def both_ways(function: object, *given: object) -> bool:
    found = []
    for compiled_way in (True, False):
        with taking(compiled_way), np.errstate(all="ignore"):
            found.append(function(*given))  # type: ignore[operator]
    return every(same_bits(x, y) for x, y in zip(*found, strict=True))


def pair(rng: np.random.Generator, *shape: int, tame: bool) -> Doubled:
    hi = any_floats(rng, *shape, tame=tame)
    with np.errstate(all="ignore"):
        lo, radius = hi * 2.0**-54 * rng.choice([0.0, 1.0, -0.7], shape), np.abs(hi) * rng.choice([0.0, 1e-30], shape)
    return Doubled(hi, lo, radius)


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 1), (0, 3, 2), (2, 5, 7), (3, 40, 8)])
def test_sums_are_the_same_to_the_bit(shape: tuple[int, ...], tame: bool) -> None:
    rng = np.random.default_rng(0)
    x, y = pair(rng, *shape, tame=tame), pair(rng, *shape, tame=tame)
    if x.hi.size:
        assert both_ways(add, x, y)
        assert both_ways(add, x.mT, pair(rng, *x.mT.hi.shape, tame=tame))


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 9, 5, 7), (1, 60, 3, 60), (3, 2, 50, 1), (4, 1, 31, 17)])
def test_products_are_the_same_to_the_bit(shape: tuple[int, int, int, int], tame: bool) -> None:
    k, n, m, p = shape
    rng = np.random.default_rng(1)
    x, y = pair(rng, k, n, m, tame=tame), pair(rng, k, m, p, tame=tame)
    assert both_ways(sliced, x, y)
    assert both_ways(product, x, y)
    assert both_ways(product, x, pair(rng, k, p, m, tame=tame).mT)
    assert both_ways(product, exact(x.hi), exact(y.hi))


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize(
    "shape", [(1, 1, 1, 1), (1, 1, 40, 1), (2, 1, 33, 1), (5, 4, 3, 2), (1, 2, 17, 9), (3, 6, 1, 6)]
)
def test_products_written_out_are_the_same_to_the_bit(shape: tuple[int, int, int, int], tame: bool) -> None:
    k, n, m, p = shape
    rng = np.random.default_rng(4)
    x, y = pair(rng, k, n, m, tame=tame), pair(rng, k, m, p, tame=tame)
    assert both_ways(expanded, x, y)
    assert both_ways(expanded, exact(x.hi), exact(y.hi))
    assert both_ways(expanded, pair(rng, k, m, n, tame=tame).mT, pair(rng, k, p, m, tame=tame).mT)
    assert both_ways(expanded, exact(x.hi * 2.0**-700), exact(y.hi * 2.0**-300))


@pytest.mark.parametrize("scale", [2.0**-1060, 2.0**-500, 2.0**400, 2.0**600])
def test_far_out_products_are_the_same_to_the_bit(scale: float) -> None:
    rng = np.random.default_rng(2)
    x, y = (exact(any_floats(rng, 2, 20, 20, tame=True) * by) for by in (scale, 1.0))
    assert both_ways(sliced, x, y)
    assert both_ways(sliced, y, x)


def test_a_row_of_zeros_has_the_same_product() -> None:
    x: Array = np.random.default_rng(3).normal(size=(2, 30, 30))
    x[:, 4] = 0.0
    assert both_ways(sliced, exact(x), exact(x.mT))
