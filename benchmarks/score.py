"""Who sees what: every mistake of the catalogue before four checks, on the same cases.

    python benchmarks/score.py [--cases N] [--json]

Of the default corpus the first N float64 cases of small networks on which a mistake can be made. A cell
is the part of them on which a check objects; the last row is the right code, where none should.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import torch
from backproof.agreement.cases.generate import Menu
from backproof.agreement.catalogue.mistakes import MISTAKES, Mistake
from backproof.agreement.catalogue.smallest import wrong
from backproof.agreement.environment import environment
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings
from backproof.manual import Case, Gradients, Pack, backprop
from backproof.manual.shapes import Array
from backproof.reference.zero import ZERO

SMALL = 60
"""Parameters: a finite difference asks for the cost twice for each."""
STEP, RULE_OF_THUMB = 1e-5, 1e-7
"""h, and the relative error that passes, as the course notes that everyone cites have them."""
Parts = list[Array]


@cache
def corpus() -> tuple[tuple[Case, Judge], ...]:
    """The float64 cases of small networks in the default corpus, each with its judge."""
    units = Settings(cases=2000, menu=Menu(dtypes=("float64",))).units()
    cases = (case for unit in units for case in unit.draw()[0])
    return tuple((case, Judge(Pack.of([case]))) for case in cases if case.architecture.parameters <= SMALL)


def parts(gradients: Gradients[Array]) -> Parts:
    """∂C/∂W and ∂C/∂b in one list."""
    return [*gradients.nabla_w, *gradients.nabla_b]


def cost(case: Case, parameters: Parts) -> float:
    """C with other weights and biases."""
    depth = case.architecture.depth
    moved = Case(case.architecture, tuple(parameters[:depth]), tuple(parameters[depth:]), case.x, case.y)
    return float(backprop(moved).cost)  # type: ignore[arg-type]  # backprop always tells it


def certified(case: Case, judge: Judge, got: Parts) -> bool:
    """Backproof: an entry is beyond its bound."""
    depth = case.architecture.depth
    answer = Gradients(tuple(got[:depth]), tuple(got[depth:])).map(lambda part: part[None])
    return any((finding.verdict == Verdict.WRONG).any() for finding in judge.findings(ZERO, answer))


def gradcheck(case: Case, judge: Judge, got: Parts) -> bool:
    """torch.autograd.gradcheck at its defaults, of a Function with this backward."""

    class Subject(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *parameters: torch.Tensor) -> torch.Tensor:
            return torch.tensor(cost(case, [p.detach().numpy() for p in parameters]), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, grad: torch.Tensor) -> Any:
            return tuple(grad * torch.from_numpy(part.copy()) for part in got)

    leaves = [torch.from_numpy(p.copy()).requires_grad_() for p in (*case.weights, *case.biases)]
    return not torch.autograd.gradcheck(Subject.apply, leaves, raise_exception=False)


def norm_ratio(case: Case, judge: Judge, got: Parts) -> bool:
    """‖g − n‖/(‖g‖ + ‖n‖) > 1e-7 for the central difference n."""
    g = np.concatenate([part.ravel() for part in got])
    n = _numeric(case)
    return not np.linalg.norm(g - n) <= RULE_OF_THUMB * (np.linalg.norm(g) + np.linalg.norm(n))


@cache
def _numeric(case: Case) -> Array:
    parameters = [*case.weights, *case.biases]
    slopes = []
    for part in parameters:
        for at in np.ndindex(part.shape):
            value = part[at]
            sides = []
            for moved in (value + STEP, value - STEP):
                part[at] = moved
                sides.append(cost(case, parameters))
            part[at] = value
            slopes.append((sides[0] - sides[1]) / (2 * STEP))
    return np.array(slopes)


def allclose(case: Case, judge: Judge, got: Parts) -> bool:
    """numpy.allclose at its defaults, against the right gradients."""
    return not all(np.allclose(x, y) for x, y in zip(got, parts(backprop(case)), strict=True))


CHECKS: dict[str, Callable[[Case, Judge, Parts], bool]] = {
    "backproof": certified,
    "gradcheck": gradcheck,
    "norm ratio 1e-7": norm_ratio,
    "allclose": allclose,
}


def answers(mistake: Mistake | None, count: int) -> Iterator[tuple[Case, Judge, Parts | None]]:
    """Cases with what a program answers; None where its shapes alone give it away."""
    applicable = (
        pair for pair in corpus() if mistake is None or not mistake.forms or mistake.applies(pair[0].architecture)
    )
    for case, judge in islice(applicable, count):
        got = backprop(case) if mistake is None else wrong(mistake, case)
        fits = not isinstance(got, str) and [p.shape for p in parts(got)] == [p.shape for p in parts(backprop(case))]
        yield case, judge, parts(got) if fits and not isinstance(got, str) else None


def row(mistake: Mistake | None, count: int) -> dict[str, Any]:
    """The part of the cases on which each check objects."""
    requested = list(answers(mistake, count))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = {name: sum(got is None or check(c, j, got) for c, j, got in requested) for name, check in CHECKS.items()}
    return {
        "mistake": mistake.id if mistake else "right code",
        "cases": len(requested),
        **{name: n / len(requested) for name, n in seen.items()},
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=45)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = [row(mistake, given.cases) for mistake in (*MISTAKES.values(), None)]
    if given.json:
        print(json.dumps({"environment": environment(), "rows": rows}, ensure_ascii=False))
        return
    print(f"{'':12}{'cases':>6}" + "".join(f"{name:>17}" for name in CHECKS))
    for one in rows:
        print(f"{one['mistake']:12}{one['cases']:6}" + "".join(f"{one[name]:>16.0%} " for name in CHECKS))


if __name__ == "__main__":
    main()
