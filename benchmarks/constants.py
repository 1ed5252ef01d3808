"""Measures c and c_log of docs/bounds.md: how many u each library's activations and slopes are off.

python benchmarks/constants.py [--json]

Every activation, value and slope (as the library's own autodiff gives it), in every dtype, against
Arb, on a dense grid, densely around the places where implementations switch, and at random.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch
from backproof.agreement.environment import environment
from backproof.manual.activations import ACTIVATIONS, SOFTMAX, Elementwise, Shaped
from backproof.manual.rounding.arithmetic import Arithmetic, Inexact
from backproof.manual.rounding.formats import DTYPES, FORMATS
from backproof.manual.shapes import Array
from backproof.reference.jax_backends import jax_grad
from backproof.reference.torch_backends import torch_autograd
from backproof.reference.truth import balls
from flint import arb, ctx
from jax import lax, nn

BITS = 192
SWITCHES = (0.0, 0.55, 1.0, 8.0, 9.0, 15.0, 16.6, 20.0, 33.3, 36.7, 44.4, 88.0, 103.3, 354.9, 372.5, 708.4, 744.4)
"""Where exp under- or overflows, tanh or the sigmoid rounds to 1, softplus turns linear."""
ELEMENTWISE = {name: balls.ACTIVATIONS[name] for name, row in ACTIVATIONS.items() if isinstance(row, Elementwise)}
SATURATING: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], Callable[[jax.Array], jax.Array]]] = {
    "tanh": (torch.tanh, jnp.tanh),
    "sigmoid": (torch.sigmoid, nn.sigmoid),
    "erf": (torch.erf, lax.erf),
}
"""What rounds to 1 (assumption A6)."""
Answer = tuple[Array, Array]
"""Value and slope at every z."""


class WorstConstant(NamedTuple):
    """The worst of one function: in u of the value itself, beyond ω, and in u of 1 (of a for a value above 1)."""

    library: str
    dtype: str
    activation: str
    part: str
    relative: float
    at: float
    absolute: float


def points(dtype: str, rng: np.random.Generator) -> Array:
    """About 40,000 arguments, either sign; all there are of 16 bits."""
    info = FORMATS[dtype]
    if dtype not in DTYPES:
        every = np.arange(2**16, dtype=np.uint16).view(dtype)
        return np.asarray(every[np.isfinite(every)])
    edge = 800.0 if dtype == "float64" else 110.0
    near = [np.linspace(s - 0.5, s + 0.5, 801) for s in SWITCHES if s < edge]
    small = 2.0 ** rng.uniform(info.minexp, 0, 4000)
    positive = np.concatenate([np.linspace(0, edge, 8001), *near, small, np.abs(rng.normal(0, 4, 4000))])
    return np.unique(np.concatenate([positive, -positive]).astype(dtype))


def _numpy(name: str, z: Array) -> Answer | None:
    row = ACTIVATIONS.get(name) if z.dtype.name in DTYPES else None
    with np.errstate(all="ignore"):
        return (row.value(z), row.slope(z)) if isinstance(row, Elementwise) else None


def _torch(name: str, z: Array) -> Answer:
    function = torch_autograd.ACTIVATIONS[name]
    leaf = torch_autograd.tensor_of(z.copy()).requires_grad_()
    value = function(leaf)
    (slope,) = torch.autograd.grad(value.sum(), leaf)
    return torch_autograd.array_of(value), torch_autograd.array_of(slope)


def _jax(name: str, z: Array) -> Answer | None:
    function = jax_grad.ACTIVATIONS.get(name)
    if function is None:
        return None
    with jax.enable_x64(True):
        value, slope = jax.jit(jax.vmap(jax.value_and_grad(function)))(jnp.asarray(z))
        return np.asarray(value), np.asarray(slope)


LIBRARIES: dict[str, Callable[[str, Array], Answer | None]] = {"numpy": _numpy, "torch": _torch, "jax": _jax}


def _pair(exact: list[arb]) -> tuple[Array, Array]:
    hi = np.array([float(x) for x in exact])
    return hi, np.array([float(x - arb(high)) for x, high in zip(exact, hi.tolist(), strict=True)])


def truth(name: str, z: Array) -> list[tuple[Array, Array]]:
    """Value and slope as pairs (hi, lo)."""
    with ctx.workprec(BITS):
        column = [arb(x) for x in z.astype(np.float64).tolist()]
        row = ELEMENTWISE[name]
        return [_pair(row.value(column)), _pair(row.pull(column, [arb(1)] * len(column)))]


def _worst(
    got: Array, exact: tuple[Array, Array], terms: Array, z: Array, arithmetic: Arithmetic
) -> tuple[float, float, float]:
    error = np.abs((got.astype(np.float64) - exact[0]) - exact[1])
    size = np.maximum(np.abs(exact[0]), terms)
    beyond = np.maximum(error - arithmetic.omega, 0)
    relative = np.divide(beyond, arithmetic.u * size, out=np.zeros_like(size), where=beyond > 0)
    i = int(np.argmax(relative))
    return float(relative[i]), float(z[i]), float((error / (arithmetic.u * np.maximum(size, 1))).max())


def elementwise(rng: np.random.Generator) -> Iterator[WorstConstant]:
    """A row per library, dtype, activation and part."""
    for dtype in FORMATS:
        z, arithmetic = points(dtype, rng), Arithmetic(dtype)
        for name in ELEMENTWISE:
            exact = truth(name, z)
            for library, answer_of in LIBRARIES.items():
                answer = answer_of(name, z)
                for part, got, pair in zip(("value", "slope"), answer or (), exact, strict=False):
                    terms = _terms(name, z) if part == "slope" else np.zeros(z.shape)
                    yield WorstConstant(library, dtype, name, part, *_worst(got, pair, terms, z, arithmetic))


def _terms(name: str, z: Array) -> Array:
    """Σ|terms| of a slope that is a sum: what its error is relative to."""
    row = ACTIVATIONS[name]
    with np.errstate(all="ignore"):
        return row.parts(z.astype(np.float64)) if isinstance(row, Shaped) else np.zeros(z.shape)


def limits(rng: np.random.Generator) -> Iterator[WorstConstant]:
    """How near its limit the truth is, in u, where a library has not yet reached it: `at` the last such z."""
    for dtype in DTYPES:
        z = np.linspace(2, 60, 400_001).astype(dtype)
        for name, (of_torch, of_jax) in SATURATING.items():
            with jax.enable_x64(True):
                answers = {"torch": of_torch(torch.from_numpy(z)).numpy(), "jax": np.asarray(jax.jit(of_jax)(z))}
            for library, got in answers.items():
                last = float(z[got != 1].max())
                short = {"tanh": 2 * math.exp(-2 * last), "sigmoid": math.exp(-last), "erf": math.erfc(last)}[name]
                yield WorstConstant(library, dtype, name, "limit", short / Arithmetic(dtype).u, last, math.nan)


def _softmax(library: str, z: Array) -> Array:
    if library == "torch":
        return torch_autograd.ACTIVATIONS["softmax"](torch.from_numpy(z)).numpy()
    with jax.enable_x64(True):
        return SOFTMAX.value(z) if library == "numpy" else np.asarray(jax.jit(jax_grad.ACTIVATIONS["softmax"])(z))


def softmax(rng: np.random.Generator) -> Iterator[WorstConstant]:
    """The c that makes ρ hold: (relative error/u − 2g − n)/(ln n + 4) − 2, from gaps of 0 to 700."""
    for dtype in DTYPES:
        for library in LIBRARIES:
            worst = (-math.inf, 0.0)
            for n in (2, 3, 10, 100):
                scale = 10.0 ** rng.uniform(-2, 2.8 if dtype == "float64" else 1.9, (1, 200))
                z = (rng.standard_normal((n, 200)) * scale).astype(dtype)
                worst = max(worst, _softmax_constant(_softmax(library, z), z, Arithmetic(dtype)))
            yield WorstConstant(library, dtype, "softmax", "value", *worst, math.nan)


def _softmax_constant(got: Array, z: Array, arithmetic: Arithmetic) -> tuple[float, float]:
    with ctx.workprec(BITS):
        columns = [
            balls.ACTIVATIONS["softmax"].value([arb(x) for x in column]) for column in z.T.astype(np.float64).tolist()
        ]
    hi, lo = (np.reshape(part, z.T.shape).T for part in _pair([p for column in columns for p in column]))
    error = np.abs((got.astype(np.float64) - hi) - lo) - arithmetic.omega
    exact = z.astype(np.float64)
    n, gap = len(z), SOFTMAX.gap(Inexact(exact, np.zeros_like(exact)))
    relative = np.divide(np.maximum(error, 0), arithmetic.u * hi, out=np.zeros_like(hi), where=error > 0)
    needed = (relative - 2 * gap - n) / (np.log(n) + 4) - 2
    i = np.unravel_index(int(np.argmax(needed)), needed.shape)
    return float(needed[i]), float(z[i])


def table(rows: list[WorstConstant]) -> str:
    """Markdown."""
    head = ["| library | dtype | activation | part | c, relative | at z | absolute |", "|" + "---|" * 7]
    return "\n".join(head + [f"| {' | '.join(row[:4])} | {row[4]:.3g} | {row[5]:.4g} | {row[6]:.2g} |" for row in rows])


def main() -> None:
    """Print the table, or the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one object with environment and rows")
    rng = np.random.default_rng(0)
    as_json = parser.parse_args().json
    rows = [*elementwise(rng), *softmax(rng), *limits(rng)]
    if as_json:
        found: list[dict[str, Any]] = [{key: _number(x) for key, x in row._asdict().items()} for row in rows]
        print(json.dumps({"environment": environment(), "rows": found}, indent=1))
    else:
        print(table(rows))


def _number(x: Any) -> Any:
    """JSON has no NaN: what is not measured is null."""
    return None if isinstance(x, float) and math.isnan(x) else x


if __name__ == "__main__":
    main()
