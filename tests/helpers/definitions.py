"""A network straight from its definitions, forward only, in Arb balls or Arb power series.

No derivative formula stands here: slopes are coefficients of power series. The definitions are not
arranged to be accurate; BITS makes up for what they cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from backproof.manual.case import Case
from backproof.manual.gradients import Gradients
from flint import arb, arb_series, ctx

BITS = 4096
"""Enough for 1 − σ(z) at |z| ≤ 1000, which cancels 1443 bits, and z − tanh z at the smallest number, 3222."""
Number = Any
"""An arb, or an arb_series around one."""
Column = list[Number]


def _logistic(z: Number) -> Number:
    return 1 / (1 + (-z).exp())


def _rectified(z: Number) -> Number:
    return z if (z[0] if isinstance(z, arb_series) else z) > 0 else 0 * z


def _normal(z: Number) -> Number:
    """Φ(z); the tail of erf − 1 would take a million bits."""
    if not isinstance(z, arb_series):
        return (-z / arb(2).sqrt()).erfc() / 2
    slope = [(z / arb(2).sqrt()).erf()[k] / 2 for k in range(1, z.prec)]
    return arb_series([_normal(z[0]), *slope], prec=z.prec)


def _tanh(z: Number) -> Number:
    return 1 - 2 / ((2 * z).exp() + 1)


def _side(z: Number, kink: float = 0.0) -> bool:
    """Above a kink."""
    return bool((z[0] if isinstance(z, arb_series) else z) > kink)


def _clipped(z: Number, low: int, high: int) -> Number:
    return z if _side(z, low) and not _side(z, high) and not _at(z, high) else 0 * z + (high if _side(z, low) else low)


def _at(z: Number, kink: float) -> bool:
    return bool((z[0] if isinstance(z, arb_series) else z) == kink)


LAMBDA, ALPHA = "1.0507009873554804934193349852946", "1.6732632423543772848170429916717"

ELEMENTWISE: dict[str, Callable[[Number], Number]] = {
    "sigmoid": _logistic,
    "tanh": _tanh,
    "relu": _rectified,
    "softplus": lambda z: (1 + z.exp()).log(),
    "identity": lambda z: z,
    "leaky_relu": lambda z: z if _side(z) else z / 100,
    "elu": lambda z: z if _side(z) else z.exp() - 1,
    "selu": lambda z: arb(LAMBDA) * z if _side(z) or _at(z, 0) else arb(LAMBDA) * arb(ALPHA) * (z.exp() - 1),
    "gelu": lambda z: z * _normal(z),
    "gelu_tanh": lambda z: z * _logistic((8 / arb.pi()).sqrt() * (z + arb(44715) / 10**6 * z * z * z)),
    "silu": lambda z: z * _logistic(z),
    "mish": lambda z: z * _tanh((1 + z.exp()).log()),
    "softsign": lambda z: z / (1 + (z if _side(z) else -z)),
    "logsigmoid": lambda z: _logistic(z).log(),
    "tanhshrink": lambda z: z - _tanh(z),
    "relu6": lambda z: _clipped(z, 0, 6),
    "hardtanh": lambda z: _clipped(z, -1, 1),
    "hardsigmoid": lambda z: (_clipped(z, -3, 3) + 3) / 6,
    "hardswish": lambda z: 0 * z if not _side(z, -3) else z if _side(z, 3) or _at(z, 3) else z * (z + 3) / 6,
}


def _huber(g: Number) -> Number:
    return g - arb(0.5) if _side(g, 1) else -g - arb(0.5) if _side(-g, 1) else g * g / 2


OF_DIFFERENCE: dict[str, Callable[[Number], Number]] = {
    "quadratic": lambda g: g * g / 2,
    "huber": _huber,
    "log_cosh": lambda g: ((g.exp() + (-g).exp()) / 2).log(),
}


def activation(name: str, z: Column) -> Column:
    """a of one example."""
    if name != "softmax":
        return [ELEMENTWISE[name](x) for x in z]
    powers = [x.exp() for x in z]
    return [power / sum(powers) for power in powers]


def cost(name: str, output: str, z: Column, y: Column) -> Number:
    """C of one example: Σ f(a − y), −Σ[y ln a + (1 − y) ln(1 − a)] with 1 − σ(z) = σ(−z), −Σ y ln a,
    one of these for 0.9 y + 0.1/K, or Σ y ln(y/a).
    """
    a = activation(output, z)
    if name in OF_DIFFERENCE:
        return sum(OF_DIFFERENCE[name](p - t) for p, t in zip(a, y, strict=True))
    if name == "kl":
        return sum(t * (t.log() - p.log()) for p, t in zip(a, y, strict=True) if t != 0)
    if name == "smoothed_cross_entropy":
        y = [(9 * t + arb(1) / (2 if output == "sigmoid" else len(y))) / 10 for t in y]
    logs = [t * p.log() for p, t in zip(a, y, strict=True)]
    if output == "sigmoid":
        logs += [(1 - t) * _logistic(-x).log() for x, t in zip(z, y, strict=True)]
    return -sum(logs)


def derivatives(function: Callable[[Number], Number], z: float, order: int) -> list[arb]:
    """function(z), function′(z), … up to this order."""
    with ctx.workprec(BITS):
        series = function(arb_series([arb(z), 1], prec=order + 1))
        factorials = np.cumprod([1, *range(1, order + 1)]).tolist()
        return [series[k] * factorial for k, factorial in enumerate(factorials)]


def gradient(function: Callable[[Column], Number], z: list[float]) -> list[arb]:
    """∂function/∂z_j for every j, one power series each."""
    with ctx.workprec(BITS):
        lines = [[arb_series([arb(x), int(i == j)], prec=2) for i, x in enumerate(z)] for j in range(len(z))]
        return [function(line)[1] for line in lines]


def no_direction(case: Case) -> Gradients[Any]:
    """A direction in which nothing moves."""
    layers = tuple(np.zeros((len(b), case.examples)) for b in case.biases)
    return Gradients(
        nabla_w=tuple(np.zeros(w.shape) for w in case.weights),
        nabla_b=tuple(np.zeros(b.shape) for b in case.biases),
        delta=layers,
    )


def forward(case: Case, number: Callable[[float, float], Number], direction: Gradients[Any]) -> dict[str, Any]:
    """z[l][e], a[l][e] (columns, layer 1 first) and cost, with every W, b and z moved along the direction."""
    names, m = case.architecture.activations, case.examples
    assert direction.delta is not None
    a = [[number(float(x), 0.0) for x in case.x[:, e]] for e in range(m)]
    z_of, a_of, squares = [], [], []
    moves = zip(case.weights, direction.nabla_w, case.biases, direction.nabla_b, direction.delta, names, strict=True)
    for w, dw, b, db, dz, name in moves:
        rows = [[number(float(w[j, k]), float(dw[j, k])) for k in range(w.shape[1])] for j in range(len(w))]
        squares += [x * x for row in rows for x in row]
        shift = [number(float(x), float(dx)) for x, dx in zip(b, db, strict=True)]
        z = [
            [
                _dot(row, a[e]) + s + number(0.0, float(dz[j, e]))
                for j, (row, s) in enumerate(zip(rows, shift, strict=True))
            ]
            for e in range(m)
        ]
        a = [activation(name, column) for column in z]
        z_of.append(z)
        a_of.append(a)
    ys = [[arb(float(t)) for t in case.y[:, e]] for e in range(m)]
    costs = [cost(case.architecture.cost, names[-1], column, y) for column, y in zip(z, ys, strict=True)]
    if case.example_weights is not None:
        costs = [arb(float(w)) * each for w, each in zip(case.example_weights, costs, strict=True)]
    total = sum(costs) + (arb(case.architecture.l2) * sum(squares) / 2 if case.architecture.l2 else 0)
    return {"z": z_of, "a": a_of, "cost": total / (m if case.architecture.reduction == "mean" else 1)}


def _dot(x: Column, y: Column) -> Number:
    return sum(p * q for p, q in zip(x, y, strict=True))


def line(terms: int) -> Callable[[float, float], Number]:
    """x + t dx as a power series in t."""
    return lambda x, dx: arb_series([arb(x), arb(dx)], prec=terms)


def point(t: arb) -> Callable[[float, float], Number]:
    """x + t dx for one t."""
    return lambda x, dx: arb(x) + t * arb(dx)


def inner(gradients: Gradients[Any], direction: Gradients[Any]) -> tuple[arb, arb]:
    """⟨∇C, v⟩ from enclosures of the gradients, and Σ|∇C||v| as a scale."""
    total, scale = arb(0), arb(0)
    for part in ("nabla_w", "nabla_b", "delta"):
        for enclosure, v in zip(getattr(gradients, part), getattr(direction, part), strict=True):
            for index in product(*map(range, v.shape)):
                term = ball(enclosure, index) * arb(float(v[index]))
                total, scale = total + term, scale + abs(term)
    return total, scale


def ball(enclosure: Any, index: tuple[int, ...]) -> arb:
    """One entry of an enclosure as a ball."""
    return arb(float(enclosure.hi[index]), float(enclosure.radius[index])) + arb(float(enclosure.lo[index]))
