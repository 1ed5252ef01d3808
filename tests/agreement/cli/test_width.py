"""What every command prints fits a screen of 80 columns, and no cell of it is cut."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from backproof.agreement.cli import progress
from backproof.agreement.cli.main import COMMANDS, main
from backproof.agreement.screen.text import WIDTH, columns
from helpers.every import none_of
from helpers.hostile_class import RIGHT
from helpers.later import long_but
from helpers.recorded import baseline, good, worse

STEP = """
import torch
def step():
    return (lambda w, x: torch.tanh(w @ x).sum()), (torch.full((3, 3), 0.3), torch.ones(3, 2))
def rule(z, da):
    import numpy as np
    return np.tanh(z), da * (1 - np.tanh(z))
def backprop(weights, biases, x, y):
    return [w * 0 for w in weights], [b * 0 for b in biases]
"""
BUGGY = RIGHT.replace(" * a[-l] * (1 - a[-l])", "")
QUICK = ("--backend", "numpy", "--backend", "numpy.textbook", "--cases", "9", "--no-report")
RUNS = {
    "check": ("check", *QUICK),
    "check, wrong": ("check", "--backend", "zero", "--backend", "numpy", "--cases", "9", "--no-report"),
    "replay": ("replay", "{case}", "--backend", "numpy.textbook"),
    "replay, all": ("replay", "{case}", "--backend", "numpy", "--all"),
    "hvp": ("hvp", "--backend", "numpy", "--cases", "9", "--no-report"),
    "backends": ("backends",),
    "mistakes": ("mistakes",),
    "mistakes, the latest": ("mistakes", "M47"),
    "mistakes, zh": ("mistakes", "M41", "--lang", "zh"),
    "gate": ("gate", "worse.json", "--baseline", "baseline.json"),
    "gate, accept": ("gate", "good.json", "--baseline", "new.json", "--accept"),
    "diff": ("diff", "good.json", "worse.json", "--all"),
    "sweep": ("sweep", "--backend", "numpy", "--cases", "9", "--workers", "1", "--no-report", "--out", "swept"),
    "merge": ("merge", "swept", "--no-report"),
    "accuracy": ("accuracy", "--backend", "numpy", "--budget", "16", "--activation", "sigmoid", "--dtype", "float64"),
    "vjp": ("vjp", "step.py:rule", "--operation", "tanh", "--cases", "2"),
    "certify": ("certify", "step.py:step"),
    "port": ("port", "step.py:step", "step.py:step"),
    "diagnose": ("diagnose", "buggy.py"),
    "diagnose, zh": ("diagnose", "buggy.py", "--lang", "zh"),
    "conventions": ("conventions",),
    "conventions, one": ("conventions", "gelu"),
}
UNENDED = ("backends", "mistakes", "conventions", "diff", "gate, accept")
"""What these print is a list, and their code says nothing."""
ELSEWHERE = {"lesson"}
"""It writes a page."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("width")
    (made / "step.py").write_text(STEP, "utf-8")
    (made / "buggy.py").write_text(BUGGY, "utf-8")
    good().save(made / "good.json")
    worse().save(made / "worse.json")
    baseline().save(made / "baseline.json")
    good().save_all(made)
    return made


@pytest.mark.parametrize("run", long_but(*(run for run in RUNS if run != "diagnose, zh"), of=RUNS))
def test_no_line_is_wider_and_nothing_is_cut(
    run: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    case = str(sorted(Path("cases").iterdir())[0])
    code = main([word.format(case=case) for word in RUNS[run]])
    assert code in (0, 1, 5)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    if not run.startswith(UNENDED):
        assert lines[-1].strip().startswith(f"exit {code}: ")
    wide = [line for line in lines if columns(line) > WIDTH and len(line.split()) > 1]
    assert not wide
    assert none_of("\x1b" in line for line in lines)
    assert not [word for line in lines for word in line.split() if len(word) > 1 and word.endswith("…")]


def test_every_command_is_held_to_it() -> None:
    assert {words[0] for words in RUNS.values()} | ELSEWHERE >= {*COMMANDS}


def test_a_log_has_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = iter([0.0, 30.0, 61.0, 100.0, 130.0])
    advance = progress.logged(90, "cases", clock=lambda: next(now))
    for _ in range(4):
        advance(9)
    assert capsys.readouterr().err.splitlines() == [
        "backproof: 18 of 90 cases, 1 min",
        "backproof: 36 of 90 cases, 2 min",
    ]


def test_progress_is_silent_where_it_is_quick(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with progress.progress(2) as advance:
        advance(2)
    assert capsys.readouterr().err == ""
