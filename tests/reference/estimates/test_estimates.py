"""Differences and the complex step: what the usual check can and cannot see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Quantity
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from helpers.backends import ESTIMATES
from helpers.drawn import pack
from helpers.variants import findings

OF = Architecture((3, 4, 2), ("tanh", "sigmoid"), "cross_entropy")


def relative_errors(name: str, of: Pack) -> np.ndarray:
    judged = [one for one in findings(registry.load(name), of) if one.place.quantity == Quantity.BP4]
    return np.concatenate([np.abs(one.whole.error / one.whole.truth.hi).ravel() for one in judged])


@pytest.mark.parametrize(("dtype", "least", "most"), [("float64", 1e-13, 1e-6), ("float32", 1e-6, 1e-1)])
def test_central_differences_lose_a_third_of_the_digits_and_more(dtype: str, least: float, most: float) -> None:
    assert least < np.median(relative_errors("finite_difference", pack(OF, dtype, ("calm",)))) < most


@pytest.mark.parametrize("dtype", DTYPES)
def test_differences_are_called_wrong_and_the_values_they_start_from_are_not(dtype: str) -> None:
    judged = findings(registry.load("finite_difference"), pack(OF, dtype))
    wrong = {one.place.quantity for one in judged if (one.verdict == Verdict.WRONG).any()}
    assert wrong == {Quantity.BP3, Quantity.BP4}
    assert {one.place.quantity for one in judged} == {"z", "a", "C", "BP3", "BP4"}


def test_an_error_that_differences_cannot_see_is_seen_here() -> None:
    """A weight gradient that is off by 1e-9: beside differences it is nothing, beside the truth it is wrong."""
    of = pack(OF, regimes=("calm",))
    right = registry.load("numpy").gradients(of)
    off = replace(right, nabla_w=(right.nabla_w[0], right.nabla_w[1] * (1 + 1e-9)))
    differences = registry.load("finite_difference").gradients(of)
    assert np.allclose(off.nabla_w[1], differences.nabla_w[1], rtol=1e-5, atol=1e-8)
    verdicts = [one.verdict for one in Judge(of).findings(registry.load("numpy"), off) if one.place.layer == 2]
    assert any((verdict == Verdict.WRONG).any() for verdict in verdicts)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_complex_step_is_right_where_numbers_are_calm(dtype: str) -> None:
    for one in findings(registry.load("complex_step"), pack(OF, dtype, ("calm",))):
        assert (one.verdict <= Verdict.LOSSY).all(), one.place


def test_and_wrong_where_a_neuron_is_far_out() -> None:
    extreme = pack(Architecture((2, 3, 2), ("sigmoid", "softmax")), regimes=("huge", "subnormal"))
    judged = findings(registry.load("complex_step"), extreme)
    assert any((one.verdict == Verdict.WRONG).any() for one in judged)


def test_what_is_not_analytic_has_no_complex_step() -> None:
    told = registry.load("complex_step").supports(Architecture((1, 1), ("relu",)), "float64")
    assert told == "no formula of 'relu' here that complex numbers go through"


@pytest.mark.parametrize("name", ESTIMATES)
def test_large_networks_are_refused(name: str) -> None:
    assert "more than 1000" in str(registry.load(name).supports(Architecture((100, 100), ("tanh",)), "float64"))
