"""docs/operations.md names every row as the code has it, and no seen error is beyond its bound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from backproof.reference.graph.rows import FAMILIES, PRIMITIVES

PAGE = (Path(__file__).parents[3] / "docs/operations.md").read_text("utf-8")
LINES = {m[1]: m[0] for m in re.finditer(r"^\| `([^`]+)` \|.*$", PAGE, re.M)}


def test_every_row_stands_in_the_page() -> None:
    assert LINES.keys() == PRIMITIVES.keys()
    assert sum(map(len, FAMILIES.values())) == len(PRIMITIVES)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_the_page_says_what_the_row_says(name: str) -> None:
    row, cells = PRIMITIVES[name], [cell.strip() for cell in re.split(r"(?<!\\)\|", LINES[name])[1:-1]]
    assert cells[1] == row.formula.replace("|", "\\|")
    assert cells[3] == (row.kink or "–")
    seen = [float(number) for cell in cells[4:] for number in cell.split(", ") if number != "–"]
    assert [number for number in seen if not number <= 1] == [], cells  # what only moves has none


def test_what_rounds_was_measured() -> None:
    """But for what only moves, or is measured as part of another."""
    apart = {"reduce_precision", "convert_element_type", "add_any", "put_add", "scatter-sub", "scatter-mul"}
    apart |= {"select_and_scatter_add"}
    rounding = {n for n, row in PRIMITIVES.items() if row.rounding.terms is not None or row.rounding.roundings}
    assert {n for n in rounding - apart if re.search(r"\| – \| – \|$", LINES[n])} == set()
