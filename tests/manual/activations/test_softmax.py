from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.activations.softmax import AT_ONCE, differences, distances, stable_pull_error
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact
from backproof.manual.shapes import Array


def drawn(n: int) -> tuple[Inexact, Inexact]:
    rng = np.random.default_rng(n)
    powers = np.exp(3 * rng.normal(size=(2, n, 3)))
    p, g = powers / powers.sum(axis=-2, keepdims=True), rng.normal(size=(2, n, 3))
    g[:, : n // 2] = g[:, : n // 2].round()  # some are equal
    return Inexact(p, 1e-15 * p * rng.random(p.shape)), Inexact(g, 1e-15 * rng.choice([0.0, 1.0], g.shape))


def by_pairs(weights: Array, between: Array) -> Array:
    """Σ_{k≠j} w_k x_jk."""
    n = weights.shape[-2]
    return np.einsum("...km,...jkm->...jm", weights, between * (1 - np.eye(n))[:, :, None])


@pytest.mark.parametrize("n", [1, 2, 3, AT_ONCE, AT_ONCE + 1, 150])
def test_distances_are_summed_without_cancellation(n: int) -> None:
    p, g = drawn(n)
    gaps = np.abs(g.value[:, :, None] - g.value[:, None])
    assert distances(p.value, g.value) == pytest.approx(by_pairs(p.value, gaps), rel=1e-13, abs=0)
    nearly = Inexact(1 + 1e-13 * g.value, g.error)
    steps = np.abs(nearly.value[:, :, None] - nearly.value[:, None])
    assert distances(p.value, nearly.value) == pytest.approx(by_pairs(p.value, steps), rel=1e-13, abs=0)


@pytest.mark.parametrize("n", [1, 2, AT_ONCE + 1, 150])
def test_the_error_of_a_pullback_is_the_sum_over_all_others(n: int) -> None:
    (p, g), of = drawn(n), Arithmetic("float64")
    error = g.error[:, :, None] + g.error[:, None]
    most = np.abs(g.value[:, :, None] - g.value[:, None]) + 2 * error
    moved = by_pairs(p.most, error) + by_pairs(p.error, most)
    lost = by_pairs(np.ones_like(p.value), most)
    rounding = of.gamma(n + 3) * by_pairs(p.most, most) + 4 * of.tau * (n + lost)
    expected = of.product_error(p, Inexact(differences(p.value, g.value), moved + rounding), 8)
    assert stable_pull_error(p, g, of) == pytest.approx(expected, rel=1e-12, abs=0)
