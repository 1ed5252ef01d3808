from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases.generate import case as drawn
from backproof.agreement.lesson import steps
from backproof.agreement.lesson.steps import Matrix, MatrixLine
from backproof.manual.case import Architecture, Case

ARCHITECTURES = (
    Architecture((2, 3, 2), ("sigmoid", "sigmoid")),
    Architecture((3, 2, 4, 2), ("tanh", "relu", "sigmoid"), "cross_entropy"),
    Architecture((2, 3, 3), ("softplus", "softmax"), "cross_entropy", "sum"),
    Architecture((2, 2, 3), ("identity", "softmax"), "quadratic"),
    Architecture((3, 2), ("sigmoid",)),
)


@pytest.fixture(params=ARCHITECTURES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return drawn(np.random.default_rng(1), request.param, "float64", "calm", examples=3)


def combined(line: MatrixLine) -> np.ndarray:
    """What the matrices of a line come to, read from the page as a reader would."""
    *operands, _, _ = line.items
    result = line.values(0)
    for operator, operand in zip(operands[1::2], operands[2::2], strict=True):
        value = operand.values if isinstance(operand, Matrix) else 1 / float(operand.removeprefix("1/"))
        if operator == "×" and isinstance(operand, Matrix):
            result = result @ value
        else:
            result = {"+": np.add, "−": np.subtract}.get(operator, np.multiply)(result, value)
    return result


def test_the_matrices_of_a_line_come_to_its_result(case: Case) -> None:
    for step in [*steps.forward(case), *steps.backward(case)]:
        for line in step.lines:
            if line.items[1] == "σ→":
                continue
            expected = line.values(0).sum(axis=1, keepdims=True) if line.items[1] in ("Σ→", "=") else combined(line)
            np.testing.assert_allclose(line.values(len(line.items) - 1), expected, rtol=1e-12, atol=1e-15)


def test_a_cell_of_a_result_lights_what_makes_it(case: Case) -> None:
    """The cells that a result depends on are the ones that light up: change one that doesn't, and nothing moves."""
    for step in steps.backward(case):
        for line in step.lines:
            last = len(line.items) - 1
            rows, columns = line.values(last).shape
            lit = line.lights(last, rows - 1, columns - 1)
            if line.kind == "product":
                assert len(lit) == 2 * line.values(0).shape[1]
            elif line.kind == "sum":
                assert len(lit) == line.values(0).shape[1]
            else:
                assert lit == [(0, rows - 1, columns - 1), (2, rows - 1, columns - 1)]


def test_every_equation_in_every_layer(case: Case) -> None:
    depth = case.architecture.depth
    ids = [step.id for step in steps.backward(case)]
    hidden = [f"bp2-{layer}" for layer in range(depth - 1, 0, -1)]
    both = [f"{equation}-{layer}" for equation in ("bp3", "bp4") for layer in range(depth, 0, -1)]
    assert ids == [f"bp1-{depth}", *hidden, *both]


def test_a_line_of_code_is_the_source_and_names_its_symbols(case: Case) -> None:
    for step in [*steps.forward(case), *steps.backward(case)]:
        assert any(part for line in step.code for _, part in line.pieces)
        for line in step.code:
            assert "".join(text for text, _ in line.pieces).startswith("return ")
            assert line.file.startswith("manual/")
    (bp2,) = [step for step in steps.backward(case) if step.id == "bp2-1"] or [None]
    if bp2:
        assert [part for _, part in bp2.code[0].pieces if part] == ["W2", "delta2", "slope1"]
