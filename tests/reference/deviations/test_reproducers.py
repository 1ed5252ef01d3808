"""The shortest program for each deviation, with the library alone: it asserts what it gets."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from backproof.reference.deviations.deviations import listed
from helpers.backends import KERAS, load
from helpers.python import run, wanted

ROWS = [row for row in listed() if row.program]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_program_shows_its_deviation(row: object, tmp_path: Path) -> None:
    variables = wanted(row.program)
    load(KERAS[0] if variables else row.library)
    if variables:
        run(row.program, KERAS_HOME=str(tmp_path), **variables)
    else:
        exec(compile(row.program, row.id, "exec"), {})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_it_imports_its_library_alone_and_is_short(row: object) -> None:
    tree = ast.parse(row.program)
    imports = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert [name.partition(".")[0] for name in imports] == [row.library]
    assert len([line for line in row.program.splitlines() if line]) <= 4
    assert isinstance(tree.body[-1], ast.Assert)


def test_every_library_with_deviations_has_one() -> None:
    assert {row.library for row in ROWS} == {row.library for row in listed()}
