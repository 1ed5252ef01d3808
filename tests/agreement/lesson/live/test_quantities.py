from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases import generate
from backproof.agreement.lesson import example
from backproof.agreement.lesson.live.arising import Arising
from backproof.agreement.lesson.live.quantities import LiveNumber, quantities
from backproof.manual import backprop
from backproof.manual.case import Architecture


@pytest.mark.parametrize(
    "of",
    [
        Architecture((3, 4, 2), ("tanh", "softmax"), "cross_entropy"),
        Architecture((2, 2), ("gelu",), "huber"),
        Architecture((2, 3, 2), ("relu", "softmax"), "quadratic"),
    ],
    ids=str,
)
def test_the_certified_numbers_are_those_of_the_equations(of: Architecture) -> None:
    case = example.first_example(generate.case(np.random.default_rng(4), of, "float64", "calm", examples=3))
    assert case.examples == 1
    found, right = quantities(case), backprop(case)
    assert right.delta is not None
    np.testing.assert_allclose(found["C"], right.cost, rtol=1e-12)
    for layer in range(of.depth):
        np.testing.assert_allclose(found["delta"][layer], right.delta[layer][:, 0], rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(found["dw"][layer], right.nabla_w[layer], rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(np.sum(found["wa"][layer], axis=1), np.array(found["z"][layer]) - found["b"][layer])


def test_numbers_are_written_as_terms_and_as_they_were_chosen() -> None:
    show = LiveNumber(quantities(example.default()))
    assert show.text("w.0.0.0") == "1.5"
    assert show.text("a.0.0") == "0.7500"
    assert show.text("delta.1.0", term=True) == "(−0.06961)"
    assert show("b.0.1", term=True) == '<span data-q="b.0.1" data-term="1">(−0.5)</span>'


def test_a_slope_arises_from_the_activation() -> None:
    case = example.default()
    (_, slope), (_, delta) = Arising(case.architecture, quantities(case)).bp1()
    assert 'data-q="a.2.0">0.6801</span> × <span data-q="rest.2.0">0.3199</span> = ' in slope
    assert "0.2176" in slope
    assert "<b>" in delta
