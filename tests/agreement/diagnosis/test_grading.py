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


HOSTILE = {
    "=cmd|'x'!A1.py": (original("rows"), 100.0, "right"),
    "b_empty.py": ("def backprop(weights, biases, x, y):\n    return [], []\n", 0.0, "wrong"),
    "c_echo.py": ("def backprop(weights, biases, x, y):\n    return weights, biases\n", 0.0, "wrong"),
    "d_nan.py": (ZERO.replace("zeros_like(w)", "nan * w").replace("zeros_like(b)", "inf * b"), 0.0, "wrong"),
    "e_exit.py": ("import os\nos._exit(0)\n", 0.0, "not seen: it ended the process before it answered"),
    "f_loop.py": ("def backprop(weights, biases, x, y):\n    while True: pass\n", 0.0,
                  "not seen: it did not answer in 3 s"),
    "g_flood.py": ("def backprop(weights, biases, x, y):\n    while True: print('x' * 9999)\n", 0.0,
                   "not seen: it printed more than 1 MB"),
}  # fmt: skip
"""Files of a folder, the points of each out of 100, and what its first test says."""


@pytest.mark.long
def test_a_folder_with_hostile_files_gets_the_tests_of_every_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, (text, _, _) in HOSTILE.items():
        (tmp_path / name).write_text(text, "utf-8")
    asked = ["diagnose", str(tmp_path), "--format", "gradescope", "--timeout", "3"]
    assert main.main(asked) == exit_codes.DISAGREE
    captured = capsys.readouterr()
    results = json.loads(captured.out)
    assert not captured.err
    assert results["score"] == pytest.approx(100.0 / len(HOSTILE))
    assert {key: type(value) for key, value in results.items()} == {
        "score": float, "output": str, "output_format": str, "visibility": str, "tests": list,
    }  # fmt: skip
    for n, (name, (_, points, told)) in enumerate(HOSTILE.items()):
        tests = results["tests"][4 * n : 4 * n + 4]
        assert [test["name"].split(", ")[0] for test in tests] == [name] * 4
        assert sum(test["score"] for test in tests) == pytest.approx(points / len(HOSTILE)), name
        assert tests[0]["output"] == told
        assert {test["status"] for test in tests} == {"passed" if points else "failed"}


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
    found = table.diagnose_all(files, table.Declared(), table.Limits())
    lines = table.csv_lines((path.name, one) for path, one in found)
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
    (row,) = list(csv.reader(io.StringIO("".join(table.csv_lines([("a.py", found)])), newline="")))[1:]
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


def test_files_of_one_name_are_told_by_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("ann", "bob"):
        Path(folder).mkdir()
        Path(folder, "hw.py").write_text("x = 1\n", "utf-8")
    assert main.main(["diagnose", "ann/hw.py", "bob/hw.py", "--format", "json"]) == 5
    assert [Path(name).parent.name for name in json.loads(capsys.readouterr().out)] == ["ann", "bob"]
