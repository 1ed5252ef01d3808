"""The regimes: how the numbers of a case are drawn, each defined here and nowhere else.

Numbers are drawn in float64 for a dtype, whose exponents say what tiny and huge mean, and rounded
to it when the case is made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...manual.shapes import Array

SIGNS = np.array([-1.0, 1.0])
Draw = Callable[[np.random.Generator, tuple[int, ...], Any], Array]
"""Numbers of a shape, for a dtype's Format."""


class Regime(NamedTuple):
    """How the weights and everything else are drawn; `fan_in` divides the weights by √n_in, `on_kinks` moves
    every other neuron to a kink of its activation (kinks.py), `common` is one number that all biases of the
    output layer have in common.
    """

    name: str
    what: str
    weights: Draw
    others: Draw
    fan_in: bool = False
    on_kinks: bool = False
    common: Draw | None = None


def normal(scale: float) -> Draw:
    """N(0, scale²)."""
    return lambda rng, shape, info: scale * rng.standard_normal(shape)


def chosen(rng: np.random.Generator, numbers: Array, shape: tuple[int, ...]) -> Array:
    """What `rng.choice` draws from a few numbers, in half its time."""
    return numbers[rng.integers(0, len(numbers), shape)]


def powers(low: float, high: float) -> Draw:
    """Either sign, magnitude 2^U(low, high)."""
    return lambda rng, shape, info: chosen(rng, SIGNS, shape) * 2.0 ** rng.uniform(low, high, shape)


def exponents(low: float, high: float) -> Draw:
    """The same with low and high as parts of the dtype's largest exponent."""
    return lambda rng, shape, info: powers(low * info.maxexp, high * info.maxexp)(rng, shape, info)


def integers(rng: np.random.Generator, shape: tuple[int, ...], info: Any) -> Array:
    """−3 … 3."""
    return rng.integers(-3, 4, shape).astype(np.float64)


def sparse(rng: np.random.Generator, shape: tuple[int, ...], info: Any) -> Array:
    """0 two times in three, else N(0, 1)."""
    return np.where(rng.random(shape) < 2 / 3, 0.0, rng.standard_normal(shape))


def rare(rng: np.random.Generator, shape: tuple[int, ...], info: Any) -> Array:
    """0 fifteen times in sixteen, else N(0, 1)."""
    return np.where(rng.random(shape) < 15 / 16, 0.0, rng.standard_normal(shape))


def repeated(rng: np.random.Generator, shape: tuple[int, ...], info: Any) -> Array:
    """One of two numbers everywhere: equal rows, equal columns, exact cancellation."""
    return chosen(rng, rng.standard_normal(2), shape)


def smallest(rng: np.random.Generator, shape: tuple[int, ...], info: Any) -> Array:
    """Either sign, up to 2^20 times the smallest subnormal number."""
    return rng.integers(-(2**20), 2**20, shape) * float(info.smallest_subnormal)


REGIMES: dict[str, Regime] = {
    row.name: row
    for row in (
        Regime("calm", "W ~ N(0, 1/n_in), the rest N(0, 1)", normal(1), normal(1), fan_in=True),
        Regime("wide", "magnitudes from 2^−6 to 2^6", powers(-6, 6), powers(-6, 6)),
        Regime("saturated", "W ~ N(0, 30²/n_in), the rest N(0, 3²)", normal(30), normal(3), fan_in=True),
        Regime(
            "tiny",
            "magnitudes 2^−e, e from 1/16 to 1/8 of the largest exponent",
            exponents(-1 / 8, -1 / 16),
            exponents(-1 / 8, -1 / 16),
        ),
        Regime(
            "huge",
            "magnitudes 2^e, e from 1/16 to 1/8 of the largest exponent",
            exponents(1 / 16, 1 / 8),
            exponents(1 / 16, 1 / 8),
        ),
        Regime("zeros", "0 two times in three, else N(0, 1)", sparse, sparse),
        Regime("integers", "integers from −3 to 3", integers, integers),
        Regime("duplicates", "one of two numbers everywhere", repeated, repeated),
        Regime("subnormal", "W ~ N(0, 1/n_in), the rest up to 2^20 smallest floats", normal(1), smallest, fan_in=True),
    )
}
KINK = Regime("kink", "integers, half of all neurons on a kink or an ulp beside", integers, integers, on_kinks=True)
"""For activations that are more than the note knows; never drawn unless asked for."""
OFFSET = Regime(
    *("offset", "calm, and all output biases have a number in common, up to ±2^12", normal(1), normal(1)),
    fan_in=True,
    common=powers(0, 12),
)
"""Logits far from 0 and near each other: a log-sum-exp that is not shifted loses digits. Drawn when asked for."""
LONG = Regime("long", "calm, but 0 fifteen times in sixteen beside the weights", normal(1), rare, fan_in=True)
"""Widths and batches past 64, 1,024 and 4,096 are drawn so; of smaller networks when asked for."""
EVERY_REGIME = {**REGIMES, **{row.name: row for row in (KINK, OFFSET, LONG)}}
