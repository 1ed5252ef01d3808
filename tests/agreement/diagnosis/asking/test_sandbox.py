"""Hostile submissions: each ends within its limit, with a sentence and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.cli import main

SIGNATURE = "def backprop(weights, biases, x, y):\n    "
HOSTILE = {
    "crashes": (SIGNATURE + "import ctypes; ctypes.string_at(0)", "signal 11"),
    "exits": ("import sys; sys.exit(3)", "sys.exit"),
    "exits_in_a_call": (SIGNATURE + "raise SystemExit", "sys.exit"),
    "ends_the_process": (SIGNATURE + "import os; os._exit(0)", "ended the process"),
    "loops": (SIGNATURE + "while True: pass", "did not answer in 1 s"),
    "sleeps_on_import": ("import time; time.sleep(60)", "did not answer in 1 s"),
    "starts_threads": (
        SIGNATURE + "import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        ("can't start new thread", "did not answer"),
    ),
    "takes_memory": (SIGNATURE + "return bytearray(10 << 30)", "MemoryError"),
    "prints": (SIGNATURE + "while True: print('x' * 1000)", "printed more than 1 MB"),
    "leaves_a_child": (
        SIGNATURE + "import os, time\n    os.fork() or (os.setsid(), time.sleep(60))\n    while True: pass",
        "did not answer in 1 s",
    ),
    "fails_on_import": ("1 / 0\n", "ZeroDivisionError"),
    "has_no_syntax": ("def backprop(:\n", "SyntaxError"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_submission_is_a_verdict(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, told = HOSTILE[name]
    file = tmp_path / f"{name}.py"
    file.write_text(source, "utf-8")
    assert main.main(["diagnose", str(file), "--timeout", "1"]) in (main.DISAGREE, main.USAGE)
    out, err = capsys.readouterr()
    assert len((out + err).splitlines()) == 1
    assert any(part in out + err for part in ([told] if isinstance(told, str) else told))
    assert "Traceback" not in out + err


def test_it_sees_no_secret_and_works_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKPROOF_SECRET", "42")
    file = tmp_path / "nosy.py"
    found = "' '.join([os.environ.get('BACKPROOF_SECRET', 'none'), os.getcwd()])"
    file.write_text(f"import os\n{SIGNATURE}raise ValueError({found})", "utf-8")
    from backproof.agreement.diagnosis.diagnose import diagnose_file

    reason = diagnose_file(file).reason
    assert reason is not None
    assert "none" in reason
    assert str(Path.cwd()) not in reason
