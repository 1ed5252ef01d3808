"""Programs as people write them: each is right within what it was written for, or wrong by one name."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement import diagnose
from helpers.later import long_but
from helpers.planted import FOLDER, subject
from helpers.reordered import CHANGES

RIGHT = {
    "binary_only": "judged on one output only",
    "classids": "y (m,) class ids",
    "eps": "ε = 1e-08 added in the logarithm",
    "inplace_adapter": "cross-entropy, mean over examples",
    "l2": "an L2 term, ∂C/∂W = ∂C₀/∂W + 0.1/m W",
    "no_bias": "no biases",
    "relu_softmax_cols": "relu neurons, softmax outputs, cross-entropy, mean over examples",
    "tuples": "cross-entropy, mean over examples",
    "two_layer_sigmoid": "judged on networks of two layers only",
    "ulp_noise": "cross-entropy, mean over examples",
}
"""What is said of each besides that it is right."""


def source(name: str) -> str:
    return (FOLDER / "as_they_are" / f"{name}.py").read_text("utf-8")


def test_every_program_of_the_folder_is_told_of() -> None:
    assert {path.stem for path in (FOLDER / "as_they_are").glob("*.py")} == {*RIGHT, "relu_of_delta"}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_right_within_what_it_was_written_for(name: str) -> None:
    found = diagnose(subject(source(name)))
    assert found.right, str(found)
    assert not found.mistakes
    assert RIGHT[name] in " ".join(str(found).split())
    assert found.score == 1.0


def test_the_learning_rate_of_a_difference_is_told_from_its_digits() -> None:
    slow = source("inplace_adapter").replace("0.1)", "0.001)").replace("/ 0.1 ", "/ 0.001 ")
    found = diagnose(subject(slow))
    assert found.right
    assert "gradients as (W − W′)/η, η = 0.001" in " ".join(str(found).split())
    assert "η" not in str(diagnose(subject(source("binary_only"))))


@pytest.mark.parametrize("change", long_but("permuted", "shaken", of=CHANGES))
def test_relu_of_the_error_has_its_name(change: str) -> None:
    found = diagnose(CHANGES[change](subject(source("relu_of_delta"))))
    assert found.mistakes == ("M44",)
    assert [status.word for status in found.equations.values()] == ["right", "wrong", "right", "right"]


WORTHLESS = {
    "zero": lambda weights, biases, x, y: ([0 * w for w in weights], [0 * b for b in biases]),
    "constant": lambda weights, biases, x, y: ([0 * w + 0.5 for w in weights], [0 * b + 0.5 for b in biases]),
    "echoed": lambda weights, biases, x, y: (weights, biases),
    "empty": lambda weights, biases, x, y: ([], []),
}


@pytest.mark.parametrize("kind", WORTHLESS)
def test_an_answer_that_says_nothing_earns_nothing_and_hears_why(kind: str) -> None:
    found = diagnose(WORTHLESS[kind])
    assert (found.status, found.worthless, found.score) == ("wrong", kind if kind != "empty" else "zero", 0.0)
    assert len(str(found).splitlines()) == 1


@pytest.mark.long
def test_where_no_convention_fits_nothing_is_guessed() -> None:
    def strange(weights: list, biases: list, x: np.ndarray, y: np.ndarray) -> tuple[list, list]:
        return [np.cos(w + x.sum()) for w in weights], [np.sin(b * y.sum()) for b in biases]

    found = diagnose(strange)
    assert (found.status, found.mistakes, found.score) == ("unknown", (), 0.0)
    assert "--activation, --output and --cost" in " ".join(str(found).split())


def test_an_l2_term_that_was_not_asked_for_is_a_mistake_if_that_is_said() -> None:
    found = diagnose(subject(source("l2")), l2=False)
    assert found.mistakes == ("M32",)
    assert found.as_json()["caveats"] == [["quadratic cost", "M01"]]
    assert diagnose(subject(source("l2"))).as_json()["caveats"] == [["quadratic cost", "M01"], ["no L2 term", "M32"]]
