"""A sweep that is killed again and again, parent and workers, against one that is left alone.

python benchmarks/kills.py [--kills N] [--cases N] [--seed S] [--json]

SIGKILL reaches the parent or one of its workers at a random moment; a dead parent is started again with
`--resume`. Both records must be the same, but for when, where and how long.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from pinned import about

KILLS, CASES = 24, 10_000
LONGEST = 12.0
"""Seconds between two kills, at most."""
MAY_DIFFER = ("created", "environment")


def sweep(folder: Path, words: list[str]) -> subprocess.Popen[bytes]:
    """A sweep into this folder, or on with the one that is there."""
    resumed = ["--resume", str(folder)] if (folder / "sweep.sqlite").exists() else ["--out", str(folder), *words]
    command = [sys.executable, "-m", "backproof.agreement", "sweep", "--workers", "2", *resumed]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def workers_of(parent: int) -> list[int]:
    """The processes that this one started (Linux)."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text("ascii").split()]


def record(folder: Path) -> dict[str, Any]:
    """What the sweep found."""
    found: dict[str, Any] = json.loads((folder / "record.json").read_text("utf-8"))
    for name in MAY_DIFFER:
        del found[name]
    del found["summary"]["seconds"]
    return found


def disturbed(folder: Path, words: list[str], kills: int, rng: random.Random) -> Counter[str]:
    """A sweep to its end, and who was killed how often on the way."""
    killed: Counter[str] = Counter()
    while True:
        running = sweep(folder, words)
        while killed.total() < kills and running.poll() is None:
            time.sleep(rng.uniform(1, LONGEST))
            children = workers_of(running.pid) if running.poll() is None else []
            target = rng.choice([running.pid, *children[:2]])
            if running.poll() is not None:
                break
            os.kill(target, signal.SIGKILL)
            killed["parent" if target == running.pid else "worker"] += 1
        if running.wait() != -signal.SIGKILL:
            return killed


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Both sweeps, compared."""
    words = ["--cases", str(given.cases), "--seed", str(given.seed)]
    with tempfile.TemporaryDirectory() as folder:
        alone, killed = Path(folder, "alone"), Path(folder, "killed")
        sweep(alone, words).wait()
        kills = disturbed(killed, words, given.kills, random.Random(given.seed))
        undisturbed = record(alone)
        same = undisturbed == record(killed)
    summary = undisturbed["summary"]
    counts = {"cases": summary["cases"], "entries": summary["entries"], "wrong": summary["wrong"]}
    return {**counts, "kills": kills.total(), **kills, "identical": same}


def main() -> None:
    """Measure; exit 1 where a kill left a trace."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    given = parser.parse_args()
    row = measure(given)
    print(json.dumps({"environment": about(), "rows": [row]}, indent=1) if given.json else row)
    raise SystemExit(not row["identical"])


if __name__ == "__main__":
    main()
