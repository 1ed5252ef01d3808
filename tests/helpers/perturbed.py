"""Correct programs as far off as a bound supposes: z known up to e_z, worked on at the far end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from backproof.manual.rounding.arithmetic import Inexact
from backproof.manual.shapes import Array
from flint import arb, ctx

BITS = 1600


class Perturbed(NamedTuple):
    """The z of a program, in its dtype, and the truth; `known` is another correct program's z with e_z."""

    program: Array
    truth: Array
    known: Inexact


def weighted_input(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> Perturbed:
    """Of any size, exact or off by any part of itself; truth and program at the far ends of e_z, mostly.

    Each example (column) has its own size and its own relative error.
    """
    examples = (1, shape[1])
    program = (rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 2.6, examples)).astype(dtype)
    relative = 2.0 ** rng.uniform(-50, 2, examples) * rng.integers(0, 2, examples)
    off = np.abs(program.astype(np.float64)) * relative
    side = rng.choice([-1, 1], shape)
    truth = program + side * off
    known = truth + side * off * rng.choice([1.0, rng.uniform(-1, 1)])
    error = np.maximum(np.abs(program - truth), np.abs(known - truth)) * (1 + 2.0**-50)
    return Perturbed(program, truth, Inexact(known, error))


def columns(array: Array) -> list[list[arb]]:
    """The examples of a layer as balls."""
    return [[arb(x) for x in column] for column in array.T.astype(np.float64).tolist()]


def ratio(got: Array, exact: list[Any], bound: Array) -> Array:
    """|got − exact|/bound in balls, 0 where the bound is ∞; `exact` in columns."""
    flat = np.array(exact, dtype=object).T.ravel()
    with ctx.workprec(BITS):
        error = [float(abs(arb(float(g)) - x)) for g, x in zip(np.ravel(got), flat, strict=True)]
    limits = np.ravel(bound)
    with np.errstate(divide="ignore"):
        return np.where((np.array(error) == 0) | (limits == np.inf), 0.0, np.array(error) / np.where(error, limits, 1))
