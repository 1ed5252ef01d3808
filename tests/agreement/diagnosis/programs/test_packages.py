"""Networks that are put together of several files are built as their own examples build them, in our widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.diagnosis.programs.loading.program import load
from backproof.agreement.diagnosis.programs.reading.reader import ProgramReading, read
from helpers.readings import assert_of

PATIENT = 60.0
PACKAGES = Path(__file__).parents[3] / "programs" / "packages"
BUILT = {
    "layers_elsewhere/net.py": ("relu", "softmax", "cross_entropy", 1.0),
    "list_of_dicts/agents/policy.py": ("tanh", "sigmoid", "cross_entropy", -1.0),
    "two_bases/model/__init__.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
    "path_appended/nets/net.py": ("sigmoid", "identity", "quadratic", 1.0),
    "handed_over/network.py": ("sigmoid", "sigmoid", "quadratic", 1.0),
}


def _read(name: str) -> ProgramReading:
    return read(load(PACKAGES / name), seconds=PATIENT)


@pytest.mark.parametrize("name", BUILT)
def test_a_network_of_several_files_is_read(name: str) -> None:
    reading = _read(name)
    assert_of(reading, *BUILT[name])
    assert reading.plan.widths is None
