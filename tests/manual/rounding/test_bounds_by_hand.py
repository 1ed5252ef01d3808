"""The code is the page: every line of docs/bounds.md once more, in plain numbers, at a few points."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, SOFTMAX, Elementwise
from backproof.manual.costs import COSTS
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic, Inexact
from backproof.manual.rounding.rounding import Shares

A = Arithmetic("float32")
U, C, C_LOG, W, T = A.u, 16.0, 40.0, A.omega, A.tau
POINTS = [(0.7, 1e-3), (-3.0, 0.0), (5.0, 0.5), (-0.2, 1e-6), (12.0, 1e-2), (-20.0, 1e-3), (-200.0, 0.0)]
"""z and e_z."""


def gamma(n: int) -> float:
    return n * U / (1 - n * U)


def s(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def ds(z: float) -> float:
    return s(z) * s(-z)


def dt(z: float) -> float:
    return 4 * ds(2 * z)


def sp(z: float) -> float:
    return math.log1p(math.exp(z))


def near(z: float, e: float) -> float:
    return max(abs(z) - 2 * e, 0.0)


def cancel(terms: float, short: float) -> float:
    return min(short, C * U * terms) if short <= U / 16 else C * U * terms


def sigmoid_value(z: float, e: float) -> float:
    d = min(1, e * ds(near(z, e)))
    return d + C * U * min(1, s(z) + 2 * d) + W


def sigmoid_text(z: float, e: float) -> float:
    d = min(1, e * ds(near(z, e)))
    return max(sigmoid_value(z, e), d + cancel(1, 2 * s(-near(z, e))) + W)


def tanh_value(z: float, e: float) -> float:
    d = min(2, e * dt(near(z, e)))
    return d + C * U * min(1, abs(math.tanh(z)) + 2 * d) + W


def tanh_text(z: float, e: float) -> float:
    d = min(2, e * dt(near(z, e)))
    return max(tanh_value(z, e), d + cancel(3, 4 * s(-2 * near(z, e))) + W)


def softplus_value(z: float, e: float) -> float:
    d = min(e, e * s(z + 2 * e))
    return d + C * U * (sp(z) + 2 * d) + W


def softplus_text(z: float, e: float) -> float:
    return softplus_value(z, e) + cancel(1, sp(z + 2 * e))


def sigmoid_slope(z: float, e: float) -> float:
    return (min(1, e) + C * U) * ds(near(z, e)) + W


def sigmoid_slope_text(z: float, e: float) -> float:
    a, e_a, d, top = s(z), sigmoid_text(z, e), min(1, e * ds(near(z, e))), ds(near(z, e))
    return max(sigmoid_slope(z, e), (abs(1 - 2 * a) + 2 * d) * e_a + e_a**2 + 4 * U * (top + e_a) + W)


def tanh_slope(z: float, e: float) -> float:
    return (min(1, 2 * e) + C * U) * dt(near(z, e)) + 4 * W


def tanh_slope_text(z: float, e: float) -> float:
    a, e_a, d, top = abs(math.tanh(z)), tanh_text(z, e), min(2, e * dt(near(z, e))), dt(near(z, e))
    rounded = 2 * U * (a + e_a) + 4 * U * (top + e_a) + W
    return max(tanh_slope(z, e), 2 * (a + d) * e_a + e_a**2 + rounded)


def softplus_slope(z: float, e: float) -> float:
    return min(1, e * ds(near(z, e))) + C_LOG * U * s(z + 2 * e) + W


def softplus_slope_text(z: float, e: float) -> float:
    return max(softplus_slope(z, e), sigmoid_text(z, e))


ROWS = {
    "sigmoid": (sigmoid_value, sigmoid_text, sigmoid_slope, sigmoid_slope_text),
    "tanh": (tanh_value, tanh_text, tanh_slope, tanh_slope_text),
    "softplus": (softplus_value, softplus_text, softplus_slope, softplus_slope_text),
    "logsigmoid": (
        lambda z, e: softplus_value(-z, e),
        lambda z, e: softplus_text(-z, e),
        lambda z, e: softplus_slope(-z, e),
        lambda z, e: softplus_slope_text(-z, e),
    ),
}


def one(z: float, e: float) -> Inexact:
    return Inexact(np.array([[z]]), np.array([[e]]))


def same(got: Any, by_hand: float) -> None:
    assert float(np.ravel(got)[0]) == pytest.approx(by_hand, rel=1e-7, abs=1e-60)


@pytest.mark.parametrize(("z", "e"), POINTS)
@pytest.mark.parametrize("name", ROWS)
def test_the_rows_of_section_3(name: str, z: float, e: float) -> None:
    sigma = ACTIVATIONS[name]
    assert isinstance(sigma, Elementwise)
    value, text, slope, slope_text = (f(z, e) for f in ROWS[name])
    same(rounding.activation(sigma, one(z, e), A, STABLE).error, value)
    same(rounding.activation(sigma, one(z, e), A, TEXTBOOK).error, text)
    same(sigma.slope_within(one(z, e), A, STABLE).error, slope)
    same(sigma.slope_within(one(z, e), A, TEXTBOOK).error, slope_text)


Z, E, Y = (1.2, -0.4, 3.0), (1e-3, 2e-4, 0.0), (0.2, 0.5, 0.3)
THREE = Inexact(np.array(Z)[:, None], np.array(E)[:, None])


def soft(shift: bool) -> dict[str, list[float]]:
    """Everything that section 3 says of a softmax of three."""
    low, high = [z - 2 * e for z, e in zip(Z, E, strict=True)], [z + 2 * e for z, e in zip(Z, E, strict=True)]
    lse = math.log(sum(map(math.exp, low)))
    p = [min(1.0, math.exp(h - lse)) for h in high]
    others = [min(1.0, sum(p) - p_j) for p_j in p]
    ell = [q * e + sum(p[k] * E[k] for k in range(3) if k != j) for j, (q, e) in enumerate(zip(others, E, strict=True))]
    rivals = [max(h for k, h in enumerate(high) if k != j) for j in range(3)]
    gap = [max(0.0, rival - x) for rival, x in zip(rivals, low, strict=True)]
    more = min(18 * U * (3.0 + 2 * max(E) + math.log(3)), math.log(3) + 1 / 8) if shift else 0.0
    rho = [U * (2 * g + (C + 2) * (math.log(3) + 4)) + gamma(3) for g in gap]
    grown = [math.expm1(r + more) for r in rho]
    moved = [min(1.0, p_j * x) for p_j, x in zip(p, ell, strict=True)]
    e_p = [min(math.exp(more), d + r * p_j + W) for d, r, p_j in zip(moved, grown, p, strict=True)]
    return {"p": p, "q": others, "ell": ell, "gap": gap, "rho": rho, "grown": grown, "moved": moved, "e_p": e_p}


@pytest.mark.parametrize("tier", [STABLE, TEXTBOOK])
def test_the_softmax(tier: Any) -> None:
    by_hand = soft(tier.textbook)
    np.testing.assert_allclose(SOFTMAX.error_of(tier)(THREE, A)[:, 0], by_hand["e_p"], rtol=1e-7)


@pytest.mark.parametrize("tier", [STABLE, TEXTBOOK])
def test_cross_entropy_on_a_softmax(tier: Any) -> None:
    head, x = COSTS["cross_entropy"].head("softmax"), soft(tier.textbook)
    y = A.read(np.array(Y)[:, None])
    rest = [1 - t for t in Y]
    e_q = [
        x["moved"][j] + sum(x["grown"][k] * x["p"][k] for k in range(3) if k != j) + gamma(3) * x["q"][j] + 3 * W
        for j in range(3)
    ]
    stable = [
        rest[j] * x["e_p"][j] + Y[j] * e_q[j] + gamma(7) * (x["p"][j] * rest[j] + Y[j] * x["q"][j]) + 7 * T
        for j in range(3)
    ]
    most = [p + e for p, e in zip(x["p"], x["e_p"], strict=True)]
    text = [x["e_p"][j] + gamma(3) * most[j] + 3 * U * (most[j] + Y[j]) for j in range(3)]
    by_hand = [max(a, b) for a, b in zip(stable, text, strict=True)] if tier.textbook else stable
    np.testing.assert_allclose(head.delta_error(THREE, THREE, y, A, tier)[:, 0], by_hand, rtol=1e-6)
    depth = [g + math.log(3) for g in x["gap"]]
    size = [abs(z) + 2 * e for z, e in zip(Z, E, strict=True)]
    terms = [18 * U * (max(size) + one) if tier.textbook else 0.0 for one in size]
    cost = sum(Y[j] * (x["ell"][j] + x["rho"][j] + terms[j]) + gamma(9) * Y[j] * depth[j] + 2 * W for j in range(3))
    same(head.value_error(THREE, THREE, y, A, tier), cost)


@pytest.mark.parametrize("tier", [STABLE, TEXTBOOK])
@pytest.mark.parametrize(("z", "e"), POINTS)
def test_cross_entropy_on_a_sigmoid(z: float, e: float, tier: Any) -> None:
    head, t = COSTS["cross_entropy"].head("sigmoid"), 0.3
    y, weight = A.read(np.array([[t]])), 1 + t + (1 - t)
    d, e_a = min(1, e * ds(near(z, e))), sigmoid_text(z, e)
    terms = (1 - t) * s(z + 2 * e) + t * s(2 * e - z)
    stable = d + (C_LOG + 6) * U * terms + weight * W
    text = e_a + U * (abs(s(z) - t) + e_a + (1 - t)) + weight * W
    same(head.delta_error(one(z, e), one(z, e), y, A, tier), max(stable, text) if tier.textbook else stable)
    steep = abs((1 - t) * s(z) - t * s(-z)) + 2 * d
    of_stable = (1 - t) * sp(z + 2 * e) + t * sp(2 * e - z)
    most = weight * (abs(z) + 2 * e + 1) if tier.textbook else of_stable
    same(
        head.value_error(one(z, e), one(z, e), y, A, tier),
        e * steep + (C + 8) * U * most + weight * W + gamma(7) * of_stable,
    )


@pytest.mark.parametrize(("z", "e"), POINTS)
def test_the_quadratic_cost_and_its_share(z: float, e: float) -> None:
    head, t = COSTS["quadratic"].head("sigmoid"), 0.25
    a, e_a = s(z), sigmoid_value(z, e)
    g, e_g = a - t, e_a + U * (abs(a - t) + e_a) + T
    top = abs(g) + 2 * e_g
    cost = top * e_g + e_g**2 / 2 + gamma(7) * top**2 / 2 + 4 * T
    known, y = Inexact(np.array([[a]]), np.array([[e_a]])), A.read(np.array([[t]]))
    same(head.value_error(one(z, e), known, y, A, STABLE), cost)
    slope, e_s = ds(z), sigmoid_slope(z, e)
    steep = slope + 2 * e_s
    delta = top * e_s + steep * e_g + gamma(8) * top * steep + 4 * T * (1 + top)
    same(head.delta_error(one(z, e), known, y, A, STABLE), delta)
    shared = 0.5 * delta + gamma(4) * (abs(0.5 * g * slope) + delta) + 4 * T
    same(rounding.bp1(head, "quadratic", one(z, e), known, y, Shares(0.5), A, STABLE).error, shared)


def test_the_products_of_sections_2_and_5() -> None:
    w, a, delta = (np.array([[1.5, -2.0]]), 1e-4), (np.array([[0.5], [0.25]]), 1e-3), (np.array([[0.7]]), 1e-2)
    b = A.read(np.array([0.125]))
    inexact = [Inexact(value, np.full(value.shape, e)) for value, e in (w, a, delta)]
    W_, a_, d_ = inexact
    mw, ma, md = (np.abs(x.value) + 2 * x.error for x in inexact)
    z = np.abs(W_.value) @ a_.error + W_.error @ ma + gamma(4) * (mw @ ma + 0.125) + 6 * T
    same(rounding.weighted_input(W_, b, a_, A).error, z.item())
    sigma = ACTIVATIONS["sigmoid"]
    assert isinstance(sigma, Elementwise)
    at = Inexact(np.array([[0.7], [-1.0]]), np.array([[1e-3], [0.0]]))
    back = np.abs(W_.value).T @ d_.error + W_.error.T @ md + gamma(2) * mw.T @ md + 4 * T
    value, e_s = W_.value.T @ d_.value, [sigmoid_slope(0.7, 1e-3), sigmoid_slope(-1.0, 0.0)]
    for j, z_j in enumerate((0.7, -1.0)):
        most, steep = abs(value[j, 0]) + 2 * back[j, 0], ds(z_j) + 2 * e_s[j]
        by_hand = most * e_s[j] + steep * back[j, 0] + gamma(5) * most * steep + 4 * T * (1 + most)
        assert rounding.bp2(W_, d_, sigma, at, A, STABLE).error[j, 0] == pytest.approx(by_hand, rel=1e-9)
    two = Inexact(np.array([[0.7, -0.1]]), np.array([[1e-2, 1e-3]]))
    top = np.abs(two.value) + 2 * two.error
    same(rounding.bp3(two, A).error, two.error.sum() + gamma(3) * top.sum() + 6 * T)
    below = Inexact(np.array([[0.5, 2.0]]), np.array([[1e-3, 1e-4]]))
    over = np.abs(below.value) + 2 * below.error
    e_w = (top * below.error).sum() + (two.error * over).sum() + gamma(4) * (top * over).sum() + 6 * T
    same(rounding.bp4(below, two, A).error, e_w)


@pytest.mark.parametrize("tier", [STABLE, TEXTBOOK])
@pytest.mark.parametrize("g", [0.3, -0.9, 2.5])
def test_huber_and_log_cosh(g: float, tier: Any) -> None:
    e = 1e-3
    known, top = Inexact(np.array([[g]]), np.array([[e]])), abs(g) + 2 * e
    huber, log_cosh = COSTS["huber"].head("identity"), COSTS["log_cosh"].head("identity")
    same(huber.rise_error(known, A, tier), e + 4 * U * (1.0 if tier.textbook else min(top, 1.0)))  # type: ignore[attr-defined]
    loss = C + min(top, C_LOG) if tier.textbook else C * min(top, 1)
    same(log_cosh.rise_error(known, A, tier), e + U * loss + W)  # type: ignore[attr-defined]
    size = top + 1 if tier.textbook else math.log(math.cosh(top))
    same(log_cosh.each_error(known, A, tier), min(top, 1) * e + C * U * size + W)  # type: ignore[attr-defined]
    each = top**2 / 2 if top <= 1 else top - 1 / 2
    same(huber.each_error(known, A, tier), min(top, 1) * e + 4 * U * each)  # type: ignore[attr-defined]


def test_a_product_and_what_is_flushed() -> None:
    flushing = Arithmetic("float32", flushes=True)
    assert (flushing.tau, A.tau) == (2.0**-126, 2.0**-149)
    tiny = np.array([2.0**-130, 1.0])
    assert flushing.read(tiny).error.tolist() == [2.0**-130, 0.0]
    x, y = Inexact(np.array([2.0]), np.array([0.1])), Inexact(np.array([3.0]), np.array([0.2]))
    by_hand = 2.2 * 0.2 + 3.4 * 0.1 + gamma(3) * 2.2 * 3.4 + 4 * T * 3.2
    assert A.product_error(x, y, 3)[0] == pytest.approx(by_hand, rel=1e-12)
    small = Inexact(np.array([2.0**-130]), np.zeros(1))
    by_hand = gamma(3) * 2.0**-129 + 4 * 2.0**-126 * 3
    assert flushing.product_error(Inexact(np.array([2.0]), np.zeros(1)), small, 3)[0] == pytest.approx(
        by_hand, rel=1e-9
    )
    assert A.limit == pytest.approx(2.0**96, rel=1e-6)
    assert A.ranged(np.array([2.0**97, 1.0]), np.zeros(2)).tolist() == [np.inf, 0.0]
