"""Pairs of floats with a radius: exact where they say so, and never beside the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from backproof.manual.shapes import Array
from backproof.reference.fast.switch import taking
from backproof.reference.truth.doubled import functions, number, products
from backproof.reference.truth.doubled.number import Doubled, exact
from flint import arb, ctx
from helpers.every import none_of
from helpers.pairs import RNG, ends, misses, perturbed, spread

ARGUMENTS = np.concatenate(
    [
        np.linspace(-760.0, 0.0, 3001),
        -np.logspace(-320, 3.2, 2000),
        np.arange(-40, 40) * np.log(2) / 1024,
        np.nextafter(np.arange(-40, 40) * np.log(2) / 2048, np.inf),
        [-0.0, -5e-324, -708.39, -745.2, -1300.0, -1e300],
    ]
)
POSITIVE = np.concatenate([np.linspace(0.0, 1.0, 2001), np.logspace(-320, 0, 1000), [5e-324]])


@pytest.mark.parametrize(
    ("function", "definition", "arguments", "accuracy"),
    [
        (functions.exp, arb.exp, ARGUMENTS, -84),
        (functions.exp, arb.exp, np.linspace(0.0, 700.0, 1001), -84),
        (functions.expm1, arb.expm1, np.concatenate([ARGUMENTS, np.linspace(0, 1, 501)]), -72),
        (functions.log1p, arb.log1p, POSITIVE, -71),
        (functions.log, arb.log, np.concatenate([1 + POSITIVE, np.linspace(2.0, 1e5, 501)]), None),
    ],
    ids=["exp", "exp of positive", "expm1", "log1p", "log"],
)
def test_elementary_functions_hold_the_truth_and_are_sharp(
    function: Callable[[Doubled], Doubled], definition: Callable[[arb], arb], arguments: Array, accuracy: int | None
) -> None:
    x = perturbed(arguments, -120, -60)
    with np.errstate(all="ignore"):
        wide, narrow = function(x), function(exact(arguments))
    assert not misses(narrow, lambda at: [definition(arb(float(arguments[at])))])
    assert not misses(wide, lambda at: [definition(end) for end in ends(x, at)])
    assert np.isfinite(narrow.radius).mean() > 0.99
    if accuracy is not None:
        allowed = 2.0**accuracy * np.abs(narrow.hi) + 2.0**-1004
        assert (narrow.radius <= allowed)[np.isfinite(narrow.radius)].all()


@pytest.mark.parametrize(("low", "high"), [(-30, 30), (-500, 500), (-1074, -1000), (-1074, 1020)])
@pytest.mark.parametrize("name", ["add", "multiply", "divide", "carry"])
def test_operations_hold_every_result_of_what_their_operands_enclose(name: str, low: int, high: int) -> None:
    x, y = (perturbed(spread(400, low, high), -110, -40) for _ in range(2))
    x.hi[::5], x.lo[::5] = 0.0, 0.0
    if name == "divide":
        y = perturbed(2.0 ** RNG.uniform(-1, 52, 400), -110, -40)
    operation = {"add": number.add, "multiply": number.multiply, "divide": number.divide, "carry": number.multiply}[
        name
    ]
    symbol = {"add": arb.__add__, "divide": arb.__truediv__}.get(name, arb.__mul__)
    if name == "carry":
        x = Doubled(x.hi * 0, x.lo * 0, x.radius)
    with np.errstate(all="ignore"):
        result = operation(x, y)
    assert not misses(result, lambda at: [symbol(p, q) for p in ends(x, at) for q in ends(y, at)])


def matrices(regime: str, n: int, k: int, m: int) -> tuple[Doubled, Doubled]:
    low, high = {"calm": (-3, 3), "wide": (-60, 60), "tiny": (-1074, -1030)}[regime]
    x, y = (spread(n * k, -3, 3), spread(k * m, low, high))
    with_low = perturbed(y, -110, -60)
    return exact(x.reshape(1, n, k)), Doubled(*(part.reshape(1, k, m) for part in with_low))


@pytest.mark.parametrize("regime", ["calm", "wide", "tiny"])
@pytest.mark.parametrize("kernel", ["product", "expanded", "sliced"])
@pytest.mark.parametrize("k", [1, 2, 7, 64])
def test_matrix_products_hold_the_truth(kernel: str, regime: str, k: int) -> None:
    x, y = matrices(regime, 3, k, 4)
    with np.errstate(all="ignore"):
        result = getattr(products, kernel)(x, y)

    def truths(at: Any) -> list[arb]:
        _, i, j = at
        rows = [(ends(x, (0, i, r))[1], ends(y, (0, r, j))) for r in range(k)]
        signs = [[w * v[side] for w, v in rows] for side in (0, 1, 2)]
        return [sum(terms, arb(0)) for terms in signs]

    assert not misses(result, truths)
    assert kernel == "sliced" or np.isfinite(result.radius).all()


@pytest.mark.parametrize("kernel", ["product", "expanded", "sliced"])
@pytest.mark.parametrize(
    ("tall", "wide"), [(-590, -490), (-1074, 0), (-1074, -1074), (-530, -540), (-700, 600), (900, -1000)]
)
def test_a_scale_that_underflows_hides_nothing(kernel: str, tall: int, wide: int) -> None:
    """A row of zeros is exactly 0; every other product of these floats is not."""
    x, y = (exact(spread(3 * 20, power, power + 1)) for power in (tall, wide))
    x, y = exact(x.hi.reshape(1, 3, 20)), exact(y.hi.reshape(1, 20, 3))
    x.hi[0, 1] = 0.0
    with np.errstate(all="ignore"):
        result = getattr(products, kernel)(x, y)

    def truths(at: Any) -> list[arb]:
        _, i, j = at
        return [sum((arb(float(x.hi[0, i, r])) * arb(float(y.hi[0, r, j])) for r in range(20)), arb(0))]

    assert not misses(result, truths)
    assert not result.hi[0, 1].any()
    assert not result.lo[0, 1].any()


def test_sliced_products_are_as_sharp_as_written_out_ones_on_calm_matrices() -> None:
    x, y = (exact(RNG.standard_normal((2, 40, 40))) for _ in range(2))
    magnitude = np.abs(x.hi) @ np.abs(y.hi)
    for kernel, accuracy in ((products.expanded, 2.0**-95), (products.sliced, 2.0**-86)):
        assert (kernel(x, y).radius <= accuracy * magnitude).all()


def test_a_case_that_slices_leave_blunt_is_written_out_and_its_neighbours_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x, y = (RNG.standard_normal((3, 12, 12)) for _ in range(2))
    x[1, 0, 0], y[1, 0] = 2.0**120, 0.0  # in its row the slices see nothing else
    requested: list[Array] = []
    written_out = products.expanded

    def noted(x: Doubled, y: Doubled) -> Doubled:
        requested.append(x.hi)
        return written_out(x, y)

    monkeypatch.setattr(products, "expanded", noted)
    result = products.product(exact(x), exact(y))
    assert [len(hi) for hi in requested] == [1]
    assert (requested[0][0] == x[1]).all()
    assert (result.radius <= 2.0**-56 * np.abs(result.hi)).all()
    blunt = products.sliced(exact(x), exact(y))
    assert not (blunt.radius <= 2.0**-56 * np.abs(blunt.hi)).all()


def test_the_slices_add_up_and_their_products_are_exact_in_any_order() -> None:
    x = exact(spread(3 * 500, -20, 20).reshape(1, 3, 500))
    first, second, rest, _, scale = products._slices(x, 22, axis=-1)
    assert (first + second + rest == x.hi).all()
    assert (np.abs(first) <= scale).all()
    integers = first / (scale * 2.0**-22)
    assert (integers == np.rint(integers)).all()
    assert (np.abs(integers) <= 2.0**22).all()


def test_what_cancels_exactly_is_exactly_zero() -> None:
    x = exact(np.array([[[3.0, -3.0, 0.0]]]))
    y = exact(np.array([[[0.1], [0.1], [7.0]]]))
    assert none_of(part.any() for part in products.product(exact(x.hi), exact(np.round(y.hi * 8))))
    none = number.multiply(exact(0.0), Doubled(np.float64(3.0), np.float64(0.0), np.float64(1e-20)))
    assert none.radius == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, 2.0**1010])
def test_what_is_no_number_or_leaves_the_range_claims_nothing(bad: float) -> None:
    x = exact(np.array([bad]))
    with np.errstate(all="ignore"):
        for result in (number.multiply(x, exact(2.0**40)), functions.exp(x), functions.expm1(x), functions.log1p(x)):
            settled = np.isfinite(result.hi) & np.isfinite(result.lo) & np.isfinite(result.radius)
            assert not settled.any()


def test_lowering_rounds_by_no_more_than_the_smallest_float() -> None:
    hi = spread(500, -520, -380)
    lifted = Doubled(hi, hi * 2.0**-54, np.where(hi > 0, 0.0, np.abs(hi) * 2.0**-90))
    result = number.lowered(lifted, np.full(500, 600))
    assert not misses(result, lambda at: [end * arb(2.0) ** -600 for end in ends(lifted, at)])
    assert (result.radius <= lifted.radius * 2.0**-600 + 2.0**-1072).all()
    exact_tail = number.lowered(exact(hi), np.full(500, 600))
    assert (exact_tail.radius <= 2.0**-1074).all()


def residues(operation: Callable[[Array, Array], tuple[Array, Array]], symbol: Callable[[arb, arb], arb]) -> int:
    """How many results of a sum or product of floats are not exactly what the pair adds up to."""
    x, y = np.concatenate([spread(300, -3, 3), spread(300, -400, 400)]), spread(600, -60, 60)
    with ctx.workprec(4000):
        pairs = zip(x, y, *operation(x, y), strict=True)
        return sum(symbol(arb(float(a)), arb(float(b))) != arb(float(s)) + arb(float(e)) for a, b, s, e in pairs)


@pytest.mark.parametrize(
    ("operation", "symbol"), [(number.two_sum, arb.__add__), (number.two_product, arb.__mul__)], ids=["sum", "product"]
)
def test_error_free_transformations_are_exact_and_one_ulp_of_a_low_part_is_seen(
    operation: Callable[[Array, Array], tuple[Array, Array]], symbol: Callable[[arb, arb], arb]
) -> None:
    def off(a: Array, b: Array) -> tuple[Array, Array]:
        s, e = operation(a, b)
        return s, np.nextafter(e, np.inf)

    assert residues(operation, symbol) == 0
    assert residues(off, symbol) == 600


@pytest.mark.parametrize("broken", ["two_sum", "split_product"])
def test_a_lost_low_part_is_seen_in_what_is_built_on_it(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = (exact(spread(100, -3, 3)) for _ in range(2))

    def product_of_ends(at: Any) -> list[arb]:
        return [ends(x, at)[1] * ends(y, at)[1]]

    with taking(False):  # what is compiled is held to the same bits
        assert not misses(number.multiply(x, y), product_of_ends)
        whole = getattr(number, broken)
        monkeypatch.setattr(number, broken, lambda *given: (whole(*given)[0], whole(*given)[1] * (1 + 2.0**-44)))
        assert misses(number.multiply(x, y), product_of_ends)
