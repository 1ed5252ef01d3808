"""One core and one thread for everything that a benchmark runs, so that its ratios mean work."""

from __future__ import annotations

import os
import sys
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
"""What NumPy's BLAS, torch and XLA ask."""


def pinned() -> None:
    """Start this script again on one core with one thread each, unless it was."""
    if all(os.environ.get(name) == "1" for name in THREADS):
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **dict.fromkeys(THREADS, "1")})


def where() -> dict[str, Any]:
    """The environment of a result, with the cores that were allowed."""
    from backproof.agreement.provenance import environment

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {**environment(), "pinned_to_cores": allowed}
