"""Networks that are put together of several files are built as their own examples build them, in our widths."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.programs.loading.program import load
from backproof.agreement.diagnosis.programs.reading.climbs import climbs
from backproof.agreement.diagnosis.programs.reading.numbers import draw
from backproof.agreement.diagnosis.programs.reading.reader import ProgramReading, read
from helpers.readings import assert_of

PATIENT = 60.0
PACKAGES = Path(__file__).parents[3] / "programs" / "packages"
BUILT = {
    "layers_elsewhere/net.py": ("relu", "softmax", "cross_entropy", 1.0),
    "list_of_dicts/agents/policy.py": ("tanh", "sigmoid", "cross_entropy", 1.0),
    "shape_at_once/layer.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
    "two_bases/model/__init__.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
    "path_appended/nets/net.py": ("sigmoid", "identity", "quadratic", 1.0),
    "handed_back/nets/network.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
    "handed_over/network.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
}


def _read(name: str) -> ProgramReading:
    return read(load(PACKAGES / name), seconds=PATIENT)


@pytest.mark.parametrize("name", BUILT)
def test_a_network_of_several_files_is_read(name: str) -> None:
    reading = _read(name)
    assert_of(reading, *BUILT[name])
    assert reading.plan.widths is None


def test_gradients_that_are_added_are_those_of_the_other_sign() -> None:
    added, subtracted, both = "w += rate * g", "w -= rate * g", "v -= 0.9 * v\nself.W = self.W + lr * self.dW"
    assert climbs([ast.parse(added)])
    assert climbs([ast.parse(both)])
    assert not climbs([ast.parse(subtracted)])
    assert not climbs([ast.parse("w += -rate * g")])
    assert not climbs([ast.parse(f"{added}\n{subtracted}")])
    assert not climbs([ast.parse("total += rate * g")])


def test_a_layer_that_takes_both_sizes_at_once_takes_one_input() -> None:
    reading = _read("shape_at_once/layer.py")
    nabla_w, _ = reading.gradients(draw((1, 1, 1), 1))
    assert [w.shape for w in nabla_w] == [(1, 1), (1, 1)]
