"""The page of primitives, docs/operations.md: pullbacks, rounding constants, and what jax and torch were seen to do.

    python benchmarks/operations.py [--points N] [--out FILE.md] [--json]

Each primitive is executed by itself on random operands in float32 and float64, and each result is held against the
exact one of the same floats. The worst error is a part of the bound that a correct execution keeps to.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import torch
from backproof.reference.graph.arrays import lift, magnitudes
from backproof.reference.graph.exact import evaluate
from backproof.reference.graph.from_jaxpr import execute
from backproof.reference.graph.from_torch.aten import ROWS as COMPOSITES
from backproof.reference.graph.primitive import Primitive
from backproof.reference.graph.rounding import FORMATS, local
from backproof.reference.graph.rows import FAMILIES, PRIMITIVES
from flint import ctx
from jax import lax
from jax import numpy as jnp

BITS = 200
DTYPES = ("float32", "float64")
Draw = Callable[[np.random.Generator, int], Any]


def anywhere(rng: np.random.Generator, n: int) -> Any:
    """Signs and exponents at random."""
    return np.where(rng.random(n) < 0.5, -1, 1) * 2.0 ** rng.uniform(-20, 6, n)


def positive(rng: np.random.Generator, n: int) -> Any:
    """Exponents at random."""
    return 2.0 ** rng.uniform(-40, 40, n)


def inside(rng: np.random.Generator, n: int) -> Any:
    """Between −1 and 1, near 0 and near ±1."""
    near = 2.0 ** rng.uniform(-20, -1, n)
    return np.where(rng.random(n) < 0.5, -1, 1) * np.where(rng.random(n) < 0.5, near, 1 - near)


def above_one(rng: np.random.Generator, n: int) -> Any:
    """From just above 1 on."""
    return 1 + 2.0 ** rng.uniform(-20, 20, n)


REAL = ("exp", "exp2", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "logistic", "erf", "erfc")
POSITIVE = ("log", "sqrt", "rsqrt", "cbrt", "lgamma", "digamma")
INSIDE = ("asin", "acos", "atanh", "erf_inv", "log1p")
UNARY: dict[str, Draw] = {
    **dict.fromkeys(REAL, anywhere),
    **dict.fromkeys(POSITIVE, positive),
    **dict.fromkeys(INSIDE, inside),
    "acosh": above_one,
    "square": anywhere,
}
TORCH: dict[str, Any] = {
    "logistic": torch.sigmoid,
    "erf_inv": torch.erfinv,
    **{name: getattr(torch, name) for name in UNARY if hasattr(torch, name)},
}


Programs = dict[str, tuple[Callable[..., Any], tuple[Any, ...]]]


def _of_matrices(a: Any, b: Any) -> Programs:
    """Systems and factors, of two square matrices."""
    one = np.eye(len(a), dtype=a.dtype)
    definite, triangle = a @ a.T + one, np.triu(a) + 8 * one
    return {
        "linear_solve": (jnp.linalg.solve, (a, b[:, 0])),
        "triangular_solve": (lambda a, b: lax.linalg.triangular_solve(a, b, left_side=True), (triangle, b)),
        "cholesky": (lambda a: lax.linalg.cholesky(a, symmetrize_input=False), (definite,)),
        "lu": (lambda a: lax.linalg.lu(a)[0], (a,)),
        "qr": (jnp.linalg.qr, (a[:, :24],)),
    }


def programs(rng: np.random.Generator, n: int, dtype: str) -> Programs:
    """Functions of one primitive each, with operands."""
    wide, other, above = (draw(rng, n).astype(dtype) for draw in (anywhere, anywhere, positive))
    square = [rng.standard_normal((48, 48)).astype(dtype) for _ in range(2)]
    image, kernel = rng.standard_normal((2, 3, 9, 9)).astype(dtype), rng.standard_normal((4, 3, 3, 3)).astype(dtype)
    small = rng.uniform(0.5, 2, (64, 8)).astype(dtype)
    order, beta = rng.uniform(0.3, 20, n).astype(dtype), rng.uniform(0.01, 0.99, n).astype(dtype)
    beside = (order * rng.uniform(0.1, 3, n)).astype(dtype)
    return {
        **{name: (getattr(lax, name), (draw(rng, n).astype(dtype),)) for name, draw in UNARY.items()},
        "add": (lax.add, (wide, other)),
        "sub": (lax.sub, (wide, other)),
        "mul": (lax.mul, (wide, other)),
        "div": (lambda x, y: x / y, (wide, other)),
        "pow": (lax.pow, (small.ravel(), wide[: small.size] if n >= small.size else np.ones(small.size, dtype))),
        "atan2": (lax.atan2, (wide, other)),
        "integer_pow": (lambda x: lax.integer_pow(x, 3), (wide,)),
        "reduce_sum": (lambda x: x.sum(1), (square[0],)),
        "reduce_prod": (lambda x: x.prod(1), (small,)),
        "cumsum": (lambda x: lax.cumsum(x, 1), (square[0],)),
        "cumprod": (lambda x: lax.cumprod(x, 1), (small,)),
        "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, 1), (square[0],)),
        "dot_general": (jnp.matmul, tuple(square)),
        "conv_general_dilated": (lambda x, w: lax.conv(x, w, (1, 1), "SAME"), (image, kernel)),
        "reduce_window_sum": (
            lambda x: lax.reduce_window(x, 0.0, lax.add, (1, 1, 3, 3), (1, 1, 1, 1), "SAME"),
            (image,),
        ),
        "scatter-add": (lambda x: jax.ops.segment_sum(x, np.arange(n) % 7, 7), (above,)),
        **_of_matrices(*square),
        "igamma": (lax.igamma, (order, beside)),
        "igammac": (lax.igammac, (order, beside)),
        "regularized_incomplete_beta": (lax.betainc, (order, order[::-1].copy(), beta)),
        "bessel_i0e": (lax.bessel_i0e, (wide,)),
        "bessel_i1e": (lax.bessel_i1e, (wide,)),
        "polygamma": (lambda x: jax.scipy.special.polygamma(2, x), (small.ravel(),)),
    }


def seen_in_jax(n: int, seed: int) -> dict[str, dict[str, float]]:
    """The worst error of each primitive in these programs, as a part of its bound, by dtype."""
    worst: dict[str, dict[str, float]] = {}
    for dtype in DTYPES:
        for function, arguments in programs(np.random.default_rng(seed), n, dtype).values():
            graph, values = execute(function, *arguments)
            for node in graph.nodes:
                operands = tuple(lift(values[k], graph.values[k].dtype) for k in node.operands)
                with ctx.workprec(BITS):
                    results = evaluate(node, operands)
                    bounds = local(graph, node, operands, results, flushes=True)
                    for number, result, bound in zip(node.results, results, bounds, strict=True):
                        if graph.values[number].dtype == dtype and np.any(bound):
                            part = _worst(result, values[number], bound)
                            of = worst.setdefault(node.primitive, {})
                            of[dtype] = max(of.get(dtype, 0.0), part)
    return worst


def _worst(exact: Any, got: Any, bound: Any) -> float:
    error = magnitudes(lift(got) - exact)
    largest = float(np.finfo(np.asarray(got).dtype).max) / 2
    decided = np.isfinite(error) & (bound > 0) & (magnitudes(exact) < largest)
    return float((error[decided] / bound[decided]).max(initial=0.0))


def seen_in_torch(n: int, seed: int) -> dict[str, dict[str, float]]:
    """The same of torch's functions of one number."""
    worst: dict[str, dict[str, float]] = {}
    for dtype in DTYPES:
        rng = np.random.default_rng(seed)
        for name, draw in UNARY.items():
            x = draw(rng, n).astype(dtype)
            if name not in TORCH:
                continue
            got = TORCH[name](torch.from_numpy(x)).numpy()
            row = PRIMITIVES[name]
            with ctx.workprec(BITS):
                (exact,) = row.value({}, (lift(x),))
                worst.setdefault(name, {})[dtype] = _worst(exact, got, _bound(row, lift(x), exact, dtype))
        matrix = rng.standard_normal((24, 24)).astype(dtype)
        got = torch.linalg.matrix_exp(torch.from_numpy(matrix)).numpy()
        row, held = PRIMITIVES["matrix_exp"], lift(matrix)
        with ctx.workprec(BITS):
            (exact,) = row.value({}, (held,))
            worst.setdefault(row.name, {})[dtype] = _worst(exact, got, _bound(row, held, exact, dtype))
    return worst


