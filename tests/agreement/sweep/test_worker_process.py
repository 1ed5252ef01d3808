"""A worker that is killed while it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.sweep.worker_process import STARTS

KILLED_AT_IMPORT = """\
import __main__, os, signal
from pathlib import Path
from backproof.reference.numpy_backends.manual_numpy import MANUAL

class Mine:
    name, version = "mine", "1"
    def supports(self, architecture, dtype): return None
    def gradients(self, pack): return MANUAL.gradients(pack)

def in_a_worker(): return str(getattr(__main__.__spec__, "name", "")).endswith("sweep.worker")
starts = len(list(Path().glob("start*")))
if in_a_worker():
    Path(f"start{starts}").touch()
    if starts < TIMES: DIE
"""
SMALL = ["--cases", "9", "--dtype", "float64", "--cost", "quadratic", "--workers", "1"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def swept(times: int, die: str = "os.kill(os.getpid(), signal.SIGKILL)") -> int:
    Path("mine.py").write_text(KILLED_AT_IMPORT.replace("TIMES", str(times)).replace("DIE", die), "utf-8")
    return main(["sweep", "--backend", "mine.py:Mine", *SMALL])


def test_it_is_started_again() -> None:
    assert swept(STARTS - 1) == 0
    assert len(list(Path().glob("start*"))) >= STARTS


def test_but_not_for_ever(capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(100) == 2
    assert f"could not start, {STARTS} times: it died of SIGKILL" in capsys.readouterr().err


def test_nor_where_it_ends_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert swept(100, "os._exit(3)") == 2
    assert "a worker could not start: it ended its process with exit code 3" in capsys.readouterr().err
    assert len(list(Path().glob("start*"))) == 1
