from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases.generate import case as drawn
from backproof.agreement.lesson import columns, example, tape
from backproof.agreement.lesson.known import named, quantities
from backproof.manual.case import Architecture, Case
from backproof.reference import registry

BATCH = drawn(
    np.random.default_rng(3), Architecture((2, 3, 2), ("tanh", "sigmoid"), "cross_entropy"), "float64", "calm", 3
)

WRAPPED = drawn(
    np.random.default_rng(5), Architecture((2, 3, 2), ("relu", "softmax"), "cross_entropy"), "float32", "calm", 2
)
"""relu is a custom_jvp function in jax: its equation in the jaxpr holds another jaxpr."""


@pytest.fixture(params=[example.default(), BATCH, WRAPPED], ids=["one example", "three", "wrapped"], scope="module")
def tapes(request: pytest.FixtureRequest) -> list[tape.Tape]:
    return tape.tapes(request.param, columns.consult(request.param))


def test_all_four_equations_are_on_every_tape(tapes: list[tape.Tape]) -> None:
    assert [one.library for one in tapes] == ["torch", "jax"]
    for one in tapes:
        assert {equation for line in one.lines for equation in line.equations} >= {"bp1", "bp2", "bp3", "bp4"}
        made = {known.part for line in one.lines for known, _ in line.makes}
        assert made >= {"delta2", "delta1", "dW2", "dW1", "db2", "db1", "back1"}


def test_torch_ends_at_the_leaves(tapes: list[tape.Tape]) -> None:
    leaves = [line for line in tapes[0].lines if "AccumulateGrad" in line.text]
    assert {(line.text.split()[-1], line.makes[0][0].part) for line in leaves} == {
        ("W1", "dW1"),
        ("b1", "db1"),
        ("W2", "dW2"),
        ("b2", "db2"),
    }


def test_only_a_value_that_is_the_quantity_gets_its_name() -> None:
    known = quantities(example.default())
    for one in known:
        assert named(one.value, known) is not None
        assert named(one.value * (1 + 1e-6) + 1e-6, known) is None


def test_a_missing_library_has_no_tape_but_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    load = registry.load

    def without_torch(name: str, of_function: object = None) -> registry.Backend:
        if name == "torch":
            raise registry.Unavailable("torch cannot be imported (planted)")
        return load(name)

    monkeypatch.setattr(registry, "load", without_torch)
    case: Case = example.default()
    torch, jax = tape.tapes(case, columns.consult(case))
    assert (torch.lines, torch.reason) == ((), "torch cannot be imported (planted)")
    assert jax.lines
