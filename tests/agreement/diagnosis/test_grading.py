"""A folder of submissions: each row is written as it is done, whatever another does, and none runs in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from backproof.agreement.cli import exit_codes, main
from backproof.agreement.diagnosis.reports import table
from backproof.agreement.diagnosis.result import Diagnosis
from helpers.planted import original

ZERO = """
import numpy as np
def backprop(weights, biases, x, y):
    return [np.zeros_like(w) for w in weights], [np.zeros_like(b) for b in biases]
"""


def test_zeros_earn_nothing_on_gradescope_and_hear_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "zero.py").write_text(ZERO, "utf-8")
    assert main.main(["diagnose", str(tmp_path / "zero.py"), "--format", "gradescope"]) == exit_codes.DISAGREE
    results = json.loads(capsys.readouterr().out)
    assert results["score"] == 0
    assert [test["score"] for test in results["tests"]] == [0.0] * 4
    assert "it answers 0 to everything" in results["output"]


def test_the_files_of_a_folder_are_graded_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text(ZERO, "utf-8")
    (tmp_path / "b.py").write_text(original("rows"), "utf-8")
    assert main.main(["diagnose", str(tmp_path), "--format", "gradescope"]) == exit_codes.DISAGREE
    results = json.loads(capsys.readouterr().out)
    assert results["score"] == 50.0
    assert [test["score"] for test in results["tests"]] == [0.0] * 4 + [12.5] * 4
    assert sum(test["max_score"] for test in results["tests"]) == 100.0
    assert results["tests"][4]["name"].startswith("b.py, BP1")


def test_a_folder_in_which_nothing_is_understood_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import numpy as np\n", "utf-8")
    (tmp_path / "b.py").write_text("print(1)\n", "utf-8")
    assert main.main(["diagnose", str(tmp_path)]) == exit_codes.NOTHING_CHECKED


def test_a_row_is_written_when_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file makes the judge itself fail: the first has its row before, the third after."""
    told = []

    def judged(path: Path, *_: object) -> Diagnosis:
        told.append(path.name)
        if path.name == "b.py":
            raise RuntimeError("=1+1")
        return Diagnosis(path.stem, "right")

    monkeypatch.setattr(table, "diagnose_file", judged)
    files = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    lines = table.csv_lines(table.diagnose_all(files, table.Declared(), table.Limits()))
    assert next(lines).startswith("file,")
    assert not told
    assert next(lines).startswith("a.py,a,right")
    assert told == ["a.py"]
    rest = list(csv.reader(io.StringIO("".join(lines))))
    assert [row[:3] for row in rest] == [["b.py", "b", "stopped"], ["c.py", "c", "right"]]
    assert rest[0][-1] == "it could not be judged: RuntimeError: =1+1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n+", "\u2003@", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    found = Diagnosis(f"{start}cmd()", "stopped", reason=f'{start}HYPERLINK("x")')
    (row,) = list(csv.reader(io.StringIO("".join(table.csv_lines([(Path("a.py"), found)])), newline="")))[1:]
    first_line = start.strip()  # a cell is one line of plain text
    assert row[1] == f"'{first_line}cmd()"
    assert row[-1] == f"'{first_line}HYPERLINK" + '("x")'
    assert row[2] == "stopped"


def test_the_exit_code_of_a_folder_is_that_of_its_worst(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "right.py").write_text(original("rows"), "utf-8")
    assert main.main(["diagnose", str(tmp_path)]) == exit_codes.AGREE
    (tmp_path / "zero.py").write_text(ZERO, "utf-8")
    assert main.main(["diagnose", str(tmp_path)]) == exit_codes.DISAGREE
    assert len(capsys.readouterr().out.splitlines()) == 3
