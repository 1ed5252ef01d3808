"""The ratio of Mills, M(x) = (1 − Φ(x))/φ(x) = ∫₀^∞ e^{−xt − t²/2} dt; proofs: docs/certification.md, section 7."""

from __future__ import annotations

from functools import cache

import numpy as np
from flint import arb, ctx

from ....manual.shapes import Array
from .number import Doubled, exact
from .series import rest

STEPS = 32
"""Expansions to a unit of x."""
FARTHEST = 51.0
"""φ there is below e^LOWEST."""
TERMS = 11
"""The first three as pairs."""
BITS = 600
"""The recurrence of the coefficients cancels some 150 of them."""


def expansion(x: arb) -> list[arb]:
    """c_0 … of M(x + t) = Σ c_n t^n, from M′ = xM − 1."""
    mills = (arb.pi() / 2).sqrt() * (x * x / 2).exp() * (x / arb(2).sqrt()).erfc()
    c = [mills, x * mills - 1]
    for n in range(1, TERMS - 1):
        c.append((x * c[n] + c[n - 1]) / (n + 1))
    return c


@cache
def table() -> Array:
    """hi and lo of c_0, c_1 and c_2, then c_3 … c_10, about every 1/STEPS of x."""
    with ctx.workprec(BITS):
        rows = [expansion(arb(j) / STEPS) for j in range(int(FARTHEST * STEPS) + 1)]
        columns = [[float(row[n]) for row in rows] for n in range(TERMS)]
        rests = [[float(row[n] - columns[n][j]) for j, row in enumerate(rows)] for n in range(3)]
    return np.array([part for n in range(3) for part in (columns[n], rests[n])] + columns[3:])


def mills(x: Doubled) -> Doubled:
    """M(x) for 0 ≤ x ≤ FARTHEST, relatively within 2^−69."""
    within = (x.hi <= FARTHEST) & (x.radius <= 2.0**-8)
    j = np.rint(np.where(within, x.hi, 0.0) * STEPS).astype(np.int64)
    coefficients = table()[:, j]
    t = x - exact(j / STEPS)
    result = rest(coefficients[:5:-1], t)
    for n in (4, 2, 0):
        hi, lo = coefficients[n : n + 2]
        result = Doubled(hi, lo, np.zeros_like(hi)) + t * result
    return result._replace(radius=np.where(within, result.radius + 2.0**-103 * np.abs(result.hi), np.inf))
