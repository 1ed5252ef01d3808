"""Programs that were once called wrong, or right for the wrong reason: each from its file to its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.diagnosis.diagnose import diagnose_file

FOLDER = Path(__file__).parents[3] / "programs" / "judged"
JUDGED = {
    "rate_one": ("right", (), "(before − after)/η of w0"),
    "marks": ("right", (), "widths 2-3-1"),
    "quotient": ("right", ("M38",), "relu neurons, sigmoid outputs, cross-entropy"),
    "digits": ("wrong", ("M17",), "every class in a batch"),
    "elsewhere": ("not_understood", (), "not there: neurons"),
    "relu_of_the_scores": ("unknown", (), "not judged"),
    "clipped_each": ("right", (), "ε = 1e-15 clipped elementwise"),
}
"""Each with its status, its mistakes, and what is said of it besides."""


def test_every_program_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.*")} == set(JUDGED)


@pytest.mark.parametrize("name", JUDGED)
def test_a_program_has_its_verdict(name: str) -> None:
    status, mistakes, said = JUDGED[name]
    (path,) = FOLDER.glob(f"{name}.*")
    found = diagnose_file(path)
    assert (found.status, found.mistakes) == (status, mistakes), str(found)
    assert said in str(found)
