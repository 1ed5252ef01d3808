from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, SOFTMAX, Elementwise, Kink, Shaped, sum_of_others
from backproof.manual.rounding.formats import DTYPES
from flint import arb, ctx
from helpers.definitions import BITS, ELEMENTWISE, activation, derivatives, gradient
from helpers.every import every
from helpers.ulps import worst

FEW = 8
"""ulps: NumPy's exp, tanh and log1p are good to a few, and a formula rounds a few times."""
KINKS = [(row, kink) for row in ACTIVATIONS.values() if isinstance(row, Elementwise) for kink in row.kinks]
ELEMENTWISE_ROWS = {name: row for name, row in ACTIVATIONS.items() if isinstance(row, Elementwise)}


def grid(dtype: str) -> Any:
    """Dense where slopes bend, then every magnitude down to the smallest number, as columns of one example."""
    info = np.finfo(dtype)
    deepest = -np.log(float(info.smallest_normal)) - 1  # beyond it e^−|z| is subnormal and has few digits
    magnitudes = [
        np.linspace(0, 40, 81),
        np.linspace(40, deepest, 20),
        2.0 ** np.linspace(info.minexp, 5, 60),
        [float(info.smallest_subnormal), 20.3, 36.8, 17.4],
    ]
    z = np.concatenate(magnitudes)
    return np.unique(np.concatenate([z, -z]).astype(dtype))[:, None]


def beyond_omega(got: Any, exact: list[arb], sizes: Any) -> float:
    """The worst error in ulps of the terms that make it up, beyond the ω that one subnormal factor may cost."""
    spacings = np.spacing(np.maximum(sizes, np.abs(got))).ravel().astype(float).tolist()
    errors = [float(abs(ball - arb(float(x))).abs_upper()) for x, ball in zip(got.ravel(), exact, strict=True)]
    omega = float(np.finfo(got.dtype).smallest_normal)
    return max((error - omega) / spacing for error, spacing in zip(errors, spacings, strict=True))


def extremes(dtype: str) -> Any:
    """The largest finite numbers, and some whose exponential overflows."""
    z = np.array([np.finfo(dtype).max, 1e30, 1000.0], dtype=dtype)
    return np.concatenate([z, -z])[:, None]


def test_the_definitions_cover_every_row() -> None:
    assert {*ELEMENTWISE, "softmax"} == set(ACTIVATIONS)
    assert every(name == row.name for name, row in ACTIVATIONS.items())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE_ROWS)
def test_values_and_slopes_are_right_to_a_few_ulps(name: str, dtype: str) -> None:
    row, z = ELEMENTWISE_ROWS[name], grid(dtype)
    exact = [derivatives(ELEMENTWISE[name], float(x), 1) for x in z.ravel()]
    with np.errstate(under="ignore"):
        value, slope = row.value(z), row.slope(z)
    assert value.dtype == slope.dtype == z.dtype
    if row.core:
        assert worst(value, [a for a, _ in exact]) <= FEW
        assert worst(slope, [s for _, s in exact]) <= FEW
    parts = row.parts(z) if isinstance(row, Shaped) else np.abs(slope)
    assert beyond_omega(value, [a for a, _ in exact], np.abs(value)) <= FEW
    assert beyond_omega(slope, [s for _, s in exact], parts) <= FEW


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE_ROWS)
def test_pulls_are_g_times_the_slope(name: str, dtype: str) -> None:
    row, z = ELEMENTWISE_ROWS[name], grid(dtype)
    g = np.cos(np.arange(z.size, dtype=dtype))[:, None]
    a = row.value(z)
    assert (row.pull(z, g) == g * row.slope(z)).all()
    assert (row.textbook_pull(z, a, g) == g * row.textbook_slope(z, a)).all()
    assert row.pull(z, g).dtype == row.textbook_pull(z, a, g).dtype == z.dtype


LIMITS = {  # value and slope far to the right, far to the left; None is z itself
    "sigmoid": ((1, 0), (0, 0)),
    "tanh": ((1, 0), (-1, 0)),
    "relu": ((None, 1), (0, 0)),
    "softplus": ((None, 1), (0, 0)),
    "identity": ((None, 1), (None, 1)),
    "elu": ((None, 1), (-1, 0)),
    "gelu": ((None, 1), (0, 0)),
    "gelu_tanh": ((None, 1), (0, 0)),
    "silu": ((None, 1), (0, 0)),
    "mish": ((None, 1), (0, 0)),
    "logsigmoid": ((0, 0), (None, 1)),
    "relu6": ((6, 0), (0, 0)),
    "hardtanh": ((1, 0), (-1, 0)),
    "hardsigmoid": ((1, 0), (0, 0)),
    "hardswish": ((None, 1), (0, 0)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LIMITS)
def test_saturated_neurons_have_their_limits_and_no_nan(name: str, dtype: str) -> None:
    row, z = ELEMENTWISE_ROWS[name], extremes(dtype)
    with np.errstate(under="ignore", over="ignore"):
        value, slope = row.value(z), row.slope(z)
    for side, (a, s) in zip((z > 0, z < 0), LIMITS[name], strict=True):
        assert (value[side] == (z[side] if a is None else a)).all()
        assert (slope[side] == s).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ELEMENTWISE_ROWS)
