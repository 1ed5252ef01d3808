"""docs/note.md names functions and tests: every one exists, and no claim's test is left out."""

from __future__ import annotations

import ast
import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "note.md").read_text("utf-8")
LINES = TEXT.splitlines()
FUNCTIONS = sorted(set(re.findall(r"`((?:equations|costs|activations|backprop)\.[\w.]+)`", TEXT)))
DEFAULT_FILE = "tests/manual/test_note.py"


def named_tests() -> list[tuple[str, str]]:
    """Every test that a line names, with its file: the line's own, or the default one."""
    found = []
    for text in LINES:
        files = re.findall(r"`(tests/[\w/]+\.py)`", text) or [DEFAULT_FILE]
        found += [(files[0], name) for name in re.findall(r"`(test_\w+)`", text)]
    return found


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_it_names_exists(name: str) -> None:
    module, *path = name.split(".")
    assert callable(reduce(getattr, path, import_module(f"backproof.manual.{module}")))


@pytest.mark.parametrize(("file", "name"), named_tests())
def test_every_test_it_names_exists(file: str, name: str) -> None:
    assert name in functions_of(file)


def test_it_names_every_test_of_the_note_and_every_equation() -> None:
    named = {name for file, name in named_tests() if file == DEFAULT_FILE}
    assert named == functions_of(DEFAULT_FILE)
    assert {f"equations.bp{number}" for number in (1, 2, 3, 4)} <= set(FUNCTIONS)


def test_every_claim_has_its_section() -> None:
    numbers = {int(name.split("_")[2]) for name in functions_of(DEFAULT_FILE)}
    sections = [int(text[3]) for text in LINES if re.match(r"## \d\.", text)]
    assert sections == sorted(numbers) == [1, 2, 3, 4, 5, 6]
    for number, section in zip(sections, re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:], strict=True):
        assert f"test_claim_{number}_" in section
