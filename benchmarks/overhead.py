"""A sweep's time against the frameworks' own time for the same packs, split by stage.

python benchmarks/overhead.py [--json] [--packs N] [--seed S]

One core. The frameworks' own time is one vmapped call for each pack and framework, written here
apart from the project's adapters: `jax.jit(jax.vmap(jax.value_and_grad(C)))`, compiled anew for
every architecture as a sweep must, and `torch.func.vmap(torch.func.grad(C))`. Ours draws the packs,
asks numpy, torch.vmap and jax, certifies, bounds, compares and counts. CPU seconds, compilers' included.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import torch
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.judging.backends import load_all
from backproof.agreement.tally.tally import Tally
from backproof.manual.case import Pack
from backproof.reference import registry
from pinned import about, pinned
from stages import Clock, judged
from torch.nn import functional

PACKS = 36
CASES = (72, 244)
"""Cases of a pack in a sweep of 100,000 and of a million."""
JAX: dict[str, Callable[[Any], Any]] = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "softplus": jax.nn.softplus,
    "identity": lambda z: z,
    "softmax": lambda z: jax.nn.softmax(z, axis=0),
}
TORCH: dict[str, Callable[[Any], Any]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": functional.softplus,
    "identity": lambda z: z,
    "softmax": lambda z: torch.softmax(z, dim=0),
}
JAX_COSTS: dict[tuple[str, str], Callable[[Any, Any, Any], Any]] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: -(y * jax.nn.log_sigmoid(z) + (1 - y) * jax.nn.log_sigmoid(-z)).sum(),
    ("cross_entropy", "softmax"): lambda z, a, y: -(y * jax.nn.log_softmax(z, axis=0)).sum(),
}
TORCH_COSTS: dict[tuple[str, str], Callable[[Any, Any, Any], Any]] = {
    ("cross_entropy", "sigmoid"): lambda z, a, y: functional.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    ("cross_entropy", "softmax"): lambda z, a, y: -(y * torch.log_softmax(z, dim=0)).sum(),
}


def cost_of(pack: Pack, activations: Any, costs: Any) -> Callable[..., Any]:
    """C of one case as a function of W, b, x and y."""
    of, share = pack.architecture, pack.share
    finish = costs.get((of.cost, of.activations[-1]), lambda z, a, y: ((a - y) ** 2).sum() / 2)

    def cost(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        z = a = x
        for w, b, name in zip(weights, biases, of.activations, strict=True):
            z = w @ a + b[:, None]
            a = activations[name](z)
        return finish(z, a, y) * share

    return cost


def in_jax(pack: Pack) -> None:
    """One compiled call."""
    with jax.enable_x64(True):
        run = jax.jit(jax.vmap(jax.value_and_grad(cost_of(pack, JAX, JAX_COSTS), argnums=(0, 1))))
        jax.block_until_ready(run(pack.weights, pack.biases, pack.x, pack.y))


def in_torch(pack: Pack) -> None:
    """One vectorised call."""
    run = torch.func.vmap(torch.func.grad_and_value(cost_of(pack, TORCH, TORCH_COSTS), argnums=(0, 1)))
    weights, biases = (tuple(torch.from_numpy(p.copy()) for p in part) for part in (pack.weights, pack.biases))
    run(weights, biases, torch.from_numpy(pack.x.copy()), torch.from_numpy(pack.y.copy()))


def measure(packs: int, cases: int, seed: int) -> dict[str, Any]:
    """A row: both sides of every pack, in turns."""
    clock, theirs, tally = Clock(), Clock(), Tally()
    backends, _ = load_all(registry.SWEPT)
    for number in range(packs):
        with clock.of("draw"):
            pack, regimes = DrawnUnit(seed, number, cases, Menu()).draw()
        for name, run in (("jax", in_jax), ("torch", in_torch)):
            with theirs.of(name):
                run(pack)
        judged(pack, regimes, backends, tally, clock)
    assert not tally.disagrees
    spent, framework = sum(clock.spent.values()), sum(theirs.spent.values())
    stages = {**clock.spent, **{f"framework alone: {name}": s for name, s in theirs.spent.items()}}
    row = {"cases": packs * cases, "seconds": spent, "framework_seconds": framework, "ratio": spent / framework}
    return {"packs": packs, **row, "stages": stages}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    parser.add_argument("--packs", type=int, default=PACKS, help=f"of each size (default: {PACKS})")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    pinned(to_one_core=True)
    torch.set_num_threads(1)
    rows = [measure(given.packs, cases, given.seed) for cases in CASES]
    if given.json:
        print(json.dumps({"environment": about(), "rows": rows}, indent=1))
        return
    print(f"threads {about()['threads']}, {about()['pinned_to_cores']} core")
    for row in rows:
        print(f"{row['packs']} packs, {row['cases']:,} cases")
        for stage, spent in row["stages"].items():
            print(f"  {stage:28} {spent:8.2f} s")
        print(
            f"  ours {row['seconds']:.2f} s, frameworks alone {row['framework_seconds']:.2f} s: {row['ratio']:.2f} : 1"
        )


if __name__ == "__main__":
    main()
