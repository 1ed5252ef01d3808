from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from backproof.manual.shapes import Array
from backproof.reference.fast.switch import taking
from backproof.reference.truth.doubled import functions
from backproof.reference.truth.doubled.number import Doubled, add, divide, exact, lowered, multiply, quotient
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


def mixed(rng: np.random.Generator, tame: bool) -> Doubled:
    """Pairs near and far from 0, from where exponentials vanish to where they overflow."""
    some = [
        pair(rng, 40, tame=tame),
        *(exact(rng.normal(size=40) * scale) for scale in (1e-9, 0.3, 30.0, 900.0, 3e-310)),
    ]
    edges = [-1300.0, 700.0, -300.0, -0.0, 0.0, 1.0, 0.5, np.nextafter(700, 1e3), np.nextafter(-1300, 0)]
    hi, lo, radius = (np.concatenate(part) for part in zip(*some, exact(edges), strict=True))
    radius = np.where(
        rng.random(len(hi)) < 0.3, np.abs(hi) * 2.0**-60 + rng.choice([0.0, 5e-324, 0.2, np.inf], len(hi)), radius
    )
    return Doubled(*(part[: len(part) // 3 * 3].reshape(3, -1) for part in (hi, lo, radius)))


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize(
    "function", [functions.exp, functions.expm1, functions.log1p, functions.log, functions.lifted_exp]
)
def test_functions_are_the_same_to_the_bit(function: Callable[[Doubled], object], tame: bool) -> None:
    x = mixed(np.random.default_rng(5), tame)

    def parts(given: Doubled) -> tuple[Array, ...]:
        found = function(given)
        return (*found.value, found.lift) if isinstance(found, functions.Lifted) else tuple(found)  # type: ignore[arg-type]

    assert both_ways(parts, x)
    assert both_ways(parts, x.mT)
    assert both_ways(parts, exact(0.25))


@pytest.mark.parametrize("tame", [True, False])
def test_what_is_brought_down_is_the_same_to_the_bit(tame: bool) -> None:
    rng = np.random.default_rng(7)
    x = mixed(rng, tame)
    for lifts in ([0], [0, 600], [1, 53, 600, 1022]):
        lift = rng.choice(lifts, x.hi.shape)
        assert both_ways(lowered, x, lift)
        assert both_ways(lowered, x.mT, lift.T)


@pytest.mark.parametrize("tame", [True, False])
def test_sums_with_a_number_for_each_row_are_the_same_to_the_bit(tame: bool) -> None:
    rng = np.random.default_rng(8)
    x = mixed(rng, tame)
    for y in (exact(rng.normal(size=(3, 1))), exact(0.5), exact(-0.0), Doubled(*(part[:, :1] for part in x))):
        assert both_ways(add, x, y)
        assert both_ways(add, y, x)


@pytest.mark.parametrize("tame", [True, False])
@pytest.mark.parametrize("function", [multiply, divide, quotient])
def test_products_and_quotients_are_the_same_to_the_bit(function: Callable[..., Doubled], tame: bool) -> None:
    rng = np.random.default_rng(6)
    x, y = mixed(rng, tame), mixed(rng, tame)
    shuffled = Doubled(*(part.ravel()[rng.permutation(part.size)].reshape(part.shape) for part in y))
    for other in (y, shuffled, Doubled(*(np.abs(part) + (k == 0) for k, part in enumerate(y))), exact(3.0), exact(0.0)):
        assert both_ways(function, x, other)
        assert both_ways(function, x.mT, other.mT if other.hi.ndim else other)
    for empty in (exact(np.zeros((0, 3))), exact(2.0)):
        assert both_ways(function, empty, empty)