def test_the_textbook_slope_is_right_up_to_a_few_roundings_of_a(name: str, dtype: str) -> None:
    row, z = ELEMENTWISE_ROWS[name], grid(dtype)
    slope = row.textbook_slope(z, row.value(z))
    assert slope.dtype == z.dtype
    size = np.maximum(1, np.abs(z) * (np.abs(z) < 40))  # the factor that a gate's 1 − t² is multiplied by
    assert (np.abs(slope - row.slope(z)) <= 8 * np.finfo(dtype).eps * size).all()


@pytest.mark.parametrize(("name", "z"), [("sigmoid", 40.0), ("tanh", 20.0), ("tanh", -20.0)])
def test_the_textbook_slope_is_0_where_a_has_rounded_to_its_limit(name: str, z: float) -> None:
    row, at = ELEMENTWISE_ROWS[name], np.array([[z]])
    assert row.textbook_slope(at, row.value(at)) == 0 < row.slope(at)


def test_relu_has_its_kink_and_slope_0_there() -> None:
    assert ELEMENTWISE_ROWS["relu"].kinks == ((0.0, 0.0, 1.0),)
    assert (ELEMENTWISE_ROWS["relu"].slope(np.array([[0.0, -0.0]])) == 0).all()


@pytest.mark.parametrize(("row", "kink"), KINKS)
def test_a_kink_is_where_the_slope_jumps_and_has_the_smaller_of_its_branches(row: Elementwise, kink: Kink) -> None:
    beside = np.nextafter(kink.at, [[-np.inf, np.inf]])
    assert row.slope(beside).ravel() == pytest.approx([kink.left, kink.right], rel=1e-15, abs=1e-15)
    assert row.slope(np.array([[kink.at]])).item() == min(kink.left, kink.right, key=abs)
    assert row.value(beside)[0, 0] == pytest.approx(row.value(beside)[0, 1], abs=1e-14)


def test_only_rows_with_kinks_jump() -> None:
    kinked = {row.name for row, _ in KINKS}
    for row in ELEMENTWISE_ROWS.values():
        z = np.linspace(-8, 8, 16 * 4096 + 1)[None]
        assert (np.abs(np.diff(row.slope(z))).max() > 1e-2) == (row.name in kinked), row.name


def test_the_identity_hands_out_a_copy() -> None:
    z = np.ones((2, 1))
    ACTIVATIONS["identity"].value(z)[0] = 5
    assert (z == 1).all()


LOGITS = [[0.0], [1.0, 1.0], [0.3, -2.0, 5.0], [30.0, -30.0, 0.0], [-700.0, -720.0], [1e3, 999.0, 1.0]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("z", LOGITS)
def test_softmax_is_right_to_a_few_ulps_and_its_gap(z: list[float], dtype: str) -> None:
    column = np.array(z, dtype=dtype)[:, None]
    with ctx.workprec(BITS):
        exact = activation("softmax", [arb(float(x)) for x in column.ravel()])
    with np.errstate(under="ignore"):
        p = SOFTMAX.value(column)
    assert p.dtype == column.dtype
    assert worst(p, exact) <= FEW + float(np.ptp(column))  # z − max z is itself rounded before exp


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("z", LOGITS[:4])
def test_the_softmax_pull_is_the_jacobian_times_g(z: list[float], dtype: str) -> None:
    column = np.array(z, dtype=dtype)[:, None]
    g = np.cos(np.arange(len(z), dtype=dtype))[:, None]
    jacobian = [
        gradient(lambda line, k=k: activation("softmax", line)[k], column.ravel().tolist()) for k in range(len(z))
    ]
    exact = np.array([[float(dp) for dp in row] for row in jacobian]).T @ g
    with np.errstate(under="ignore"):
        pulls = SOFTMAX.pull(column, g), SOFTMAX.textbook_pull(column, SOFTMAX.value(column), g)
    for pull in pulls:
        assert pull.dtype == column.dtype
        assert np.abs(pull - exact).max() <= 16 * np.finfo(dtype).eps * np.abs(g).max()


def test_softmax_sums_over_neurons_and_not_over_examples_or_packs() -> None:
    z = np.random.default_rng(0).standard_normal((3, 4, 4))
    assert SOFTMAX.value(z).sum(axis=-2) == pytest.approx(np.ones((3, 4)), rel=1e-15)
    assert (SOFTMAX.value(z)[1, :, 2] == SOFTMAX.value(z[1, :, 2:3])[:, 0]).all()


def test_softmax_survives_logits_of_any_size() -> None:
    with np.errstate(all="ignore"):
        p = SOFTMAX.value(extremes("float64"))
    assert p.ravel().tolist() == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_sum_of_others_does_not_cancel(dtype: str) -> None:
    x = np.array([1.0, 2.0**-80, 2.0**-90], dtype=dtype)[:, None]
    assert sum_of_others(x).dtype == x.dtype
    assert sum_of_others(x).ravel().tolist() == [2.0**-80 + 2.0**-90, 1, 1]


def test_the_sum_of_the_others_of_many_is_that_of_few() -> None:
    x = np.random.default_rng(0).standard_normal((2, 333, 3)) ** 7
    x[0, 200, 0] = 2.0**80
    found = sum_of_others(x)
    for k, j, e in ((0, 200, 0), (0, 17, 1), (1, 0, 2), (1, 332, 0)):
        others = np.delete(x[k, :, e], j)
        assert abs(found[k, j, e] - math.fsum(others)) <= 333 * 2.0**-53 * np.abs(others).sum()
