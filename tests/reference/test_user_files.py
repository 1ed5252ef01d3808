"""A file as a module: a script as it stands, a notebook's cells one after the other, without magics."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from backproof.reference import user_files


def notebook(path: Path, *cells: str) -> Path:
    """A notebook of these code cells."""
    document = {"cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]}
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_a_name_of_a_notebook_is_loaded_as_one_of_a_script_is(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "my work.ipynb", "%matplotlib inline\n!ls\nn = 2", "%%bash\nls", "def f():\n    return n + 1\n"
    )
    f = user_files.load(f"{path}:f", "a function")
    assert callable(f)
    assert f() == 3
    assert not list(tmp_path.glob("**/*.pyc"))


def test_what_cannot_be_loaded_of_a_notebook_is_said(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a.ipynb", "n = 2")
    with pytest.raises(ValueError, match=r"a.ipynb has no 'f'"):
        user_files.load(f"{path}:f", "a function")
    path.write_text("[]", "utf-8")
    with pytest.raises(ValueError, match="a notebook without cells"):
        user_files.load(f"{path}:f", "a function")
    path.write_text("no", "utf-8")
    with pytest.raises(ValueError, match="it is no notebook"):
        user_files.cells(path)
    with pytest.raises(ValueError, match="no file"):
        user_files.load(f"{tmp_path / 'none.ipynb'}:f", "a function")


@pytest.mark.parametrize(
    ("address", "file", "name"),
    [
        ("a.py:f", "a.py", "f"), ("a b/c.ipynb:F.g", "a b/c.ipynb", "F.g"), ("a.py", "a.py", ""),
        ("a.py:b.py:f", "a.py:b.py", "f"), ("torch", "torch", ""),
    ],
)  # fmt: skip
def test_an_address_is_a_file_and_a_name(address: str, file: str, name: str) -> None:
    assert user_files.split(address) == (Path(file), name)
    assert user_files.is_address(address) == bool(name)


def test_a_script_is_read_as_it_stands_and_nothing_compiled_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "mine.py"
    for n in (1, 2):  # written within a second, at one length: compiled code would look as if it were of both
        path.write_text(f"def f():\n    return {n}\n", "utf-8")
        f = user_files.load(f"{path}:f", "a function")
        assert callable(f)
        assert f() == n
    assert list(tmp_path.iterdir()) == [path]
