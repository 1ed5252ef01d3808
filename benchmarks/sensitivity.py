"""How small an error in a single gradient entry is seen: ours, gradcheck, check_grads, the norm-ratio rule.

    python benchmarks/sensitivity.py [--cases N] [--json] [--picture FILE.svg]

Calm float64 networks. In each one entry of one ∂C/∂W, chosen by lot, is off by a relative error, of
which the smallest that the method sees is searched for. `half` and `ninety_nine` are the errors that are seen in half
and in 99 % of the cases; `false_alarms` counts cases where the right gradient is refused. Every method
has its defaults; the norm-ratio rule is ‖g − n‖/(‖g‖ + ‖n‖) > 1e-7 with central differences of step 1e-5.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import torch
from backproof.agreement.cases import generate
from backproof.agreement.cases.generate import Menu
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Case, Gradients, Pack, backprop
from backproof.manual.shapes import Array
from backproof.reference.objective import LibraryWords
from backproof.reference.protocol import Traits
from backproof.reference.torch_backends.torch_autograd import ACTIVATIONS, FUSED, OF_ANY_OUTPUT
from drawing import drawn, looks
from jax.test_util import check_grads
from pinned import about, pinned

ERRORS = 10.0 ** np.arange(1, -16, -0.02)
"""From ten times the entry down to rounding."""
STEP, RATIO = 1e-5, 1e-7
LARGEST = 250
"""Parameters: slow gradcheck takes two evaluations for each."""


class Planted:
    """A backend that shows gradients only, as a hand-written program does."""

    name, version, traits = "planted", "0", Traits(recomputes=False)

    def supports(self, architecture: Any, dtype: str) -> None:
        return None


class SensitivityCase(NamedTuple):
    """A case, its gradients, and the entry that will be off: layer and index."""

    case: Case
    right: Gradients[Array]
    layer: int
    index: tuple[int, ...]

    def gradients(self, error: float) -> list[Array]:
        """∂C/∂W of each layer, then ∂C/∂b."""
        nabla_w = [w.copy() for w in self.right.nabla_w]
        nabla_w[self.layer][self.index] *= 1 + error
        return [*nabla_w, *self.right.nabla_b]

    def cost(self, parameters: list[Array]) -> float:
        depth = len(self.case.weights)
        of = Case(
            self.case.architecture, tuple(parameters[:depth]), tuple(parameters[depth:]), self.case.x, self.case.y
        )
        return float(np.asarray(backprop(of).cost))


def subject(rng: np.random.Generator) -> SensitivityCase:
    """By lot, with an entry that is not 0."""
    heads = [(cost, output) for cost in Menu().costs for output in Menu().outputs(cost)]
    smooth = Menu(activations=("sigmoid", "tanh", "softmax"))
    while True:
        of = generate.architecture(rng, *heads[rng.integers(len(heads))], smooth)
        case = generate.case(rng, of, "float64", "calm", int(rng.integers(1, 7)))
        right = backprop(case)
        layer = int(rng.integers(of.depth))
        entries = np.argwhere(right.nabla_w[layer])
        if of.parameters <= LARGEST and len(entries):
            return SensitivityCase(case, right, layer, tuple(rng.choice(entries)))


Sees = Callable[[list[Array]], bool]
"""Whether a method refuses these gradients."""


def ours(of: SensitivityCase) -> Sees:
    """The certified truth and the derived bound of every entry, end to end."""
    judge, depth = Judge(Pack.of([of.case])), len(of.case.weights)

    def sees(gradients: list[Array]) -> bool:
        packed = [part[None] for part in gradients]
        findings = judge.findings(Planted(), Gradients(tuple(packed[:depth]), tuple(packed[depth:])))  # type: ignore[arg-type]
        return any((finding.verdict == Verdict.WRONG).any() for finding in findings)

    return sees


def torch_cost(case: Case, *parameters: torch.Tensor) -> torch.Tensor:
    """C in torch."""
    depth = len(case.weights)
    a = z = torch.from_numpy(case.x.copy())
    for w, b, name in zip(parameters[:depth], parameters[depth:], case.architecture.activations, strict=True):
        z = w @ a + b[:, None]
        a = ACTIVATIONS[name](z)
    y = torch.from_numpy(case.y.copy())
    cost = LibraryWords(ACTIVATIONS, FUSED, OF_ANY_OUTPUT).cost(case.architecture)
    assert cost is not None
    return cost(z, a, y) * case.share


def gradcheck(of: SensitivityCase, fast: bool) -> Sees:
    """`torch.autograd.gradcheck`, of C in torch with the gradients as its backward."""
    leaves = [torch.from_numpy(part.copy()).requires_grad_() for part in (*of.case.weights, *of.case.biases)]

    def sees(gradients: list[Array]) -> bool:
        class Hand(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *parameters: torch.Tensor) -> torch.Tensor:
                return torch_cost(of.case, *parameters)

            @staticmethod
            def backward(ctx: Any, outer: torch.Tensor) -> tuple[torch.Tensor, ...]:
                return tuple(outer * torch.from_numpy(part) for part in gradients)

        return not torch.autograd.gradcheck(Hand.apply, leaves, fast_mode=fast, raise_exception=False)

    return sees


def jax_check(of: SensitivityCase) -> Sees:
    """`jax.test_util.check_grads`, of our C with the gradients as its custom_vjp."""

    def sees(gradients: list[Array]) -> bool:
        @jax.custom_vjp
        def cost(*parameters: Any) -> Any:
            return jax.pure_callback(lambda *p: np.float64(of.cost([np.asarray(q) for q in p])), ONE, *parameters)

        cost.defvjp(lambda *p: (cost(*p), None), lambda _, outer: tuple(outer * part for part in gradients))
        try:
            check_grads(cost, (*of.case.weights, *of.case.biases), order=1, modes=["rev"])
        except AssertionError:
            return True
        return False

    return sees


def norm_ratio(of: SensitivityCase) -> Sees:
    """The rule of courses and text books."""
    parameters = [part.copy() for part in (*of.case.weights, *of.case.biases)]
    differences = [np.zeros_like(part) for part in parameters]
    for part, difference in zip(parameters, differences, strict=True):
        for index in np.ndindex(part.shape):
            there = part[index]
            ends = []
            for part[index] in (there + STEP, there - STEP):
                ends.append(of.cost(parameters))  # the loop's target is the entry
            part[index], difference[index] = there, (ends[0] - ends[1]) / (2 * STEP)
    numeric = np.concatenate([part.ravel() for part in differences])

    def sees(gradients: list[Array]) -> bool:
        given = np.concatenate([part.ravel() for part in gradients])
        return bool(np.linalg.norm(given - numeric) > RATIO * (np.linalg.norm(given) + np.linalg.norm(numeric)))

    return sees


ONE = jax.ShapeDtypeStruct((), np.float64)
METHODS: dict[str, Callable[[SensitivityCase], Sees]] = {
    "backproof": ours,
    "gradcheck": lambda of: gradcheck(of, fast=False),
    "gradcheck (fast)": lambda of: gradcheck(of, fast=True),
    "check_grads": jax_check,
    "norm ratio": norm_ratio,
}


def smallest(of: SensitivityCase, sees: Sees) -> float:
    """The smallest error that is seen, larger ones being seen too; ∞ where ten times the entry is not."""
    low, high = 0, len(ERRORS)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if sees(of.gradients(ERRORS[middle])) else (low, middle)
    return float(ERRORS[low - 1]) if low else float("inf")


def measure(cases: int, seed: int) -> dict[str, tuple[list[float], int]]:
    """For each method the smallest errors seen, and how often the right gradient was refused."""
    rng = np.random.default_rng(seed)
    found: dict[str, tuple[list[float], int]] = {name: ([], 0) for name in METHODS}
    for _ in range(cases):
        of = subject(rng)
        for name, method in METHODS.items():
            sees = method(of)
            errors, alarms = found[name]
            if sees(of.gradients(0.0)):
                found[name] = (errors, alarms + 1)
            else:
                errors.append(smallest(of, sees))
    return found


def row(name: str, errors: list[float], alarms: int) -> dict[str, Any]:
    """As in the JSON; a quantile that no error of ERRORS reaches is null."""
    quantiles = [float(np.quantile(errors, q, method="higher")) if errors else float("inf") for q in (0.5, 0.99)]
    half, most = (q if np.isfinite(q) else None for q in quantiles)
    return {"method": name, "half": half, "ninety_nine": most, "cases": len(errors) + alarms, "false_alarms": alarms}


def picture(found: dict[str, tuple[list[float], int]], file: Path) -> None:
    """The part of the cases in which an error of each size is seen."""
    with drawn(file, (6.4, 4.6)) as figure:
        axes = figure.subplots()
        for (name, (errors, _)), look in zip(found.items(), looks(), strict=False):
            seen = [np.mean(np.asarray(errors) <= error) for error in ERRORS]
            axes.semilogx(ERRORS, seen, label=name, drawstyle="steps-pre", **look)
        axes.set(xlabel="relative error of one entry of ∂C/∂W", ylabel="part of the cases in which it is seen")
        figure.legend(loc="outside upper center", ncols=3)


def main() -> None:
    """Measure, then print the table or the object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    pinned()
    with jax.enable_x64(True):
        found = measure(given.cases, given.seed)
    rows = [row(name, *said) for name, said in found.items()]
    if given.picture:
        picture(found, given.picture)
    if given.json:
        print(json.dumps({"environment": about(), "rows": rows}, ensure_ascii=False))
        return
    print(f"one thread each: {about()['pinned']}")
    for one in rows:
        said = [f"{q:.1e}" if q is not None else f"> {ERRORS[0]:g}" for q in (one["half"], one["ninety_nine"])]
        print(f"{one['method']:18} half {said[0]:>8}   99 % {said[1]:>8}   false alarms {one['false_alarms']}")


if __name__ == "__main__":
    main()
