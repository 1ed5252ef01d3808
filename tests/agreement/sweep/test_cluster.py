from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.errors import UsageError
from backproof.agreement.report import html
from backproof.agreement.sweep import cluster
from backproof.agreement.sweep.cluster import Cluster
from helpers.swept import totals

FEW = ["--dtype", "float64", "--cost", "quadratic", "--activation", "relu"]
SETTINGS = ["--backend", "numpy", *FEW, "--cases", "45"]
PROGRAM = """
import os, signal, sys
from distributed import LocalCluster
from backproof.agreement.cli.main import main
from backproof.agreement.sweep.journal import Journal
if __name__ == "__main__":
    local = {"processes": True, "dashboard_address": None, "host": "127.0.0.1"}
    with LocalCluster(n_workers=2, threads_per_worker=1, **local) as cluster:
        add, pids = Journal.add, [worker.pid for worker in cluster.workers.values()]
        def killing(*arguments, **named):
            if pids: os.kill(pids.pop(), signal.SIGKILL), pids.clear()
            return add(*arguments, **named)
        Journal.add = killing
        code = main(["sweep", *sys.argv[1:], "--scheduler", cluster.scheduler_address])
        assert not pids
    sys.exit(code)
"""


@pytest.mark.long
def test_a_cluster_comes_to_the_same_though_a_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(html, "save", lambda *_: None)  # drawing is dear
    Path("program.py").write_text(PROGRAM, "utf-8")
    done = subprocess.run(
        [sys.executable, "program.py", *SETTINGS, "--out", "cluster"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert main(["check", *SETTINGS, "--out", "check"]) == 0
    assert totals(Path("cluster")) == totals(Path("check"))


def test_without_dask_the_reason_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"--scheduler needs Dask .*: pip install 'backproof\[cluster\]'"):
        Cluster("", "tcp://127.0.0.1:1", 1.0)


SCHEDULER = """
import asyncio, sys
from distributed import Scheduler, Worker
async def main(workers):
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address=None) as scheduler:
        print(scheduler.address, flush=True)
        for _ in range(workers):
            await Worker(scheduler.address, nthreads=1, host="127.0.0.1", dashboard_address=None)
        await scheduler.finished()
asyncio.run(main(int(sys.argv[1])))
"""


@pytest.fixture
def scheduler() -> Iterator[Callable[[int], tuple[subprocess.Popen[str], str]]]:
    """Starts one with so many workers in its own process; all are killed at the end."""
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    started: list[subprocess.Popen[str]] = []

    def start(workers: int) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", SCHEDULER, str(workers)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_scheduler_without_workers_is_one_line_within_the_stated_time(
    scheduler: Callable[[int], tuple[subprocess.Popen[str], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = scheduler(0)
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 1.0)
    started = time.monotonic()
    with pytest.raises(UsageError, match=r"no worker joined, 1 s were waited: dask worker tcp://127"):
        Cluster("", address, 1.0)
    assert time.monotonic() - started < 20


def test_a_lost_scheduler_is_one_line_and_the_sweep_goes_on_elsewhere(
    scheduler: Callable[[int], tuple[subprocess.Popen[str], str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(html, "save", lambda *_: None)
    process, address = scheduler(1)
    program = f"""
import os, signal, sys
from backproof.agreement.cli.main import main
from backproof.agreement.sweep.journal import Journal
add = Journal.add
def losing(*arguments, **named):
    os.kill({process.pid}, signal.SIGKILL)
    return add(*arguments, **named)
Journal.add = losing
sys.exit(main(sys.argv[1:]))
"""
    words = ["sweep", *SETTINGS, "--scheduler", address, "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 2, done.stderr
    ours = [line for line in done.stderr.splitlines() if line.startswith("backproof: ")]
    assert ours == [
        f"backproof: the scheduler at {address!r} is lost; what is done is kept: backproof sweep --resume DIR"
    ]
    assert "Traceback" not in done.stderr, done.stderr
    assert main(["sweep", "--resume", "out", "--workers", "1"]) == 0
    assert main(["check", *SETTINGS, "--out", "check"]) == 0
    assert totals(Path("out")) == totals(Path("check"))
