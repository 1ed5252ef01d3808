"""What the note draws from the equations: slow neurons, and what rounding does to them.

All of it is run: small networks through the hand-written module, torch and jax, and the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ...manual.activations import SIGMOID
from ...manual.backprop import backprop
from ...manual.case import Architecture, Case, Pack
from ...manual.equations import TEXTBOOK_EQUATIONS
from ...manual.shapes import Array
from ...reference import registry
from ...reference.numpy_backends.manual_numpy import ManualNumpy
from ...reference.protocol import Backend
from ..judging.backends import answer
from ..judging.judge import Judge
from ..judging.verdict import Verdict

ETA, EPOCHS = 0.15, 300
"""The learning rate and length of the book's example of one neuron."""
STARTS = np.arange(0.0, 6.5, 0.5)
"""The weighted inputs from which the neuron learns to answer 0 to 1."""
SATURATED = np.arange(0.0, 61.0)
"""The weighted inputs at which the error of a neuron is computed in floating point."""
INPUTS = np.linspace(0.0, 1.0, 41)
CURVE = np.linspace(-8.0, 8.0, 65)
COSTS = {"quadratic": "quadratic", "entropy": "cross_entropy"}


def neuron(z: float, cost: str = "quadratic") -> Case:
    """One sigmoid neuron that should answer 0 to the input 1 and whose weighted input is z."""
    one, zero = np.ones((1, 1)), np.zeros((1, 1))
    return Case(Architecture((1, 1), ("sigmoid",), cost), (zero,), (np.array([z]),), one, zero)


@cache
def learning(cost: str) -> Array:
    """C in every epoch of gradient descent, a row a start; weight and bias both learn."""
    pack = Pack.of([neuron(z, cost) for z in STARTS])
    costs = []
    for _ in range(EPOCHS):
        gradients = backprop(pack)
        costs.append(np.asarray(gradients.cost))
        weights, biases = pack.weights[0] - ETA * gradients.nabla_w[0], pack.biases[0] - ETA * gradients.nabla_b[0]
        pack = Pack(pack.architecture, (weights,), (biases,), pack.x, pack.y)
    return np.stack(costs, axis=-1)


@cache
def neuron_curves() -> tuple[Array, dict[str, Array]]:
    """a and σ′ of neuron(z) for many z, and its δ under both costs."""
    packs = {name: Pack.of([neuron(z, cost) for z in CURVE]) for name, cost in COSTS.items()}
    gradients = {name: backprop(pack) for name, pack in packs.items()}
    layer = CURVE[None]
    curves = {"activation": SIGMOID.value(layer)[0], "slope": SIGMOID.slope(layer)[0]}
    for name, found in gradients.items():
        assert found.delta is not None
        curves[name] = found.delta[0].ravel()
    return CURVE, curves


def low_activation(case: Case) -> Array:
    """∂C/∂w_11^1, BP4 at work, as the first input goes through INPUTS; every other number stays."""
    exact, slopes = case.astype("float64"), []
    for value in INPUTS:
        x = exact.x.copy()
        x[0] = value
        slopes.append(float(backprop(replace(exact, x=x)).nabla_w[0][0, 0]))
    return np.array(slopes)


@dataclass(frozen=True)
class Rounded:
    """δ of a saturated neuron from one program: values, |relative error|, verdict, for every z."""

    name: str
    values: Array
    errors: Array
    verdicts: tuple[str, ...]

    @property
    def gone(self) -> float | None:
        """The first z at which it answers exactly 0."""
        zeros = np.flatnonzero(self.values == 0)
        return float(SATURATED[zeros[0]]) if zeros.size else None


@cache
def rounding(names: tuple[str, ...]) -> tuple[Array, list[Rounded]]:
    """The true δ = aσ′(z) of neuron(z) for every saturated z, and what programs make of it."""
    pack = Pack.of([neuron(z) for z in SATURATED])
    judge = Judge(pack)
    programs: list[Backend] = [ManualNumpy("textbook", TEXTBOOK_EQUATIONS), *map(registry.load, names)]
    rows = [_rounded(program, pack, judge) for program in programs]
    assert judge.truth.delta is not None
    return judge.truth.delta[0].hi.ravel(), rows


def _rounded(program: Backend, pack: Pack, judge: Judge) -> Rounded:
    finding = next(f for f in judge.findings(program, answer(program, pack)) if f.place.quantity == "BP1")
    error = np.abs(finding.whole.error / finding.whole.truth.hi).ravel()
    words = tuple(Verdict(int(v)).word for v in finding.verdict.ravel())
    return Rounded(program.name, finding.got.ravel(), error, words)
