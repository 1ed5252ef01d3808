"""Programs with sizes, data and steps of their own, each from its file to its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.diagnosis.diagnose import diagnose_file

FOLDER = Path(__file__).parents[3] / "programs" / "own"
JUDGED = {
    "globals_stepped": ("right", "∂C is dW1"),
    "data_elsewhere": ("right", "not there, and stood in for: prepared"),
    "kept_before": ("right", ".set_data(inputs, expected), .train()"),
    "large_widths": ("right", "its own widths made small: 784 as 13, 800 as 8"),
    "number_by_number": ("right", "its weights, number by number, one round of its own"),
    "numbers_of_a_loop": ("right", "widths 2-2-2"),
    "pairs_of_numbers": ("right", "relu neurons, identity outputs"),
    "rate_in_the_loop": ("right", "tanh neurons, sigmoid outputs"),
    "rate_in_the_step": ("right", "sum over examples, no biases"),
    "rows_of_a_table": ("right", "∂C is (before − after)/η of what it returns"),
    "words_each_layer": ("right", "tanh neurons, sigmoid outputs"),
}
"""Each with its status, and what is said of it besides."""


def test_every_program_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.*")} == set(JUDGED)


@pytest.mark.parametrize("name", JUDGED)
def test_a_program_has_its_verdict(name: str) -> None:
    status, said = JUDGED[name]
    (path,) = FOLDER.glob(f"{name}.*")
    found = diagnose_file(path)
    assert found.status == status, str(found)
    assert said in " ".join(str(found).split())


@pytest.mark.parametrize(
    ("was", "now"),
    [("d_out * self.w6 * slope", "d_out * self.w5 * slope"), ("rate * d_right * x[0]", "rate * d_right * x[1]")],
)
def test_a_mistake_in_numbers_is_met(was: str, now: str, tmp_path: Path) -> None:
    source = (FOLDER / "number_by_number.py").read_text("utf-8")
    assert was in source
    file = tmp_path / "numbers.py"
    file.write_text(source.replace(was, now), "utf-8")
    assert diagnose_file(file).status == "wrong"
