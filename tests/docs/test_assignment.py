"""The assignment notebook: unfilled, filled right, and filled with mistakes of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

jupytext = pytest.importorskip("jupytext", reason="notebooks need jupytext: pip install 'backproof[docs]'")

NOTEBOOK = Path(__file__).parents[2] / "docs" / "assignment" / "assignment.md"
RIGHT = {
    "bp1": "(a - y) * sigma_prime(z)",
    "bp2": "(w_next.T @ delta_next) * sigma_prime(z)",
    "bp3": "delta.sum(axis=1)",
    "bp4": "delta_out @ a_in.T",
}
WRONG = [
    ("bp1", "a - y", "M01"),
    ("bp1", "(y - a) * sigma_prime(z)", "M03"),
    ("bp1", "(a - y) * sigma_prime(a)", "M04"),
    ("bp1", "2 * (a - y) * sigma_prime(z)", "M26"),
    ("bp2", "w_next.T @ delta_next", "M06"),
    ("bp2", "(w_next @ delta_next) * sigma_prime(z)", "M07"),
    ("bp2", "(w_next.T + delta_next) * sigma_prime(z)", "M10"),
    ("bp2", "(w_next.T @ delta_next) * z * (1 - z)", "M05"),
    ("bp3", "delta", "M16"),
    ("bp3", "delta.sum()", "M17"),
    ("bp3", "delta.mean(axis=1)", "M18"),
    ("bp4", "a_in @ delta_out.T", "M23"),
]


def filled(answers: dict[str, str]) -> Any:
    """The notebook with these answers written in."""
    text = NOTEBOOK.read_text("utf-8")
    for name, answer in answers.items():
        text, written = re.subn(rf"(def {name}\([^)]*\):\n    return) \.\.\.", rf"\1 {answer}", text)
        assert written == 1
    return jupytext.reads(text, fmt="md")


def run(notebook: Any, only: str = "check(") -> list[str]:
    """What the checking cells that start so say, in a fresh namespace."""
    said, space = [], {}
    for cell in notebook.cells:
        if cell.source.startswith(only):
            said.append(str(eval(cell.source, space)))
        elif cell.cell_type == "code" and not cell.source.startswith("check("):
            exec(cell.source, space)
    return said


def test_unfilled_it_says_what_to_do() -> None:
    *alone, together = run(filled({}))
    assert [line.partition(":")[0] for line in alone] == [f"{name} is still to do" for name in RIGHT]
    assert together.count("still to do") == 4


def test_filled_right_it_passes_as_a_notebook() -> None:
    nbclient = pytest.importorskip(
        "nbclient", reason="running a notebook needs nbclient: pip install 'backproof[docs]'"
    )
    pytest.importorskip("ipykernel", reason="running a notebook needs ipykernel: pip install 'backproof[docs]'")
    notebook = nbclient.NotebookClient(filled(RIGHT), timeout=120, kernel_name="python3").execute()
    said = [cell.outputs[0]["data"]["text/plain"] for cell in notebook.cells if cell.source.startswith("check(")]
    assert said == [*(f"{name}: right." for name in RIGHT), "bp1, bp2, bp3, bp4: right."]


@pytest.mark.parametrize(("name", "answer", "mistake"), WRONG, ids=[row[2] for row in WRONG])
def test_a_mistake_is_named_in_its_own_cell(name: str, answer: str, mistake: str) -> None:
    (said,) = run(filled({**RIGHT, name: answer}), f"check({name}={name})")
    assert said.startswith(f"{name}: wrong.\nHint {mistake}: ")


def test_a_mistake_costs_no_other_cell() -> None:
    *alone, together = run(filled({**RIGHT, "bp2": "w_next.T @ delta_next"}))
    assert [line.partition("\n")[0] for line in alone] == ["bp1: right.", "bp2: wrong.", "bp3: right.", "bp4: right."]
    assert "Hint M06: " in together
