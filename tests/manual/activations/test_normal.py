from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from backproof.manual.activations.normal import centred, cumulative, density
from backproof.manual.activations.twofold import Twofold, exact_product
from flint import arb, ctx
from helpers.ulps import worst

Z = np.unique(np.concatenate([np.linspace(-37, 37, 297), np.linspace(-0.6, 0.6, 97), [1e-300, -1e-9, 8.3, 0.5, -0.5]]))


def exactly(name: str, z: float) -> arb:
    with ctx.workprec(256):
        x = arb(z)
        if name == "density":
            return (-(x * x) / 2).exp() / (2 * arb.pi()).sqrt()
        return (x / arb(2).sqrt()).erf() / 2 if name == "centred" else (-x / arb(2).sqrt()).erfc() / 2


@pytest.mark.parametrize("function", [centred, cumulative, density], ids=lambda function: function.__name__)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_it_is_right_to_a_few_ulps_also_in_the_tail(function: type, dtype: str) -> None:
    z = (Z if dtype == "float64" else Z[np.abs(Z) < 12]).astype(dtype)[:, None]
    got = function(z)
    assert got.dtype == z.dtype
    assert worst(got, [exactly(function.__name__, float(x)) for x in z.ravel()]) <= 8


def test_it_is_at_its_limits_far_out() -> None:
    z = np.array([[-1e300, 1e300]])
    assert cumulative(z).tolist() == [[0, 1]]
    assert centred(z).tolist() == [[-0.5, 0.5]]
    assert density(z).tolist() == [[0, 0]]


def test_a_product_of_floats_is_their_product() -> None:
    rng = np.random.default_rng(0)
    for x, y in rng.standard_normal((200, 2)).tolist():
        product = exact_product(x, y)
        assert Fraction(product.high) + Fraction(product.low) == Fraction(x) * Fraction(y)
        third = product.times(Twofold(y, 0.0)).plus_one() if x > 0 else product.times(Twofold(-x * y, 0.0))
        assert abs(third.low) <= abs(third.high) * 2.0**-52
