"""What a backend may do instead of answering, and that the next one never feels it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging.backends import BackendFailed, answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings, run
from backproof.manual import Architecture, Pack
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers import drawn
from helpers.every import every
from helpers.harmed import Harmed

PACK = drawn.pack(Architecture((2, 3, 2), ("tanh", "sigmoid"), "quadratic", "mean"), regimes=("calm",) * 2)


@dataclass(frozen=True)
class Odd(Harmed):
    """Answers with whatever is made of the right answer and the pack."""

    harm: Callable[..., Any] = lambda part: part
    made: Callable[[Any, Pack], Any] = lambda got, pack: got
    name: str = "odd"

    def gradients(self, pack: Pack) -> Any:
        return self.made(super().gradients(pack), pack)


def _exit(got: Any, pack: Pack) -> Any:
    sys.exit(0)


def _spoil(got: Any, pack: Pack) -> Any:
    pack.x[...] = 0
    return got


ODD: dict[str, tuple[Callable[[Any, Pack], Any], str]] = {
    "exits": (_exit, r"odd called exit\(0\) on 2-3-2"),
    "None": (lambda got, pack: None, "odd answered with None: Gradients .* are needed"),
    "a pair": (lambda got, pack: (got.nabla_w, got.nabla_b), "odd answered with a tuple: Gradients"),
    "nested lists": (
        lambda got, pack: replace(got, nabla_w=tuple(w.tolist() for w in got.nabla_w)),
        "odd answered nabla_w with a list where a NumPy array is needed: numpy.asarray makes one",
    ),
    "one array": (lambda got, pack: replace(got, nabla_b=got.nabla_b[0]), "a tuple of NumPy arrays, layer 1 first"),
    "no gradient": (lambda got, pack: replace(got, nabla_b=None), "odd answered nabla_b with None"),
    "None inside": (lambda got, pack: replace(got, z=(None, None)), "odd answered z with None where a NumPy array"),
    "another dtype": (
        lambda got, pack: got.map(lambda part: part.astype(np.float32)),
        "odd answered nabla_w in float32 where float64 is needed: compute in the dtype of the pack",
    ),
    "complex numbers": (
        lambda got, pack: got.map(lambda part: part.astype(np.complex128)),
        "odd answered nabla_w in complex128 where float64 is needed: give the real part",
    ),
    "integers": (lambda got, pack: replace(got, cost=np.zeros(2, int)), "odd answered cost in int64"),
    "writes to its input": (_spoil, "odd wrote to its input, x, on 2-3-2 .*: copy an array before changing it"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_answer_is_a_failure_with_its_reason_and_remedy(kind: str) -> None:
    made, said = ODD[kind]
    with pytest.raises(BackendFailed, match=said):
        assert not answer(Odd(made=made), PACK)


@pytest.mark.parametrize("kind", ODD)
def test_the_run_goes_on_and_disagrees(kind: str) -> None:
    tally = run(Settings(cases=9), [Odd(made=ODD[kind][0]), MANUAL])
    assert tally.disagrees
    assert tally.failures[0].startswith("odd ")
    assert tally.decided["numpy"] > 0
    assert tally.verdicts[Verdict.WRONG] == 0


def test_a_list_of_arrays_is_as_good_as_a_tuple() -> None:
    got = answer(Odd(made=lambda got, pack: replace(got, nabla_w=list(got.nabla_w))), PACK)
    assert isinstance(got.nabla_w, tuple)
    findings = Judge(PACK).findings(MANUAL, got)
    assert every((finding.verdict == Verdict.ACCURATE).all() for finding in findings)


def test_what_one_does_to_its_input_never_reaches_the_next() -> None:
    before = PACK.copy()
    with pytest.raises(BackendFailed, match="wrote to its input"):
        assert not answer(Odd(made=_spoil), PACK)
    assert every(np.array_equal(mine, its) for mine, its in zip(PACK.arrays, before.arrays, strict=True))


def test_an_interrupt_is_not_the_backends() -> None:
    def interrupted(got: Any, pack: Pack) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assert not answer(Odd(made=interrupted), PACK)


EXITS = {
    "when it is imported": "import sys\nsys.exit(0)\n",
    "when it is made": "class Mine:\n    def __init__(self):\n        raise SystemExit(0)\n",
}


@pytest.mark.parametrize("when", EXITS)
def test_a_file_that_exits_is_bad_usage(when: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from backproof.agreement.cli.main import main

    file = tmp_path / "mine.py"
    file.write_text(EXITS[when], "utf-8")
    assert main(["check", "--cases", "9", "--backend", f"{file}:Mine", "--out", str(tmp_path / "out")]) == 2
    assert "SystemExit" in capsys.readouterr().err


REFUSES = """
import sys

class Mine:
    name, version = "mine", "1"

    def supports(self, architecture, dtype):
        sys.exit(0)

    def gradients(self, pack):
        raise AssertionError
"""


def test_a_backend_that_exits_when_it_is_asked_what_it_supports_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from backproof.agreement.cli.main import main

    file = tmp_path / "mine.py"
    file.write_text(REFUSES, "utf-8")
    arguments = ["check", "--cases", "9", "--backend", f"{file}:Mine", "--backend", "numpy"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert "✗ failed: mine called exit(0) when asked what it supports" in out


LEAVES = """
import os

class Mine:
    name, version = "mine", "1"

    def supports(self, architecture, dtype):
        return None

    def gradients(self, pack):
        os._exit(0)
"""


def test_no_old_record_stands_for_a_run_that_was_torn_down(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "mine.py").write_text(LEAVES, "utf-8")
    command = [sys.executable, "-m", "backproof.agreement", "check", "--cases", "9", "--backend"]
    assert subprocess.run([*command, "numpy"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    written = {path.name for path in (tmp_path / "agreement-report").iterdir()}
    assert written == {"record.json", "report.html", "cases"}
    subprocess.run([*command, "mine.py:Mine"], cwd=tmp_path, capture_output=True, check=False)
    left = {path.name for path in (tmp_path / "agreement-report").iterdir()}
    assert left == {"earlier-record.json", "earlier-report.html", "cases"}
