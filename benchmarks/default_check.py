"""How long a default check takes, from its first answer to its end, with cold and warm caches.

python benchmarks/default_check.py [--json] [--cold-only]

Each run is `backproof check` in a process and a folder of its own, with the user's cache folder set aside: empty at
first, then as the run before left it. `first_answer` is the clock when the first pack has been judged under every
backend; `whole` when the command has ended, page and all; `processor` what the process took of all cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pinned import about

RUN = """
import sys, time
from backproof.agreement.running import check
judged = check.judge_pack
def first(*given):
    judged(*given)
    if check.judge_pack is first:
        check.judge_pack = judged
        print(repr(time.time()), file=sys.stderr, flush=True)
check.judge_pack = first
from backproof.agreement.cli.main import main
sys.exit(main(["check", "--format", "json", "--out", "out"]))
"""


def measured(caches: str, home: Path) -> dict[str, Any]:
    """One run."""
    variables = {**os.environ, "XDG_CACHE_HOME": str(home)}
    for name in ("BACKPROOF_JAX_CACHE", "BACKPROOF_FAST", "NUMBA_CACHE_DIR"):
        variables.pop(name, None)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-c", RUN]
        done = subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True, check=True)
    whole, after = time.time() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    first = next(float(line) for line in done.stderr.splitlines() if line.replace(".", "").isdigit())
    return {
        "caches": caches,
        "first_answer": first - started,
        "whole": whole,
        "processor": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "entries": json.loads(done.stdout)["summary"]["entries"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    parser.add_argument("--cold-only", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        rows = [measured(caches, Path(home)) for caches in ("cold", "warm")[: 1 if given.cold_only else 2]]
    if given.json:
        print(json.dumps({"environment": about(), "rows": rows}, indent=1))
        return
    for row in rows:
        print(
            "  ".join(f"{name} {value:,.1f}" if isinstance(value, float) else str(value) for name, value in row.items())
        )


if __name__ == "__main__":
    main()
