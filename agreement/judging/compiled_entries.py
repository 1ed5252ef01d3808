"""The passes of a comparison over all entries of a part, compiled: to the bit what judge.py has in NumPy."""

from __future__ import annotations

import numpy as np

from ...manual.rounding.arithmetic import EXPONENT
from ...manual.shapes import Array
from ...reference.fast.jit import FLAG, FLOATS, NOTHING, NUMBER, OUT, compiled, flat, inlined


@inlined
def _ulp(x: float, eps: float, least: float) -> float:
    """As Arithmetic.ulp."""
    power = np.int64(np.float64(x).view(np.int64) & EXPONENT).view(np.float64)
    return np.maximum(power * eps, least)


@compiled(NOTHING, FLOATS, NUMBER, NUMBER, OUT)
def _ulps(x: Array, eps: float, least: float, out: Array) -> None:
    for i in range(len(x)):
        out[i] = _ulp(x[i], eps, least)


@compiled(NOTHING, FLOATS, FLOATS, NUMBER, NUMBER, NUMBER, OUT)
def _bounds(hi: Array, error: Array, margin: float, eps: float, least: float, out: Array) -> None:
    for i in range(len(hi)):
        out[i] = margin * error[i] + _ulp(abs(hi[i]) + error[i], eps, least)


@compiled(FLAG, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, OUT)
def _differences(got: Array, hi: Array, lo: Array, radius: Array, stable: Array, opened: Array, error: Array) -> bool:
    accurate = True
    for i in range(len(got)):
        error[i] = (got[i] - hi[i]) - lo[i]
        accurate &= (abs(error[i]) + radius[i] <= stable[i]) & (opened[i] < np.inf)
    return accurate


@compiled(FLAG, FLOATS, FLOATS, NUMBER)
def _reached(hi: Array, bound: Array, part: float) -> bool:
    found = False
    for i in range(len(hi)):
        found |= bound[i] >= part * abs(hi[i])
    return found


def ulps(x: Array, eps: float, least: float) -> Array:
    """Of every entry the distance of neighbouring floats there."""
    out = np.empty(x.shape)
    _ulps(flat(x), eps, least, out.reshape(-1))
    return out


def bounds(hi: Array, error: Array, margin: float, eps: float, least: float) -> Array:
    """The error with its margin, and an ulp of the largest magnitude that it leads to."""
    out = np.empty(hi.shape)
    _bounds(flat(hi), flat(error), margin, eps, least, out.reshape(-1))
    return out


def differences(got: Array, truth: tuple[Array, Array, Array], stable: Array, opened: Array) -> tuple[Array, bool]:
    """Each error, and whether all are accurate for sure, and have a bound."""
    error = np.empty(got.shape)
    found = _differences(flat(got), *map(flat, truth), flat(stable), flat(opened), error.reshape(-1))
    return error, bool(found)


def reached(hi: Array, bound: Array, part: float) -> bool:
    """Whether some bound is this part of its value."""
    return bool(_reached(flat(hi), flat(bound), part))
