"""Twenty legal adversaries against the judge: none of their entries may be wrong.

nice python benchmarks/adversaries.py [--entries N] [--seed S] [--json]

Each uses all the freedom that docs/bounds.md gives to correct programs (tests/helpers/adversaries.py):
worst orders of summation, fused or not, library functions off by nearly c u, each way of writing a
formula, the share first or last, subnormal numbers kept or flushed. Exit 1 where one is called wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.cases.regimes import OFFSET, REGIMES
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from helpers.adversaries import ADVERSARIES  # the tests' own

ENTRIES = 10_000_000


def against(entries: int, seed: int) -> tuple[dict[str, Counter[str]], dict[str, float], int]:
    """Verdicts and the largest error/bound of each adversary, and the cases, until so many entries are judged."""
    menu = Menu(regimes=(*REGIMES, OFFSET.name))
    verdicts: dict[str, Counter[str]] = {one.name: Counter() for one in ADVERSARIES}
    worst, number, cases = dict.fromkeys(verdicts, 0.0), 0, 0
    while sum(sum(counted.values()) for counted in verdicts.values()) < entries:
        pack, _ = DrawnUnit(seed, number, 2 * len(menu.regimes), menu).draw()
        judge, number, cases = Judge(pack), number + 1, cases + len(pack)
        for one in ADVERSARIES:
            for finding in judge.findings(one, one.gradients(pack)):
                for verdict, n in zip(*np.unique(finding.verdict, return_counts=True), strict=True):
                    verdicts[one.name][Verdict(int(verdict)).word] += int(n)
                step = finding.step_ratio[np.isfinite(finding.step_ratio)]
                worst[one.name] = max(worst[one.name], float(step.max(initial=0.0)))
    return verdicts, worst, cases


def main() -> int:
    """Judge them all, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    start = time.perf_counter()
    verdicts, worst, cases = against(given.entries, given.seed)
    if given.json:
        print(json.dumps({"verdicts": verdicts, "worst_step_ratio": worst, "cases": cases}))
    else:
        for name, counted in verdicts.items():
            shown = ", ".join(f"{word} {n:,}" for word, n in counted.most_common())
            print(f"{name:32} {worst[name]:5.2f}  {shown}")
        total = sum(sum(counted.values()) for counted in verdicts.values())
        wrong = sum(counted["wrong"] for counted in verdicts.values())
        print(f"{total:,} entries of {cases:,} cases: wrong {wrong:,}. {time.perf_counter() - start:.0f} s")
    return int(any(counted["wrong"] for counted in verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
