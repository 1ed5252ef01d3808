"""Right programs with habits of their own: none is called wrong, and what they keep in bounds is told; in time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement import diagnose
from backproof.agreement.diagnosis import rounds
from backproof.agreement.diagnosis.asking.sandbox import Limits
from backproof.agreement.diagnosis.diagnose import diagnose_file
from backproof.agreement.diagnosis.printable import PrintableDiagnosis
from helpers.planted import subject

PROGRAM = """
import math
import numpy as np

def s(z):
    return 1 / (1 + np.exp(-z))

def caught(z):
    def one(v):
        try:
            return 1 / (1 + math.exp(-v))
        except OverflowError:
            return 0.5
    return np.vectorize(one, otypes=[float])(z)

def backprop(weights, biases, x, y):
    a, zs, m = [x], [], x.shape[1]
    for l, (w, b) in enumerate(zip(weights, biases)):
        z = w @ a[-1] + b[:, None]
        zs.append(z)
        a.append(OUTPUT if l == len(weights) - 1 else HIDDEN)
    d = DELTA
    nabla_w, nabla_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_w.insert(0, d @ a[l].T)
        nabla_b.insert(0, d.sum(1))
        if l:
            h, z = a[l], zs[l - 1]
            d = (weights[l].T @ d) * (SLOPE)
    return nabla_w, nabla_b
"""
RELU, SIGMOID, TANH = ("np.maximum(z, 0)", "z > 0"), ("s(z)", "h * (1 - h)"), ("np.tanh(z)", "1 - h ** 2")
QUADRATIC, ENTROPY = "(a[-1] - y) * a[-1] * (1 - a[-1])", "(a[-1] - y) / m"


def judged(hidden: tuple[str, str], output: str, delta: str) -> PrintableDiagnosis:
    """What is said of a program of these parts."""
    parts = {"HIDDEN": hidden[0], "SLOPE": hidden[1], "OUTPUT": output, "DELTA": delta}
    source = PROGRAM
    for name, text in parts.items():
        source = source.replace(name, text)
    with np.errstate(all="ignore"):
        return diagnose(subject(source))


BOUNDED = {
    "overflow caught": (("caught(z)", SIGMOID[1]), "caught(z)", QUADRATIC),
    "a clipped": (SIGMOID, "np.clip(s(z), 1e-12, 1 - 1e-12)", QUADRATIC),
    "z clipped": (("s(np.clip(z, -30, 30))", SIGMOID[1]), "s(np.clip(z, -30, 30))", ENTROPY),
    "NaN made 0": (TANH, "np.nan_to_num(np.exp(z) / np.exp(z).sum(0))", ENTROPY),
}
EPSILONS = {
    "in the sum of e^z": (RELU, "np.exp(z) / (np.exp(z).sum(0) + 1e-8)", ENTROPY),
    "in σ′ of hidden neurons": ((SIGMOID[0], "h * (1 - h) + 1e-10"), "s(z)", ENTROPY),
    "in σ′": ((SIGMOID[0], "h * (1 - h) + 1e-6"), "s(z)", "(a[-1] - y) * (a[-1] * (1 - a[-1]) + 1e-6)"),
}


@pytest.mark.parametrize("program", BOUNDED.values(), ids=list(BOUNDED))
def test_what_is_kept_in_bounds_is_no_mistake(program: tuple[tuple[str, str], str, str]) -> None:
    found = judged(*program)
    assert found.right, str(found)
    assert set(found.mistakes) <= {"M38"}
    assert "keeps its numbers in bounds" in " ".join(str(found).split())


def test_a_mistake_beside_what_is_kept_in_bounds_is_one() -> None:
    hidden, output, delta = BOUNDED["overflow caught"]
    assert judged((hidden[0], "1"), output, delta).mistakes == ("M06",)


@pytest.mark.parametrize("where", EPSILONS)
def test_an_epsilon_of_a_program_is_found(where: str) -> None:
    found = judged(*EPSILONS[where])
    assert found.right, str(found)
    assert where in str(found)


def test_two_mistakes_explain_every_answer() -> None:
    """Once M10 with M26: where M10 fails, M26 alone had explained the networks of one layer."""
    found = judged(("np.where(z > 0, z, 0.2 * z)", "np.where(z > 0, 1, 0.2)"), "np.exp(z) / np.exp(z).sum(0)", ENTROPY)
    assert found.status != "wrong"
    assert set(found.mistakes) <= {"M38"}


SOFTMAX = "np.exp(z - z.max(0)) / np.exp(z - z.max(0)).sum(0)"
PARTS = {"HIDDEN": RELU[0], "OUTPUT": SOFTMAX, "DELTA": ENTROPY}


def source(slope: str, first: str = "") -> str:
    """A network of relu and softmax with this slope; a line first, on each call."""
    text = PROGRAM.replace("    a, zs, m", f"    {first}\n    a, zs, m").replace("SLOPE", slope)
    for name, part in PARTS.items():
        text = text.replace(name, part)
    return text


def test_when_the_time_is_up_no_more_mistakes_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.py").write_text(source("1 + 0 * z"), "utf-8")
    monkeypatch.setattr("backproof.agreement.diagnosis.diagnose.SEARCHED", -1.0)
    found = diagnose_file(tmp_path / "net.py")
    assert found.status == "wrong"
    assert "M06" not in found.mistakes
    assert "The time was up" in str(found)


def test_all_runs_share_the_time(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(source(RELU[1], "import time; time.sleep(0.03)"), "utf-8")
    start = time.monotonic()
    found = diagnose_file(tmp_path / "net.py", limits=Limits(seconds=3.0))
    assert found.status == "stopped"
    assert "in 3 s" in str(found)
    assert time.monotonic() - start < 20


def test_classes_are_asked_before_mistakes_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A softmax's cross-entropy −y/a needs classes where y sums to 1 but a line takes the class of it."""
    ids = "y = np.eye(len(y))[:, y.argmax(0)] if len(y) > 1 else np.round(y)"
    (tmp_path / "net.py").write_text(source(RELU[1], ids), "utf-8")
    most: list[int | None] = []
    plain = rounds.understand
    monkeypatch.setattr(rounds, "understand", lambda *a, **k: most.append(k.get("most")) or plain(*a, **k))
    assert diagnose_file(tmp_path / "net.py").right
    assert most == [0, 0]
