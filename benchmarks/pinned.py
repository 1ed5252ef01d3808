"""One thread for every library, and one core where a ratio is to mean work; the environment says so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from backproof.agreement.environment import environment as this_machine
from backproof.agreement.sweep.worker_process import ONE_THREAD, environment

PINNED = "BACKPROOF_BENCHMARK_PINNED"


def pinned(to_one_core: bool = False) -> None:
    """Run this program again with one thread a library, and end with its exit code; nothing in that run."""
    if PINNED in os.environ:
        return
    if to_one_core and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    words = [sys.executable, *sys.argv]
    raise SystemExit(subprocess.run(words, env={**environment(), PINNED: "1"}, check=False).returncode)


def about() -> dict[str, Any]:
    """The environment of a benchmark, with the pinned variables and the cores that were allowed."""
    variables = {name: os.environ.get(name) for name in (*ONE_THREAD, "XLA_FLAGS")}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {**this_machine(), "pinned": variables, "pinned_to_cores": cores}