def _bound(row: Primitive, x: Any, exact: Any, dtype: str) -> Any:
    """What one execution may be off."""
    form, rounding = FORMATS[dtype], row.rounding
    bound = rounding.of(dtype) * form.u * magnitudes(exact) + form.subnormal
    if rounding.terms is None or rounding.magnitude is None:
        return bound
    return bound + rounding.terms({}, (x,)) * form.u * rounding.magnitude({}, (x,))


HEAD = """# Primitives and their pullbacks

<!-- Written by the command below: change the command, not the page. -->

Any traced program is judged as a graph of these primitives: each has its exact value in balls, its own pullback (no
framework's), and what one execution of it from exact operands may be off. x, y are the operands, r the result, v
the cotangent, u the unit roundoff of the result's dtype; *c u* is c roundings of the value, *γ* the bound of a sum in
any order, (nu/(1 − nu)) Σ|terms| for n terms. At a kink both branches are enclosed.

The worst error seen is a part of that bound, from {points} random operands each, float32 and float64. {made}:

```sh
python benchmarks/operations.py --out docs/operations.md
```
"""


def rounding_of(row: Primitive) -> str:
    """One execution's bound, in words."""
    return row.rounding.how if row.rounding.terms is not None or row.rounding.roundings else "exact"


TABLE = "| primitive | pullback | one execution | kink | jax | torch |\n|---|---|---|---|---|---|\n"


