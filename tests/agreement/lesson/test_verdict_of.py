from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.lesson.verdict_of import verdict_of
from helpers.every import none_of

MINE = """
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def backprop(weights, biases, x, y):
    activations = [x]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(w @ activations[-1] + b[:, None]))
    a = activations[-1]
    delta = (a - y) * a * (1 - a) / x.shape[1]
    nabla_w, nabla_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_w.insert(0, delta @ activations[l].T)
        nabla_b.insert(0, delta.sum(axis=1))
        a = activations[l]
        delta = (weights[l].T @ delta) * {slope}
    return nabla_w, nabla_b
"""


@pytest.mark.usefixtures("by_hand_alone")
def test_a_wrong_line_stands_beside_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(MINE.format(slope="1"), "utf-8")
    found = verdict_of(str(file), "en")
    assert not found.right
    assert "wrong in BP2" in found.headline
    (wrong,) = [row for row in found.rows if row.theirs]
    assert (wrong.equation, wrong.theirs) == ("BP2", (20, "delta = (weights[l].T @ delta) * 1"))
    assert wrong.right.file == "manual/equations.py"
    assert [id for id, _ in found.mistakes] == ["M06"]
    out = tmp_path / "lesson.html"
    assert main(["lesson", "--subject", str(file), "--lang", "zh", "--out", str(out)]) == 0
    text = out.read_text("utf-8")
    assert text.index("BP2 有错误") < text.index('id="network"')
    assert "你的第 20 行" in text


def test_a_right_function_is_called_right(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(MINE.format(slope="a * (1 - a)"), "utf-8")
    found = verdict_of(str(file), "en")
    assert found.right
    assert none_of(row.theirs for row in found.rows)
    assert (found.mistakes, found.unnamed, found.smallest) == ((), "", "")
