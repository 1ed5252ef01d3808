"""Does any figure of a record change when the passes over arrays are compiled?

python benchmarks/compiled_and_plain.py [--cases N] [--seed S] [--backend B]… [--all-regimes]

Packs of a long sweep are drawn, each backend is asked once, and its answer is judged and counted twice: compiled, and
by NumPy; then the two tallies are compared as a worker hands them on, each count and worst value to the last digit.
The exit code is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.regimes import EVERY_REGIME
from backproof.agreement.judging.backends import answer, load_all, reason_against
from backproof.agreement.judging.judge import Judge
from backproof.agreement.tally import tally_json
from backproof.agreement.tally.tally import Tally
from backproof.manual.case import Pack
from backproof.reference.fast.switch import installed, taking
from pinned import pinned
from stages import Clock

CASES = 100_000
WAYS = {True: "compiled", False: "by NumPy"}


def judged(pack: Pack, regimes: tuple[str, ...], answers: list[tuple[Any, Any]], tally: Tally) -> None:
    """What a run does with answers that are there."""
    tally.count(pack, regimes)
    judge = Judge(pack)
    for backend, got in answers:
        tally.add(pack, regimes, judge.findings(backend, got))


def main() -> None:
    """Judge both ways, compare, and say how much that was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backend", action="append", help="(default: numpy, torch.vmap; jax compiles every pack)")
    parser.add_argument("--all-regimes", action="store_true", help="also those that are drawn only when asked for")
    given = parser.parse_args()
    pinned()
    if not installed():
        raise SystemExit("numba is not installed: there is one way only")
    backends, _ = load_all(given.backend or ("numpy", "torch.vmap"))
    tallies, clock = {way: Tally() for way in WAYS}, Clock()
    menu = Menu(regimes=tuple(EVERY_REGIME)) if given.all_regimes else Menu()
    for work in units(given.cases, given.seed, menu):
        pack, regimes = work.draw()
        taken = [b for b in backends if reason_against(b, pack.architecture, pack.dtype.name) is None]
        answers = [(backend, answer(backend, pack)) for backend in taken]
        if tallies[True].cases % 10_000 < len(pack):
            print(f"{tallies[True].cases:,} cases", file=sys.stderr, flush=True)
        for way, tally in tallies.items():
            with taking(way), clock.of(WAYS[way]), np.errstate(all="ignore"):
                judged(pack, regimes, answers, tally)
    documents = [json.dumps(tally_json.as_json(tally), sort_keys=True) for tally in tallies.values()]
    entries = sum(tallies[True].verdicts.values())
    print(f"{tallies[True].cases:,} cases, {entries:,} entries of {', '.join(b.name for b in backends)}")
    print(", ".join(f"{way} {seconds:.1f} s" for way, seconds in clock.spent.items()))
    print("no figure differs" if documents[0] == documents[1] else "FIGURES DIFFER")
    sys.exit(documents[0] != documents[1])


if __name__ == "__main__":
    main()
