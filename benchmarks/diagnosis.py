"""How often a planted mistake is caught, and named: the table over the programs of tests/programs.

    python benchmarks/diagnosis.py [--seed S] [--pairs N] [--every K]

The seed draws the cases that the subjects are asked, and which two mistakes are planted together.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))
from backproof.agreement.diagnosis.diagnose import diagnose
from backproof.agreement.diagnosis.inference import probing_cases
from backproof.agreement.diagnosis.result import Diagnosis
from planted import PROGRAMS, Edit, edits, original, subject

OUTCOMES = ("named", "among two", "caught only", "missed")


def outcome(found: Diagnosis, planted_ids: set[str]) -> str:
    """What a diagnosis is worth: the first guess is right, the first two hold it, it is caught, or not even that."""
    guesses = [set(ids) for ids in found.named[:2]]
    if guesses and guesses[0] == planted_ids:
        return "named"
    if planted_ids in guesses:
        return "among two"
    return "missed" if found.right else "caught only"


def pairs(count: int, rng: np.random.Generator) -> list[tuple[Edit, Edit]]:
    """Two mistakes of one program, whose edits both fit."""
    chosen: list[tuple[Edit, Edit]] = []
    while len(chosen) < count:
        first, second = (edits()[int(i)] for i in rng.choice(len(edits()), 2, replace=False))
        if first.program == second.program and first.mistake != second.mistake and _fit(first, second):
            chosen.append((first, second))
    return chosen


def _fit(first: Edit, second: Edit) -> bool:
    try:
        compile(second.source(first.source()), "pair", "exec")
    except (AssertionError, SyntaxError):
        return False
    return True


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=probing_cases.SEED)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="only every K-th planted program")
    given = parser.parse_args()
    chosen = edits()[:: given.every]
    probing_cases.SEED = given.seed
    warnings.simplefilter("ignore")
    for program in PROGRAMS:
        found = diagnose(subject(original(program)))
        print(f"unharmed {program}: {found.status}", *found.mistakes, flush=True)
    table: dict[str, Counter[str]] = {}
    slowest = 0.0
    for edit in chosen:
        start = time.perf_counter()
        found = diagnose(subject(edit.source()), **edit.declared)
        slowest = max(slowest, time.perf_counter() - start)
        result = outcome(found, {edit.mistake})
        table.setdefault(edit.mistake, Counter())[result] += 1
        if result != "named":
            print(f"{edit}: {result}, {found.named}", flush=True)
    print(f"\n{'':6}" + "".join(f"{name:>13}" for name in OUTCOMES))
    for id, row in sorted(table.items()):
        print(f"{id:6}" + "".join(f"{row[name] or '·':>13}" for name in OUTCOMES))
    total = sum(table.values(), Counter())
    print(f"{'all':6}" + "".join(f"{total[name]:>13}" for name in OUTCOMES))
    share = total["named"] / len(chosen)
    print(f"seed {given.seed}, {len(chosen)} programs, {share:.1%} named, slowest {slowest:.1f} s")
    two: Counter[str] = Counter()
    for first, second in pairs(given.pairs, np.random.default_rng(given.seed)):
        found = diagnose(subject(second.source(first.source())), **first.declared, **second.declared)
        two[outcome(found, {first.mistake, second.mistake})] += 1
    if two:
        print("two at once:", dict(two))


if __name__ == "__main__":
    main()
