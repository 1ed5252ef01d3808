"""The house: rooms that are not crowded, files that are not long, imports that run one way and in no circle."""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from helpers.every import every

ROOT = Path(__file__).parents[1]
HOUSES = ("manual", "reference", "agreement")
MOST_FILES, MOST_LINES = 12, 300
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for house in HOUSES
    for path in sorted((ROOT / house).rglob("*.py"))
}
TESTS = sorted((ROOT / "tests").rglob("*.py"))
ABOVE_ITS_ROOM = {"judging": ("tally", "running", "record", "report", "regression", "cli"), "tally": ("running", "cli")}
"""The rooms that a room of agreement/ does not know: data flows from cases to reports and never back."""


def imported(module: str, path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, wherever in it the import stands."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            for alias in node.names:
                found = next((one for one in (f"{base}.{alias.name}", base) if one in SOURCES and one != module), None)
                if found:
                    yield found


@cache
def graph() -> Mapping[str, set[str]]:
    """The modules that each imports."""
    return {module: set(imported(module, path)) for module, path in SOURCES.items()}


def test_the_walk_sees_the_imports() -> None:
    assert len(graph()) > 200
    assert sum(map(len, graph().values())) > 900
    assert "reference.truth.certified" in graph()["agreement.judging.judge"]
    assert "agreement.report.html" in graph()["agreement.report.saving"]  # inside a function


def test_no_modules_import_each_other_in_a_circle() -> None:
    try:
        tuple(TopologicalSorter(graph()).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_imports_run_from_agreement_to_reference_to_manual() -> None:
    wrong = [
        f"{module} -> {other}"
        for module, others in graph().items()
        for other in others
        if HOUSES.index(other.split(".")[0]) > HOUSES.index(module.split(".")[0])
    ]
    assert wrong == []


def room(module: str) -> str:
    """The room of agreement/ that a module stands in; none for the other houses and the ground floor."""
    house, *rest = module.split(".")
    return rest[0] if house == "agreement" and len(rest) > 1 else ""


def test_a_room_does_not_know_the_rooms_that_stand_on_it() -> None:
    rooms = {(module, other): (room(module), room(other)) for module, others in graph().items() for other in others}
    wrong = [pair for pair, (below, above) in rooms.items() if above in ABOVE_ITS_ROOM.get(below, ())]
    assert wrong == []


@pytest.mark.parametrize("house", HOUSES)
def test_no_room_is_crowded(house: str) -> None:
    folders = {path.parent for path in (ROOT / house).rglob("*.py")}
    assert len(list((ROOT / house).glob("*.py"))) <= MOST_FILES
    assert every("__init__.py" in {path.name for path in folder.glob("*.py")} for folder in folders)


def asks_of_nothing(node: ast.AST) -> bool:
    """`assert all(…)` or `assert not any(…)`, which hold where there is nothing to ask."""
    if not isinstance(node, ast.Assert):
        return False
    parts = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
    negated = [part.operand for part in parts if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not)]
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == name
        for name, asked in (("all", parts), ("any", negated))
        for part in asked
    )


def test_the_walk_sees_what_is_asked_of_nothing() -> None:
    texts = ("assert all(xs)", "assert not any(xs)", "assert a and all(x for x in xs), xs")
    assert every(any(map(asks_of_nothing, ast.walk(ast.parse(text)))) for text in texts)
    assert any(map(asks_of_nothing, ast.walk(ast.parse("assert any(xs) and x.all() and every(xs)")))) is not True


def test_what_tests_assert_of_every_part_asserts_that_there_are_parts() -> None:
    """`every` and `none_of` of tests/helpers do."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if asks_of_nothing(node) and isinstance(node, ast.Assert)
    ]
    assert found == []


def classes(path: Path) -> list[str]:
    """The classes of a file, but for those inside a function."""
    tree = ast.parse(path.read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def test_a_class_name_is_used_once() -> None:
    paths = [*SOURCES.values(), *TESTS, *(ROOT / "benchmarks").rglob("*.py")]
    ours = [path for path in paths if ROOT / "tests" / "programs" not in path.parents]  # others' styles
    names = Counter(name for path in ours for name in classes(path))
    assert len(names) > 400
    assert [name for name, uses in names.items() if uses > 1] == []


def test_no_file_is_long() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in (*SOURCES.values(), *TESTS)}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_tracked_path_looks_like_an_option() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(tracked.splitlines()) > 300
    assert [name for name in tracked.splitlines() if name.startswith("-")] == []
