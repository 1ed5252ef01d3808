"""Modules of a program are found where its own lines on sys.path lead."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.programs.loading.places import added, folders
from backproof.agreement.diagnosis.programs.loading.program import load

LINES = [
    "sys.path.append('../common')",
    "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'common'))",
    "sys.path.append(os.path.abspath(os.pardir + '/common'))",
    "here = Path(__file__).resolve().parent\nsys.path.append(str(here.parent / 'common'))",
    "sys.path += [os.getcwd() + '/../common']",
    "sys.path.append('/home/somebody/project/common')",
]


@pytest.mark.parametrize("lines", LINES)
def test_a_folder_that_is_added_is_found(lines: str, tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "shapes.py").write_text("class Shape:\n    sides = 3\n", "utf-8")
    file = tmp_path / "nets" / "net.py"
    file.parent.mkdir()
    file.write_text(f"import os\nimport sys\nfrom pathlib import Path\n{lines}\nfrom shapes import Shape\n", "utf-8")
    assert added(ast.parse(lines), file) == [tmp_path / "common"]
    program = load(file)
    assert program.namespace["Shape"].sides == 3
    assert not program.stubbed


def test_a_line_that_computes_something_else_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    touched = tmp_path / "touched"
    assert added(ast.parse(f"sys.path.append(str(open({str(touched)!r}, 'w')))"), file) == []
    assert not touched.exists()


def test_a_project_ends_where_nothing_belongs_to_it(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "package" / "part"
    inner.mkdir(parents=True)
    (inner / "__init__.py").touch()
    (tmp_path / "project" / "README.md").touch()
    assert folders(inner) == [inner, inner.parent, inner.parent.parent]
