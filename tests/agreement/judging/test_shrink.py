from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.judging.shrink import minimal, minimised
from backproof.manual import Case
from backproof.manual.equations import EQUATIONS
from helpers.variants import backend, scaled

WRONG = {
    "BP1": scaled("bp1", 1 + 1e-6),
    "BP2": scaled("bp2", 1 + 1e-6),
    "BP4": scaled("bp4", 1 + 1e-6),
}
DEEP = DrawnUnit(0, 0, 1, Menu(costs=("quadratic",), activations=("sigmoid", "tanh"), dtypes=("float64",))).draw()[0][0]


@pytest.mark.parametrize("quantity", WRONG)
def test_a_wrong_equation_comes_to_one_neuron_a_layer_and_plain_numbers(quantity: str) -> None:
    small, found = minimal(DEEP, backend(WRONG[quantity]), quantity)
    assert found is not None
    assert found.place.quantity.value == quantity
    assert (found.case, found.regime) == (small.id, "minimised")
    assert small.architecture.widths == (1,) * (3 if quantity == "BP2" else 2)
    assert small.examples == 1
    assert {abs(float(x)) for array in (*small.weights, *small.biases, small.x, small.y) for x in array.flat} <= {
        0.0,
        0.5,
        1.0,
        2.0,
        3.0,
    }


@pytest.mark.parametrize("which", ["neither", "l2", "weights"])
def test_an_l2_term_and_weights_go_unless_they_make_it_wrong(which: str) -> None:
    of = replace(DEEP.architecture, l2=0.1, weighted=True)
    optioned = replace(DEEP, architecture=of, example_weights=np.linspace(0.25, 0.75, DEEP.examples))

    def wrong(case: Case) -> bool:
        of, weights = case.architecture, case.example_weights
        heavy = weights is not None and bool((weights > 0.3).any())
        return {"neither": of.depth > 1, "l2": of.l2 > 0, "weights": heavy}[which]

    small = minimised(optioned, wrong)
    assert (small.architecture.l2, small.architecture.weighted) == (0.1 * (which == "l2"), which == "weights")
    assert small.examples == 1
    if which == "weights":
        assert small.example_weights.tolist() == [1.0]


def test_the_same_case_comes_to_the_same_one() -> None:
    first, second = (minimised(DEEP, lambda case: case.architecture.depth >= 2).id for _ in range(2))
    assert first == second != DEEP.id


def test_a_case_that_is_right_stays_as_it_is() -> None:
    small, found = minimal(DEEP, backend(EQUATIONS), "BP4")
    assert small.id == DEEP.id
    assert found is None


def test_effort_is_bounded() -> None:
    requested: list[Case] = []

    def wrong(case: Case) -> bool:
        requested.append(case)
        return len(requested) % 2 == 0

    minimised(DEEP, wrong, tries=7)
    assert len(requested) == 7


def test_what_makes_it_wrong_is_kept() -> None:
    def wrong(case: Case) -> bool:
        return case.architecture.depth >= 2 and bool((np.abs(case.weights[0]) > 0.3).any()) and case.examples >= 2

    if DEEP.examples < 2 or not wrong(DEEP):
        pytest.fail("the example is of no use here")
    small = minimised(DEEP, wrong)
    assert wrong(small)
    assert small.architecture.depth == 2
    assert small.architecture.widths == (1, 1, 1)
    assert small.examples == 2
    assert small.weights[0].tolist() == [[1.0]]
