"""Subjects in six styles: none is wrongly accused, and planted mistakes are caught and named."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from backproof.agreement import UsageError, diagnose
from backproof.agreement.cli import exit_codes, main
from backproof.reference.user_files import LARGEST
from helpers.every import every, none_of
from helpers.planted import FOLDER, PROGRAMS, edits, original, subject

ROOT = Path(__file__).parents[3]
M10 = next(edit for edit in edits() if str(edit) == "book-M10")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the shape checks of the test run make a search ten times slower."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, encoding="utf-8", check=False, cwd=ROOT)


def backproof(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "backproof.agreement", *arguments)


@pytest.mark.long
def test_no_unharmed_program_is_accused_and_planted_mistakes_are_named() -> None:
    lines = run("benchmarks/diagnosis.py", "--every", "40").stdout.splitlines()
    assert [line for line in lines if line.startswith("unharmed")] == [f"unharmed {name}: right" for name in PROGRAMS]
    assert "100.0% named" in lines[-1], "\n".join(lines)


def test_there_are_many_planted_programs_and_each_edit_fits() -> None:
    assert len(edits()) >= 120
    assert every(edit.source() != original(edit.program) for edit in edits())
    assert len({edit.mistake for edit in edits()}) >= 40


def test_no_program_imports_ours() -> None:
    assert none_of("backproof" in original(program) for program in PROGRAMS)


READS_ONE = """
def backprop(weights, biases, x, y):
    steps = [x]
    for w, b in zip(weights, biases):
        steps.append(1 / (1 + np.exp(-(w @ steps[-1] + b[:, None]))))
    delta, answers = steps[-1] - y, []
    for w, before, a in zip(weights[::-1], steps[-2::-1], steps[:0:-1]):
        delta = delta * a * (1 - a)
        answers.insert(0, (delta @ before.T, delta.sum(axis=1)))
        delta = w.T @ delta
    return [w for w, _ in answers], [b for _, b in answers]
"""


def test_one_function_of_a_notebook_is_judged_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = "import numpy as np\n" + READS_ONE.replace("def backprop(", "def other(")
    wrong = READS_ONE.replace("* a * (1 - a)", "")
    cells = [{"cell_type": "code", "source": text} for text in ("%matplotlib inline", wrong, right)]
    (tmp_path / "work.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    assert main.main(["diagnose", f"{tmp_path / 'work.ipynb'}:other"]) == exit_codes.AGREE
    assert capsys.readouterr().out.startswith("other, line")
    assert main.main(["diagnose", f"{tmp_path / 'work.ipynb'}:third"]) == exit_codes.USAGE
    assert "has no 'third'" in capsys.readouterr().err


@pytest.fixture
def misprint(tmp_path: Path) -> Path:
    file = tmp_path / "misprint.py"
    file.write_text(M10.source(), "utf-8")
    return file


def test_the_misprint_is_told_to_someone_who_knows_only_the_note(misprint: Path) -> None:
    done = backproof("diagnose", str(misprint))
    assert done.returncode == exit_codes.DISAGREE
    out = " ".join(done.stdout.split())
    assert not done.stderr
    assert "wrong in BP2" in out
    assert "(self.weights[-l + 1].transpose() + delta) * sp" in out
    assert "Put a matrix product for the +: δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)." in out
    assert "把 + 改成矩阵乘积" in backproof("diagnose", str(misprint), "--lang", "zh").stdout


def test_json_and_gradescope(misprint: Path) -> None:
    document = json.loads(backproof("diagnose", str(misprint), "--format", "json").stdout)
    assert (document["status"], document["mistakes"]) == ("wrong", ["M10"])
    results = json.loads(backproof("diagnose", f"{misprint}:Network", "--format", "gradescope").stdout)
    assert results["score"] == 75.0
    assert [test["status"] for test in results["tests"]] == ["passed", "failed", "passed", "passed"]


def test_what_lies_beside_a_file_does_not_stop_its_diagnosis(tmp_path: Path) -> None:
    """A FIFO, a folder and a link to nothing that are called as scripts are, where others are looked into."""
    (tmp_path / "empty.py").write_text("x = 1\n", "utf-8")
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "link.py").symlink_to("nothing")
    done = backproof("diagnose", str(tmp_path / "empty.py"))
    assert done.returncode == exit_codes.NOTHING_CHECKED
    assert done.stdout.startswith("INCOMPLETE: empty is not understood")


@pytest.mark.parametrize("words", [["diagnose", "{}"], ["check", "--backend", "{}:Mine"], ["certify", "{}:step"]])
def test_a_source_that_is_too_large_is_refused_before_it_is_read(words: list[str], tmp_path: Path) -> None:
    large = tmp_path / "large.py"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    done = backproof(*(word.format(large) for word in words))
    assert done.returncode == exit_codes.USAGE
    assert done.stderr == f"backproof: {large} has {LARGEST + 1} bytes: a source of at most {LARGEST} is read\n"


def test_a_folder_is_a_row_each(misprint: Path) -> None:
    (misprint.parent / "right.py").write_text(original("book"), "utf-8")
    (misprint.parent / "empty.py").write_text("x = 1\n", "utf-8")
    done = backproof("diagnose", str(misprint.parent), "--csv")
    assert done.returncode == exit_codes.DISAGREE
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["file"], row["status"], row["mistakes"]) for row in rows] == [
        ("empty.py", "not_understood", ""),
        ("misprint.py", "wrong", "M10"),
        ("right.py", "right", ""),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.py"], "nowhere.py"),
        ([str(FOLDER / "book.py:Missing")], "Missing"),
        ([str(FOLDER / "book.py"), "--timeout", "0"], "--timeout"),
        ([str(FOLDER / "book.py"), "--csv"], "--csv"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["diagnose", *arguments]) == exit_codes.USAGE
    out, err = capsys.readouterr()
    assert not out
    assert told in err
    assert len(err.splitlines()) == 1


def test_what_is_no_subject_is_refused() -> None:
    with pytest.raises(UsageError, match="neither a function"):
        diagnose(42)
    with pytest.raises(UsageError, match="colour"):
        diagnose(subject(original("book")), colour="red")


def test_a_notebook_shows_it() -> None:
    html = diagnose(subject(M10.source()))._repr_html_()
    assert "M10" in html
    assert "<table>" in html


def test_neither_torch_nor_jax_is_imported(misprint: Path) -> None:
    code = (
        "import sys; from backproof.agreement.cli import main as cli; cli.main(['diagnose', sys.argv[1]]); "
        "sys.exit(bool({'torch', 'jax'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(misprint)], capture_output=True, check=False).returncode == 0
