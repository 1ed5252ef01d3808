from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases import generate
from backproof.agreement.lesson import columns, example
from backproof.agreement.lesson.pair.rows import PairRow, rows
from backproof.agreement.lesson.tape_torch import graph
from backproof.manual.case import Architecture, Case

CASES = [
    example.default(),
    *(
        generate.case(np.random.default_rng(3), of, dtype, "calm", 3)
        for of, dtype in (
            (Architecture((3, 4, 4, 2), ("relu", "tanh", "softmax"), "cross_entropy"), "float64"),
            (Architecture((2, 3), ("sigmoid",), "cross_entropy"), "float32"),
            (Architecture((2, 3, 2), ("softplus", "softmax"), "quadratic"), "float64"),
        )
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: str(case.architecture), scope="module")
def made(request: pytest.FixtureRequest) -> tuple[Case, list[PairRow]]:
    return request.param, rows(request.param, columns.consult(request.param, names=("numpy", "torch")))


def test_every_node_of_the_graph_stands_there(made: tuple[Case, list[PairRow]]) -> None:
    case, found = made
    assert {number for row in found for number in row.nodes} == {node.number for node in graph(case)}


def test_each_equation_is_joined_to_the_node_with_its_numbers(made: tuple[Case, list[PairRow]]) -> None:
    case, found = made
    depth = case.architecture.depth
    kinds = [row.kind for row in found if row.kind.startswith("bp")]
    assert kinds == ["bp1", *["bp3", "bp4", "bp2"] * (depth - 1), "bp3", "bp4"]
    for row in found:
        if row.kind.startswith("bp"):
            assert row.by_hand is not None
            assert row.by_torch is not None
            assert row.gap is not None
            np.testing.assert_allclose(np.reshape(row.by_torch, row.by_hand.shape), row.by_hand, rtol=1e-4, atol=1e-9)
            assert row.gap.same or (row.gap.share is not None and 0 < row.gap.share < 1)


def test_the_nodes_of_the_lesson() -> None:
    found = rows(CASES[0], columns.consult(CASES[0], names=("numpy", "torch")))
    told = [(row.kind, row.nodes) for row in found]
    assert told[:5] == [("", (1,)), ("", (2,)), ("nabla", (3,)), ("bp1", (4,)), ("", (5,))]
    assert ("bp4", (6, 7)) in told
    assert ("bp3", (14, 15)) in told
    assert [row.leaf for row in found if row.kind == "bp4"] == ["W2", "W1"]