def page(points: int, jax_seen: dict[str, Any], torch_seen: dict[str, Any]) -> str:
    """The whole page."""
    made = (
        f"Python {platform.python_version()}, jax {jax.__version__}, torch {torch.__version__}, NumPy {np.__version__}"
    )
    parts = [HEAD.format(points=f"{points:,}", made=made)]
    for family, rows in FAMILIES.items():
        parts.append(f"\n## {family.capitalize()}\n\n{TABLE}")
        for row in rows:
            cells = (
                f"`{row.name}`",
                row.formula,
                rounding_of(row),
                row.kink or "–",
                _both(jax_seen, row),
                _both(torch_seen, row),
            )
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    names = ", ".join(f"`{name}`" for name in sorted(COMPOSITES))
    said = f"Each of these {len(COMPOSITES)} is an expansion in the primitives above"
    parts.append(f"\n## Operations of ATen\n\n{said}: {names}.\n")
    return "".join(parts)


def _both(seen: dict[str, Any], row: Primitive) -> str:
    return ", ".join(f"{seen[row.name][d]:.2g}" for d in DTYPES if d in seen.get(row.name, {})) or "–"


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=4096, metavar="N", help="operands of each (default: 4096)")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="write the page there (default: print it)")
    parser.add_argument("--json", action="store_true", help="print what was measured")
    given = parser.parse_args()
    measured = {"jax": seen_in_jax(given.points, given.seed), "torch": seen_in_torch(given.points, given.seed)}
    if given.json:
        print(json.dumps(measured, indent=1))
        return
    text = page(given.points, measured["jax"], measured["torch"])
    if given.out is None:
        print(text)
    else:
        given.out.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
