"""When answers say nothing of a network."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from backproof.agreement.diagnosis.inference.reading import Observed
from backproof.agreement.diagnosis.inference.worth import worthless
from backproof.manual.case import Architecture, Case


def case(*widths: int) -> Case:
    rng = np.random.default_rng(5)
    pairs = list(pairwise(widths))
    weights, biases = [rng.random((n, k)) for k, n in pairs], [rng.random(n) for _, n in pairs]
    return Case(
        Architecture(widths, ("sigmoid",) * len(pairs)), weights, biases, rng.random((widths[0], 1)), np.ones((1, 1))
    )


def echo(of: Case, factor: float) -> Observed:
    return Observed(tuple(factor * w for w in of.weights), of.biases)


def test_weights_that_come_back_are_worthless() -> None:
    cases = case(2, 1), case(3, 2, 1)
    assert worthless([(one, echo(one, 2.0)) for one in cases]) == "echoed"


def test_one_number_is_a_multiple_of_any_and_says_nothing() -> None:
    one = case(1, 1)
    assert worthless([(one, echo(one, 2.0)), (one, echo(one, 3.0))]) is None
