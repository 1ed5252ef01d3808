"""`backproof check` of a wrong backend from a file: its record is written, and it is diagnosed where that can be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.record.record import Record
from helpers.again import command

WRONG = """
from dataclasses import replace
from backproof.reference.numpy_backends.manual_numpy import MANUAL

class Wrong:
    name, version, supports = "wrong", "1", MANUAL.supports

    def gradients(self, pack):
        right = MANUAL.gradients(pack)
        return replace(right, nabla_w=tuple(1.25 * w for w in right.nabla_w))
"""


@pytest.mark.parametrize(
    ("choice", "diagnosed"),
    [
        (["--activation", "sigmoid"], 1),
        (["--activation", "gelu"], 0),
        (["--activation", "leaky_relu"], 0),
        (["--cost", "huber"], 0),
    ],
)
def test_a_wrong_backend_of_any_activation_has_its_record(
    choice: list[str], diagnosed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.py").write_text(WRONG, "utf-8")
    words = ["--backend", "wrong.py:Wrong", "--dtype", "float64", "--regime", "calm", "--cases", "4", "--no-report"]
    assert main(["check", *words, *choice, "--out", "out"]) == 1
    assert len(Record.load(Path("out/record.json")).summary.get("diagnoses", [])) == diagnosed


def test_a_printed_replay_names_the_row_that_its_case_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.py").write_text(WRONG, "utf-8")
    page = (Path(__file__).parents[3] / "docs" / "extending.md").read_text("utf-8")
    (row,) = re.findall(r"```python\n(# squareplus\.py\n.*?)```", page, re.DOTALL)
    Path("squareplus.py").write_text(row, "utf-8")
    words = ["--backend", "wrong.py:Wrong", "--dtype", "float64", "--regime", "calm", "--cases", "4", "--no-report"]
    assert main(["check", *words, "--activation", "squareplus.py:Squareplus"]) == 1
    again = command(capsys.readouterr().out)
    assert again[-2:] == ["--activation", "squareplus.py:Squareplus"]
    assert main(again) == 1
