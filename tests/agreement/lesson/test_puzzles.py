from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases import generate
from backproof.agreement.catalogue.mistakes import MISTAKES
from backproof.agreement.lesson import example
from backproof.agreement.lesson.puzzles import EQUATIONS, Puzzle, puzzles
from backproof.manual import backprop
from backproof.manual.case import Architecture, Case

CASES = (
    example.default(),
    generate.case(
        np.random.default_rng(0),
        Architecture((2, 3, 3, 2), ("tanh", "relu", "softmax"), "cross_entropy"),
        "float64",
        "calm",
        3,
    ),
    generate.case(np.random.default_rng(0), Architecture((2, 2), ("sigmoid",)), "float64", "calm", 1),
)


@pytest.fixture(params=CASES, ids=lambda case: str(case.architecture))
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def first_off(puzzle: Puzzle) -> str:
    """What a reader who goes down the rows finds first."""
    return next(place.quantity.value for place, got, right in puzzle.rows if not np.allclose(got, right))


def test_the_first_row_that_is_off_tells_the_equation(case: Case) -> None:
    found = list(puzzles(case))
    assert len(found) == (3 if case.architecture.depth > 1 else 2)
    for puzzle in found:
        assert first_off(puzzle) == puzzle.equation == EQUATIONS[puzzle.right]
        assert puzzle.equation in MISTAKES[puzzle.id].equations


def test_the_right_column_is_right(case: Case) -> None:
    true = dict(backprop(case).items())
    for puzzle in puzzles(case):
        for place, _, right in puzzle.rows:
            np.testing.assert_array_equal(right, true[place])
