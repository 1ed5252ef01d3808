"""Networks of real size, batch 32, every entry certified and judged end to end and step by step.

python benchmarks/large.py [--json] [--seed S]

One thread a library. CPU seconds: of the truth and its bounds (once for all backends), of the backend's own
answer, and of judging it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from backproof.agreement.cases import generate
from backproof.agreement.judging.backends import answer, load_all
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Architecture, Pack
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from pinned import about, pinned

EXAMPLES = 32
NETWORKS = (
    Architecture((784, 100, 10), ("sigmoid", "softmax"), "cross_entropy", "mean"),
    Architecture((3072, 1024, 1024, 10), ("tanh", "tanh", "softmax"), "cross_entropy", "mean"),
    Architecture((3072, 1024, 1024, 10), ("relu", "relu", "softmax"), "cross_entropy", "mean"),
)


def rows(of: Architecture, dtype: str, seed: int) -> Iterator[dict[str, Any]]:
    """A row for each default backend."""
    pack = Pack.of([generate.case(np.random.default_rng(seed), of, dtype, "calm", EXAMPLES)])
    started = time.process_time()
    judge = Judge(pack)
    _ = judge.truth
    truth = time.process_time() - started
    for backend in load_all(registry.DEFAULT)[0]:
        requested = time.process_time()
        got = answer(backend, pack)
        judged = time.process_time()
        counts: Counter[Verdict] = Counter()
        for finding in judge.findings(backend, got):
            found = np.bincount(finding.verdict.ravel(), minlength=len(Verdict)).tolist()
            counts.update(dict(zip(Verdict, found, strict=True)))
        yield {
            "network": f"{'-'.join(map(str, of.widths))} {of.activations[0]}",
            "parameters": of.parameters,
            "dtype": dtype,
            "backend": backend.name,
            "truth_seconds": truth,
            "ask_seconds": judged - requested,
            "judge_seconds": time.process_time() - judged,
            "entries": counts.total(),
            **{verdict.word: counts[verdict] for verdict in Verdict},
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    pinned(to_one_core=True)
    found = []
    for of in NETWORKS:
        for dtype in DTYPES:
            for row in rows(of, dtype, given.seed):
                found.append(row)
                if not given.json:
                    verdicts = ", ".join(f"{row[v.word]:,} {v.word}" for v in Verdict if row[v.word])
                    spent = " + ".join(f"{row[f'{part}_seconds']:.2f}" for part in ("truth", "ask", "judge"))
                    print(f"{row['network']:26} {dtype} {row['backend']:6} {spent} s  {verdicts}", flush=True)
    if given.json:
        print(json.dumps({"environment": about(), "rows": found}, indent=1))


if __name__ == "__main__":
    main()
