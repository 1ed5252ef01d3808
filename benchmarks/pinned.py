"""One thread for every library, so that a figure is of one core; the environment says so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from backproof.agreement import provenance
from backproof.agreement.sweep.lane import ONE_THREAD, environment

PINNED = "BACKPROOF_BENCHMARK_PINNED"


def pinned() -> None:
    """Run this program again with one thread a library, and end with its exit code; nothing in that run."""
    if PINNED not in os.environ:
        words = [sys.executable, *sys.argv]
        raise SystemExit(subprocess.run(words, env={**environment(), PINNED: "1"}, check=False).returncode)


def about() -> dict[str, Any]:
    """The environment of a benchmark, with the pinned variables."""
    variables = {name: os.environ.get(name) for name in (*ONE_THREAD, "XLA_FLAGS")}
    return {**provenance.environment(), "pinned": variables}
