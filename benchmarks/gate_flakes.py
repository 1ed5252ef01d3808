"""How often does the gate close on nothing? Runs of the frozen corpus against a baseline of their own kernels.

For every OPENBLAS_CORETYPE one run with one thread is accepted as the baseline of its key. Then each
core type is judged with one thread and with two, again and again, a process for each setting.

    python benchmarks/gate_flakes.py --runs 50
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

CORE_TYPES = (None, "Haswell", "Zen")
THREADS = ("1", "2")
SETTINGS = tuple(product(CORE_TYPES, THREADS))


def environment(core_type: str | None, threads: str) -> dict[str, str]:
    """The variables of one process."""
    pools = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
    return {**os.environ, **pools, **({"OPENBLAS_CORETYPE": core_type} if core_type else {})}


def work(path: Path, runs: int) -> None:
    """Judge the corpus so many times and print what the gate says; the first run of all becomes the baseline."""
    from backproof.agreement.cases import corpus
    from backproof.agreement.judging.backends import load_all
    from backproof.agreement.record.record import Record
    from backproof.agreement.regression.baseline import Baseline, places
    from backproof.agreement.regression.gate import gate
    from backproof.agreement.running import check

    settings = check.Settings().on(corpus.frozen())
    backends, missing = load_all(settings.backends)
    assert not missing, missing
    versions = {backend.name: backend.version for backend in backends}
    for _ in range(runs):
        record = Record.of(check.run(settings, backends), settings, versions, 0.0)
        baseline = Baseline.load(path) if path.exists() else Baseline(record.corpus)
        if not set(places(record).values()) <= set(baseline.cells):
            baseline.with_record(record).save(path)
            print("baseline", flush=True)
        else:
            outcome = gate(record, baseline)
            print("open" if not outcome.complaints else f"CLOSED: {outcome.complaints[0]}", flush=True)


def main() -> None:
    """Share the runs out over the settings and count those on which the gate closes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.runs)
        return
    said: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (core_type, threads) in enumerate(SETTINGS):
            share = given.runs // len(SETTINGS) + (number < given.runs % len(SETTINGS)) + (threads == THREADS[0])
            command = [sys.executable, __file__, f"--work={folder}/baseline.json", f"--runs={share}"]
            done = subprocess.run(
                command, env=environment(core_type, threads), stdout=subprocess.PIPE, text=True, check=True
            )
            words = [line for line in done.stdout.splitlines() if line != "baseline"]
            said += words
            print(f"{core_type or 'own'} core type, {threads} threads: {', '.join(words)}", flush=True)
    closed = sum(words != "open" for words in said)
    print(f"{closed} of {len(said)} runs closed the gate")
    raise SystemExit(bool(closed))


if __name__ == "__main__":
    main()
