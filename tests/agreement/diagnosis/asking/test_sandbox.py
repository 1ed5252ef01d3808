"""Hostile submissions: each ends within its limit, with a sentence and nothing left behind."""

from __future__ import annotations

import contextlib
import uuid
from itertools import product
from pathlib import Path

import pytest
from backproof.agreement.cli import main
from backproof.agreement.cli.exit_codes import DISAGREE, NOTHING_CHECKED
from backproof.agreement.diagnosis.asking import sandbox
from helpers.later import long_but

SIGNATURE = "def backprop(weights, biases, x, y):\n    "
FORGES = """
import os
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        if fd > 2 and os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"):
            os.write(fd, LINES)
    except OSError: pass
os._exit(0)
"""
LATE = "did not answer in 2 s"
ABOUT = '{"name": "f", "line": 1, "lines": {}, "cost": null, "single": false}'


def forging(*lines: str) -> str:
    """A submission that writes these lines into every pipe that it finds."""
    return FORGES.replace("LINES", repr("".join(f"{line}\n" for line in lines).encode()))


HOSTILE = {
    "crashes": (SIGNATURE + "import ctypes; ctypes.string_at(0)", "signal 11"),
    "exits": ("import sys; sys.exit(3)", "not understood"),
    "exits_in_a_call": (SIGNATURE + "raise SystemExit", "sys.exit"),
    "ends_the_process": (SIGNATURE + "import os; os._exit(0)", "ended the process"),
    "loops": (SIGNATURE + "while True: pass", LATE),
    "sleeps_on_import": ("import time; time.sleep(60)", LATE),
    "starts_threads": (
        SIGNATURE + "import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        ("can't start new thread", "did not answer"),
    ),
    "takes_memory": (SIGNATURE + "return bytearray(10 << 30)", "MemoryError"),
    "prints": (SIGNATURE + "while True: print('x' * 1000)", "printed more than 1 MB"),
    "leaves_a_child": (
        SIGNATURE + "import os, time\n    os.fork() or (os.setsid(), time.sleep(60))\n    while True: pass",
        LATE,
    ),
    "stops_its_supervisor": (
        SIGNATURE + "import os, signal\n    os.kill(os.getppid(), signal.SIGSTOP)\n    while True: pass",
        LATE,
    ),
    "kills_its_supervisor": (
        SIGNATURE + "import os, signal\n    os.kill(os.getppid(), signal.SIGKILL)\n    while True: pass",
        LATE,
    ),
    "kills_its_supervisor_from_a_child": (
        SIGNATURE + "import os, signal, time\n    up = os.getppid()\n"
        "    os.fork() or (os.setsid(), os.kill(up, signal.SIGKILL), time.sleep(60))\n    time.sleep(60)",
        LATE,
    ),
    "leaves_a_child_and_ends": (
        SIGNATURE + "import os, time\n    os.fork() or (os.setsid(), time.sleep(60))\n    os._exit(0)",
        ("ended the process", "did not answer"),
    ),
    "forges_that_it_fails": (forging('{"fails": "x"}'), "it wrote into the pipe of its answers"),
    "forges_no_line": (forging("[" * 3000), "it ended the process before it answered"),
    "forges_the_last_line": (forging('{"name": []}', '{"done": true}'), "it wrote into the pipe of its answers"),
    "forges_an_answer": (
        forging(ABOUT, '{"number": 1000000, "layout": {}, "outcome": []}', '{"done": true}'),
        "it wrote into the pipe of its answers",
    ),
    "forges_no_answers": (forging(ABOUT, '{"done": true}'), "it wrote into the pipe of its answers"),
    "fills_the_pipe": (forging("x" * 1000).replace("os.write", "while True: os.write"), ("output", "printed more")),
    "fails_on_import": ("1 / 0\n", "not understood"),
    "has_no_syntax": ("def backprop(:\n", "SyntaxError"),
}


WITHOUT = ("loops", "leaves_a_child", "kills_its_supervisor", "forges_an_answer")
"""Asked quickly without a namespace, too."""


QUICK = [*((name, True) for name in HOSTILE), *((name, False) for name in WITHOUT)]


@pytest.mark.parametrize(
    ("name", "apart"),
    long_but(*QUICK, of=product(HOSTILE, (True, False))),
    ids=lambda each: each if isinstance(each, str) else "in a namespace" if each else "without",
)
def test_a_hostile_submission_is_a_verdict(
    name: str, apart: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, told = HOSTILE[name]
    file = tmp_path / f"{name}.py"
    file.write_text(source, "utf-8")
    mark = uuid.uuid4()
    monkeypatch.setattr(sandbox, "NAMESPACES", apart)
    monkeypatch.setattr(uuid, "uuid4", lambda: mark)
    timeout = "2" if told == LATE else "60"  # what must answer has time, however busy the machine is
    assert main.main(["diagnose", str(file), "--timeout", timeout]) in (DISAGREE, NOTHING_CHECKED)
    out, err = capsys.readouterr()
    assert len((out + err).splitlines()) == 1 or "is not understood" in out
    assert any(part in out + err for part in ([told] if isinstance(told, str) else told))
    assert "Traceback" not in out + err
    assert marked(mark) == []


def marked(mark: uuid.UUID) -> list[str]:
    """What of a run is still there: the mark is in the environment of all its processes."""
    left = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.hex.encode() in file.read_bytes():
                left.append(file.with_name("cmdline").read_text("utf-8"))
    return left


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
