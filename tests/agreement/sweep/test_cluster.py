from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.errors import UsageError
from backproof.agreement.report import html
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


def test_a_cluster_comes_to_the_same_though_a_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(html, "save", lambda record, folder, lang: None)  # drawing is dear
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
