"""A sweep that is killed again and again, parent and workers, against one that is left alone.

python benchmarks/kills.py [--kills N] [--cases N] [--seed S] [--backend B]… [--longest S] [--json]

SIGKILL reaches the parent or one of its workers at a random moment, and every eighth time the disk is full; a
sweep that ended so is gone on with by `--resume`. Both records must be the same, but for when, where and how long.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pinned import about

KILLS, CASES = 24, 10_000
LONGEST = 12.0
"""Seconds between two kills, at most."""
DISK_MB, FULL_SECONDS, FULL_EVERY = 96, 20.0, 8
"""A disk this small, how long a sweep may take to notice that it is full, and how many kills lie between."""
REFUSED_AT_MOST = 3
"""Sweeps in a row that end with 2 though nothing was done to them: the disk is too small, or the journal lost."""
BUSY_SECONDS = 4.0
"""A worker lives up to so long before it is killed."""
MAY_DIFFER = ("created", "environment", "digest")


def sweep(folder: Path, words: list[str]) -> subprocess.Popen[bytes]:
    """A sweep into this folder, or on with the one that is there."""
    resumed = ["--resume", str(folder)] if (folder / "sweep.sqlite").exists() else ["--out", str(folder), *words]
    command = [sys.executable, "-m", "backproof.agreement", "sweep", "--workers", "2", *resumed]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def workers_of(parent: int) -> list[int]:
    """The processes that this one started (Linux).

    Read from each process's own line: /proc/PID/task/TID/children is not there on every kernel.
    """
    return [process for process, its_parent in _parents() if its_parent == parent]


def _parents() -> Iterator[tuple[int, int]]:
    """Each process with its parent."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            after_name = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            yield int(stat.parent.name), int(after_name[1])


def record(folder: Path) -> dict[str, Any]:
    """What the sweep found."""
    found: dict[str, Any] = json.loads((folder / "record.json").read_text("utf-8"))
    for name in MAY_DIFFER:
        del found[name]
    del found["summary"]["seconds"]
    return found


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own that can be filled, and whether there is one: it takes root to mount it."""
    folder.mkdir()
    options = ["-o", f"size={DISK_MB}m"]
    mounted = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(folder)], check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def on_a_full_disk(disk: Path, running: subprocess.Popen[bytes]) -> str:
    """Fill the disk until the sweep ends by itself or is killed there, then make room again; what came of it."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))
    try:
        running.wait(FULL_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    ballast.unlink()
    return "full disk" if running.returncode == 2 else "killed on a full disk"


def victim(running: subprocess.Popen[bytes], rng: random.Random) -> int | None:
    """The parent, or as often one of its workers, which is waited for where none has started; None at the end."""
    wanted = rng.random() < 0.5
    while running.poll() is None:
        if not wanted:
            return running.pid
        if children := workers_of(running.pid):
            time.sleep(rng.uniform(0, BUSY_SECONDS))  # at its start, or in the middle of a unit
            return rng.choice(children)
        time.sleep(0.05)
    return None


def disturbed(disk: Path, words: list[str], given: argparse.Namespace, can_fill: bool) -> Counter[str]:
    """A sweep to its end, and what befell it how often on the way."""
    rng, befell, folder = random.Random(given.seed), Counter[str](), disk / "sweep"
    refused = 0
    while refused < REFUSED_AT_MOST:
        running, before = sweep(folder, words), befell.total()
        while befell.total() < given.kills and running.poll() is None:
            time.sleep(rng.uniform(given.longest / 10, given.longest))
            target = victim(running, rng)
            if target is None:
                break
            if can_fill and (befell.total() + 1) % FULL_EVERY == 0:
                befell[on_a_full_disk(disk, running)] += 1
                continue
            with contextlib.suppress(ProcessLookupError):  # a worker that has just been replaced
                os.kill(target, signal.SIGKILL)
            befell["parent" if target == running.pid else "worker"] += 1
        if running.wait() in (0, 1, 5):
            return befell
        refused = refused + 1 if befell.total() == before else 0
    raise SystemExit(f"the sweep is refused with exit code {running.returncode}, though nothing was done to it")


def parts(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {*one, *other}:
            yield from parts(one.get(key), other.get(key), f"{at}.{key}".removeprefix("."))
    elif one != other:
        yield at


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Both sweeps, compared."""
    words = ["--cases", str(given.cases), "--seed", str(given.seed)]
    words += [word for name in given.backend for word in ("--backend", name)]
    with tempfile.TemporaryDirectory() as folder:
        alone, disk = Path(folder, "alone"), Path(folder, "disk")
        sweep(alone, words).wait()
        undisturbed = record(alone)
        with small_disk(disk) as can_fill:
            befell = disturbed(disk, words, given, can_fill)
            differs = sorted(parts(undisturbed, record(disk / "sweep")))
    summary = undisturbed["summary"]
    counts = {"cases": summary["cases"], "entries": summary["entries"], "wrong": summary["wrong"]}
    return {**counts, "befell": befell.total(), **befell, "identical": not differs, "differs": differs[:5]}


def main() -> None:
    """Measure; exit 1 where a kill left a trace."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--backend", action="append", default=[])
    parser.add_argument("--longest", type=float, default=LONGEST)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    given = parser.parse_args()
    row = measure(given)
    print(json.dumps({"environment": about(), "rows": [row]}, indent=1) if given.json else row)
    raise SystemExit(not row["identical"])


if __name__ == "__main__":
    main()
