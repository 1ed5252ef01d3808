"""Mutants of the judge itself: each must turn a test red.

nice python benchmarks/judge_mutants.py [--only WORD] [--json]

A row is one change of the source: a bound halved or doubled, a term dropped, a γ_n off by one, a branch
turned, a verdict's order changed, a guard removed. It is made in a copy of the tree, and the few test
files of its kind are run there. Exit 1 where more than a twentieth survive.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import mutants_of_bounds
import mutants_of_judging

ROOT = Path(__file__).parents[1]
PACKAGES = ("manual", "reference", "agreement")
TESTS = {
    "bounds": ["tests/manual/rounding/test_bounds_by_hand.py"],
    "walk": ["tests/manual/rounding/test_rounding.py", "tests/agreement/judging/test_judge.py"],
    "verdicts": ["tests/agreement/judging/test_verdict.py", "tests/agreement/judging/test_judge.py"],
    "guard": ["tests/reference/test_arithmetic_state.py", "tests/agreement/judging/test_arithmetic.py"],
    "products": ["tests/agreement/judging/test_undeclared.py"],
    "layouts": ["tests/agreement/cases/test_layouts.py"],
    "pairs": ["tests/reference/truth/test_doubled.py", "tests/reference/truth/test_certified_packs.py"],
}
WITHIN = 240
"""Seconds, after which a mutant counts as killed: it hangs."""


class JudgeMutant(NamedTuple):
    """One change of one place: what stands there, and what instead."""

    kind: str
    file: str
    old: str
    new: str


MUTANTS = tuple(
    JudgeMutant(kind, file, *row)
    for tables in (mutants_of_bounds.EDITS, mutants_of_judging.EDITS)
    for kind, files in tables.items()
    for file, rows in files.items()
    for row in rows
)
EXPLAINED = {
    "(~(most > bounds.stable), Verdict.ACCURATE)": "differs for NaN alone",
    "(accurate, Verdict.ACCURATE),\n        (~np.isfinite(radius), Verdict.UNDETERMINED)": "accurate is no radius of ∞",
}
"""Survivors that change no verdict, by what stands instead."""


def copied(folder: Path) -> Path:
    """The tree as installed, with its tests."""
    package = folder / "backproof"
    shutil.copytree(ROOT / "agreement" / "front", package)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return package


def survives(mutant: JudgeMutant, folder: Path) -> bool:
    """Whether the tests of its kind stay green; ValueError where the place is not there."""
    file = folder / "backproof" / mutant.file
    source = file.read_text("utf-8")
    if mutant.old not in source:
        raise ValueError(f"{mutant.file} has no {mutant.old!r}")
    file.write_text(source.replace(mutant.old, mutant.new, 1), "utf-8")
    try:
        return run(mutant.kind, folder)
    finally:
        file.write_text(source, "utf-8")


def run(kind: str, folder: Path) -> bool:
    """Whether the tests of a kind are green."""
    words = [
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib",
        *TESTS[kind],
    ]
    environment = {**os.environ, "PYTHONPATH": str(folder), "HYPOTHESIS_PROFILE": "dev", "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, timeout=WITHIN, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    """Make them all, and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a kind, or a part of a file's name")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    chosen = [one for one in MUTANTS if given.only in one.kind or given.only in one.file]
    start, survivors = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as name:
        copied(Path(name))
        red = [kind for kind in dict.fromkeys(one.kind for one in chosen) if not run(kind, Path(name))]
        if red:
            raise SystemExit(f"red without a mutant: {', '.join(red)}")
        for one in chosen:
            if survives(one, Path(name)):
                survivors.append(one)
                print(f"survives: {one.kind} {one.file}: {one.old!r} -> {one.new!r}", file=sys.stderr, flush=True)
    unexplained = [one for one in survivors if one.new not in EXPLAINED]
    if given.json:
        print(json.dumps({"mutants": len(chosen), "survivors": [one._asdict() for one in survivors]}))
    else:
        killed = len(chosen) - len(survivors)
        print(f"{killed} of {len(chosen)} killed, {len(survivors)} survive, {len(unexplained)} of them unexplained")
        print(f"{time.perf_counter() - start:.0f} s")
    return int(20 * len(unexplained) > len(chosen))


if __name__ == "__main__":
    sys.exit(main())
