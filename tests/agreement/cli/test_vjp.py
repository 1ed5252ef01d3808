"""`backproof vjp` against a reference: what is printed, exit codes, and one line for every bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from backproof.agreement.cli.main import main

pytest.importorskip("jax")
KERNELS = """
import jax
import numpy as np

def reference(x, w):
    return jax.numpy.tanh(x) * w

def right(x, w, v):
    t = np.tanh(x)
    return v * w * (1 - t) * (1 + t), v * t

def wrong(x, w, v):
    return v * w, v * np.tanh(x)

def unknown(x, w):
    return jax.lax.igamma_grad_a(abs(x) + 1, abs(x) + 1) * w

def arguments():
    return operands

def failing():
    raise RuntimeError("no data")

def leaving():
    raise SystemExit(3)

number = 3
operands = (np.linspace(-1, 1, 6, dtype=np.float32), np.arange(1, 7, dtype=np.float32))
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernels.py").write_text(KERNELS, "utf-8")
    monkeypatch.chdir(tmp_path)


def _vjp(name: str, reference: str = "reference", arguments: str = "operands", *more: str) -> list[str]:
    given = ["--reference", f"kernels.py:{reference}", "--arguments", f"kernels.py:{arguments}", "--cases", "4"]
    return ["vjp", f"kernels.py:{name}", *given, *more]


@pytest.mark.parametrize("arguments", ["operands", "arguments"])
def test_a_right_kernel(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_vjp("right", arguments=arguments)) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert lines[0] == "✓ right is right: 0 wrong of 48 entries."
    assert lines[3].startswith("  ✓ float32   0 wrong of 48   ")
    assert re.search(r" [█▏▎▍▌▋▊▉]*·+│ 0\.\d\d$", lines[3])
    assert "  A wrong entry is seen from a relative error of " in printed
    assert lines[-1] == "  exit 0: every decided entry is within its bound"


def test_a_wrong_kernel(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_vjp("wrong")) == 1
    assert "wrong is wrong in ∂x, entry" in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_vjp("wrong", "reference", "operands", "--format", "json")) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["wrong"] > 0
    assert record["contract"] == "as the tensors' dtypes say"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (_vjp("right", "unknown"), "no row for the primitive igamma_grad_a at"),
        (_vjp("nothing"), "has no 'nothing'"),
        (_vjp("right", arguments="failing"), "kernels.py:failing raised RuntimeError: no data"),
        (_vjp("right", arguments="leaving"), "kernels.py:leaving ends the process (exit code 3)"),
        (_vjp("right", arguments="number"), "is a int: a tuple of arrays is needed"),
        (_vjp("right", "reference", "operands", "--inside", "float31"), "inside is 'float31': choose from float64"),
        (_vjp("right", "reference", "operands", "--dtype", "float32"), "--dtype makes no sense with --reference"),
        (["vjp", "kernels.py:right", "--reference", "kernels.py:reference"], "--arguments FILE.py:ARGS is needed"),
        (
            ["vjp", "kernels.py:right", "--operation", "tanh", "--sums", "float32"],
            "--sums makes no sense with --operation",
        ),
    ],
)
def test_bad_input_is_one_line(command: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1
