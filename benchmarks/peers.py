"""Certified cases a second, all default backends judged, against the checks that torch and jax bring.

python benchmarks/peers.py [--json] [--quick]

One core. Both sides see the same float64 cases, warm: shapes compiled, caches filled. Ours is the
whole judgement: three backends asked, truth certified, every entry compared and counted. Theirs is
`torch.autograd.gradcheck`, slow and fast, and `jax.test_util.check_grads` (reverse mode, jitted) of
C in all weights and biases.
`seconds` are CPU seconds for all cases, so that a busy machine does
not matter; medians of the repetitions. `plain_seconds` are ours without the extra
`fast`, whether or not it is installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch
from backproof.agreement.cases import generate
from backproof.agreement.judging.backends import load_all
from backproof.agreement.judging.judge import Judge
from backproof.agreement.running.check import judge_one
from backproof.agreement.tally.tally import Tally
from backproof.manual.case import Architecture, Case, Pack
from backproof.reference import registry
from backproof.reference.fast.switch import fast, taking
from jax.test_util import check_grads
from pinned import about, pinned
from stages import Clock, judged


class Size(NamedTuple):
    """A network, how many cases of it are judged, and how often."""

    widths: tuple[int, ...]
    cases: int
    repetitions: int


SIZES = (Size((10, 12, 8, 2), 72, 3), Size((60, 100, 38), 16, 1), Size((300, 300, 33), 2, 1))
"""About 250, 10^4 and 10^5 parameters; slow gradcheck takes minutes at the last."""
EXAMPLES = 4
OURS_AT_LEAST = 5
"""Repetitions of what takes fractions of a second."""


def network(widths: tuple[int, ...]) -> Architecture:
    """Sigmoids and a quadratic cost, which every checker can differentiate twice."""
    return Architecture(widths, ("sigmoid",) * (len(widths) - 1), "quadratic", "mean")


def seconds(run: Callable[[], Any], repetitions: int) -> list[float]:
    """How long each repetition takes; one before them warms up where that is cheap."""
    if repetitions > 1:
        run()
    found = []
    for _ in range(repetitions):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return found


def ours(pack: Pack) -> Tally:
    """Ask and judge the default backends."""
    tally, judge, regimes = Tally(), Judge(pack), ("calm",) * len(pack)
    tally.count(pack, regimes)
    for backend in load_all(registry.DEFAULT)[0]:
        judge_one(judge, backend, regimes, tally)
    assert not tally.disagrees
    return tally


def ours_by_numpy(pack: Pack) -> Tally:
    """The same without the extra `fast`."""
    with taking(False):
        return ours(pack)


def shares(pack: Pack) -> dict[str, float]:
    """Which part of our time each stage takes."""
    clock = Clock()
    for _ in range(OURS_AT_LEAST):
        judged(pack, ("calm",) * len(pack), load_all(registry.DEFAULT)[0], Tally(), clock)
    return {stage: spent / sum(clock.spent.values()) for stage, spent in clock.spent.items()}


def torch_cost(case: Case) -> tuple[Callable[..., torch.Tensor], tuple[torch.Tensor, ...]]:
    """C as a function of all weights and biases, and where to check it."""
    x, y = torch.from_numpy(case.x.copy()), torch.from_numpy(case.y.copy())
    depth = len(case.weights)

    def cost(*parameters: torch.Tensor) -> torch.Tensor:
        a = x
        for w, b in zip(parameters[:depth], parameters[depth:], strict=True):
            a = torch.sigmoid(w @ a + b[:, None])
        return ((a - y) ** 2).sum() / (2 * x.shape[1])

    return cost, tuple(torch.from_numpy(p.copy()).requires_grad_() for p in (*case.weights, *case.biases))


def gradcheck(pack: Pack, fast: bool) -> None:
    """As torch's documentation has it, with its default tolerances."""
    for case in pack:
        cost, parameters = torch_cost(case)
        assert torch.autograd.gradcheck(cost, parameters, fast_mode=fast)


def jax_checks(pack: Pack) -> Callable[[], None]:
    """check_grads of every case; the cost is compiled once."""
    depth = len(pack.weights)

    @jax.jit
    def cost(parameters: Any, x: jax.Array, y: jax.Array) -> jax.Array:
        a = x
        for w, b in zip(parameters[:depth], parameters[depth:], strict=True):
            a = jax.nn.sigmoid(w @ a + b[:, None])
        return ((a - y) ** 2).sum() / (2 * x.shape[1])

    def check() -> None:
        with jax.enable_x64(True):
            for case in pack:
                parameters, x, y = ([jnp.asarray(p) for p in (*case.weights, *case.biases)], case.x, case.y)
                check_grads(lambda p, x=x, y=y: cost(p, x, y), (parameters,), order=1, modes=["rev"])

    return check


def measure(size: Size) -> tuple[dict[str, Any], dict[str, list[float]]]:
    """A row, and the times that it is the medians of."""
    of = network(size.widths)
    drawn = (np.random.default_rng(k) for k in range(size.cases))
    pack = Pack.of([generate.case(rng, of, "float64", "calm", EXAMPLES) for rng in drawn])
    times = {
        "seconds": seconds(lambda: ours(pack), max(size.repetitions, OURS_AT_LEAST)),
        "plain_seconds": seconds(lambda: ours_by_numpy(pack), max(size.repetitions, OURS_AT_LEAST)),
        "gradcheck_seconds": seconds(lambda: gradcheck(pack, fast=False), size.repetitions),
        "gradcheck_fast_seconds": seconds(lambda: gradcheck(pack, fast=True), max(size.repetitions, 3)),
        "check_grads_seconds": seconds(jax_checks(pack), max(size.repetitions, 3)),
    }
    row: dict[str, Any] = {"parameters": of.parameters, "cases": size.cases}
    row |= {name: statistics.median(found) for name, found in times.items()}
    row["fast"] = fast()
    row["stages"] = shares(pack)
    theirs = row["gradcheck_seconds"] + row["check_grads_seconds"]
    row |= {"ratio": theirs / row["seconds"], "plain_ratio": theirs / row["plain_seconds"]}
    return row, times


def describe(row: dict[str, Any], times: dict[str, list[float]]) -> str:
    """The row in words, with the ranges."""
    said = [f"{row['parameters']:,} parameters, {row['cases']} cases: {row['cases'] / row['seconds']:,.1f} cases/s"]
    said += ["  " + ", ".join(f"{stage} {share:.0%}" for stage, share in row["stages"].items())]
    said += [f"  {name:24} {row[name]:10.4f}  ({min(t):.4f} to {max(t):.4f})" for name, t in times.items()]
    return "\n".join(
        [*said, f"  gradcheck + check_grads are {row['ratio']:,.0f} times ours, {row['plain_ratio']:,.0f} by NumPy"]
    )


def main() -> None:
    """Measure every size and print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    parser.add_argument("--quick", action="store_true", help="the smallest size only")
    given = parser.parse_args()
    pinned(to_one_core=True)
    torch.set_num_threads(1)
    rows = []
    for size in SIZES[:1] if given.quick else SIZES:
        row, times = measure(size)
        rows.append(row)
        print(describe(row, times), file=sys.stderr if given.json else sys.stdout, flush=True)
    if given.json:
        print(json.dumps({"environment": about(), "rows": rows}, indent=1))
    else:
        print(f"threads: {about()['threads']}, pinned to {about()['pinned_to_cores']} core")


if __name__ == "__main__":
    main()
