from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Architecture, Case
from backproof.manual.network import feed_forward, weighted_input
from backproof.manual.rounding.formats import DTYPES
from helpers.drawn import INTEGER_MENU, cases
from hypothesis import given


def test_a_network_worked_out_by_hand() -> None:
    w, b = np.array([[1.0, -2.0], [0.0, 3.0]]), np.array([1.0, -1.0])
    x = np.array([[1.0, 0.0], [1.0, 2.0]])
    of = Case(
        Architecture((2, 2, 1), ("relu", "identity")), (w, np.array([[5.0, 7.0]])), (b, np.array([0.5])), x, x[:1]
    )
    z, a = feed_forward(of)
    assert z[0].tolist() == [[0, -3], [2, 5]]
    assert a[0].tolist() == [[0, 0], [2, 5]]
    assert z[1].tolist() == a[1].tolist() == [[14.5, 35.5]]


@given(of=cases(("integers",), INTEGER_MENU))
def test_z_is_its_sum_over_the_neurons_below(of: Case) -> None:
    z, a = feed_forward(of)
    for layer, (w, b) in enumerate(zip(of.weights, of.biases, strict=True)):
        below = a[layer - 1] if layer else of.x
        for j, e in np.ndindex(*z[layer].shape):
            terms = (Fraction(float(w[j, k])) * Fraction(float(below[k, e])) for k in range(w.shape[1]))
            assert Fraction(float(z[layer][j, e])) == sum(terms) + Fraction(float(b[j]))


@given(of=cases(("calm", "saturated", "zeros")))
def test_every_layer_is_fed_what_the_one_below_put_out(of: Case) -> None:
    with np.errstate(under="ignore"):
        z, a = feed_forward(of)
        assert [layer.dtype for layer in (*z, *a)] == [of.dtype] * (2 * of.architecture.depth)
        for layer, name in enumerate(of.architecture.activations):
            below = a[layer - 1] if layer else of.x
            assert (z[layer] == weighted_input(of.weights[layer], below, of.biases[layer])).all()
            assert (a[layer] == ACTIVATIONS[name].value(z[layer])).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_leading_axes_are_a_pack_s(dtype: str) -> None:
    rng = np.random.default_rng(0)
    w, a, b = (rng.integers(-3, 4, shape).astype(dtype) for shape in ((2, 5, 3, 4), (2, 5, 4, 6), (2, 5, 3)))
    z = weighted_input(w, a, b)
    assert (z.shape, z.dtype) == ((2, 5, 3, 6), dtype)
    assert (z[1, 4] == weighted_input(w[1, 4], a[1, 4], b[1, 4])).all()
