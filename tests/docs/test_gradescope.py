"""The autograder folder, laid out and run as the service does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "docs" / "gradescope"
RIGHT = """
import numpy as np

def backprop(weights, biases, x, y):
    a = [x]
    for w, b in zip(weights, biases):
        a.append(1 / (1 + np.exp(-(w @ a[-1] + b[:, None]))))
    delta = (a[-1] - y) * a[-1] * (1 - a[-1])
    nabla_w, nabla_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_w.insert(0, delta @ a[l].T)
        nabla_b.insert(0, delta.sum(axis=1))
        delta = (weights[l].T @ delta) * a[l] * (1 - a[l])
    return nabla_w, nabla_b
"""
WRONG = RIGHT.replace("(weights[l].T @ delta) * a[l] * (1 - a[l])", "weights[l].T @ delta")


def graded(root: Path, submission: dict[str, str]) -> dict[str, Any]:
    """results.json after run_autograder, which the service copies from source/ to the root."""
    for folder in ("source", "submission", "results", "bin"):
        (root / folder).mkdir()
    shutil.copytree(SOURCE, root / "source", dirs_exist_ok=True)
    shutil.copy(SOURCE / "run_autograder", root / "run_autograder")
    command = root / "bin" / "backproof"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backproof.agreement "$@"\n', "utf-8")
    command.chmod(0o755)
    for name, text in submission.items():
        (root / "submission" / name).write_text(text, "utf-8")
    environment = {**os.environ, "PATH": f"{root / 'bin'}:{os.environ['PATH']}"}
    subprocess.run([str(root / "run_autograder")], cwd=root, env=environment, check=True, timeout=120)
    return dict(json.loads((root / "results" / "results.json").read_text("utf-8")))


def test_a_right_submission_has_full_marks(tmp_path: Path) -> None:
    results = graded(tmp_path, {"mine.py": RIGHT})
    assert results["score"] == 100
    assert [test["status"] for test in results["tests"]] == ["passed"] * 4


def test_a_mistake_costs_its_equation_and_is_named(tmp_path: Path) -> None:
    results = graded(tmp_path, {"mine.py": WRONG})
    assert results["score"] == 75
    assert [test["name"][:3] for test in results["tests"] if test["status"] == "failed"] == ["BP2"]
    assert "M06" in results["output"]


@pytest.mark.parametrize(
    ("submission", "message"),
    [
        ({}, "there are 0"),
        ({"one.py": RIGHT, "two.py": RIGHT}, "there are 2"),
        ({"mine.py": "x = 1\n"}, "mine is not understood"),
    ],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, submission: dict[str, str], message: str) -> None:
    results = graded(tmp_path, submission)
    assert results["score"] == 0
    assert message in results["output"]
