"""Every convention's smallest pair is told by its name, with its lines; without it the pair is the same function."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.porting.conventions import CONVENTIONS
from backproof.agreement.porting.conventions.catalogue import HARMLESS
from backproof.agreement.porting.port import judge_port


def step_of(folder: Path, name: str, text: str) -> Any:
    """The step of a file with this text."""
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.step


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_smallest_pair_is_named(name: str, tmp_path: Path) -> None:
    row = CONVENTIONS[name]
    found = judge_port(step_of(tmp_path, "first", row.first), step_of(tmp_path, "second", row.second))
    assert {p.named.convention.id if p.named else None for p in found.partings} == {name}
    assert found.same == (name in HARMLESS)
    for parting in found.partings:
        assert parting.named is not None
        assert parting.named.first != parting.named.second
        assert [line and Path(line.file).stem for line in parting.lines] == ["first", "second"]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_each_file_is_the_same_function_as_itself(name: str, tmp_path: Path) -> None:
    step = step_of(tmp_path, "first", CONVENTIONS[name].first)
    found = judge_port(step, step)
    assert found.same
    assert found.gradients is not None
    assert found.gradients.same


def test_every_row_has_its_text() -> None:
    for row in CONVENTIONS.values():
        assert row.title
        assert row.about.endswith(".")
        assert row.mend.endswith(".")
        assert row.title[0] != " "
