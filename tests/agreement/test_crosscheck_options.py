"""`cross_check` with an L2 term, with weights of examples, and within the options of a session."""

from __future__ import annotations

from typing import Any

import pytest
from backproof.agreement import Disagreement, UsageError, cross_check
from backproof.agreement.running.session import Session, opened
from backproof.manual import Architecture
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers.student import normalised, regularised, right, weighted

pytestmark = pytest.mark.usefixtures("apart")


def test_a_regularised_gradient_is_judged_with_its_lambda() -> None:
    assert cross_check(regularised(), l2=0.1, cases=18).wrong_cases == 0
    with pytest.raises(Disagreement, match=r"function is wrong in BP4(.|\n)*L2 0\.1"):
        cross_check(regularised(over_m=False), l2=0.1, reduction="mean", cost="quadratic", cases=18)
    with pytest.raises(Disagreement, match="function is wrong in BP3"):
        cross_check(regularised(biases=True), l2=0.1, reduction="mean", cost="quadratic", cases=18)


def test_a_function_that_takes_weights_is_handed_them() -> None:
    assert cross_check(weighted, weighted=True, reduction="mean", cost="quadratic", cases=18).wrong_cases == 0
    with pytest.raises(Disagreement, match="normalised is wrong in BP"):
        cross_check(normalised, weighted=True, reduction="mean", cost="quadratic", cases=36)
    of = Architecture((2, 3, 1), ("sigmoid",) * 2, l2=0.0, weighted=True)
    assert cross_check(weighted, architecture=of, cases=9).architectures.count == 1
    assert cross_check(MANUAL, l2=0.1, weighted=True, cases=18).wrong_cases == 0


def test_options_that_cannot_be_are_refused() -> None:
    of = Architecture((2, 1), ("sigmoid",), weighted=True)
    with pytest.raises(UsageError, match="right takes no weights of examples: a fifth argument"):
        cross_check(right, architecture=of)
    with pytest.raises(UsageError, match="an architecture or a case says itself"):
        cross_check(right, architecture=of, l2=0.1)
    with pytest.raises(UsageError, match="l2 is -1: λ is a finite number ≥ 0"):
        cross_check(right, l2=-1)


def requested(**options: Any) -> Any:
    """A session with these options of pytest."""
    return opened(Session(options))


def test_the_options_of_a_session_are_honoured_by_a_backend() -> None:
    with requested(dtype=["float32"], cost=["quadratic"], activation=["tanh"], regime=["calm"], cases=4):
        tally = cross_check(MANUAL)
    assert {(key.dtype, key.cost, key.activation, key.regime) for key, _ in tally.cells} == {
        ("float32", "quadratic", "tanh", "calm")
    }
    assert tally.cases == 4
    network = Architecture((3, 2), ("tanh",))
    with requested(dtype=["float32"], regime=["wide"], cases=4):
        tally = cross_check(MANUAL, architecture=network)
    assert {(key.dtype, key.regime) for key, _ in tally.cells} == {("float32", "wide")}


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({"dtype": ["float32"]}, "right is judged in float64: dtype float32 is asked for"),
        ({"cost": ["cross_entropy"]}, "right is judged on quadratic: cost cross_entropy is asked for"),
        ({"activation": ["tanh"]}, "right is judged on sigmoid: activation tanh is asked for"),
    ],
)
def test_options_that_a_function_cannot_follow_are_refused(options: dict[str, Any], refused: str) -> None:
    with requested(**options), pytest.raises(UsageError, match=refused):
        cross_check(right, cost=None, cases=9)


def test_options_narrow_what_is_drawn_for_a_function() -> None:
    with requested(cost=["quadratic", "cross_entropy"], regime=["calm", "wide"], cases=18):
        assert {key.regime for key, _ in cross_check(right).cells} == {"calm", "wide"}
