"""A fresh interpreter, for what is only true before anything was imported."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent


def wanted(program: str) -> dict[str, str]:
    """The environment that a program of Keras says it needs: what is read at import needs a process."""
    said = re.search(r"^import keras +# with (.*)$", program, re.MULTILINE)
    return dict(re.findall(r"(\w+)=(\w+)", said[1])) if said else {}


def run(program: str, **variables: str) -> str:
    """What a program prints; a failure shows its standard error."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS), **variables}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
