"""What number a constant of a program stands for: 1e-5, 1/√8 and √(2/π) are written, and rounded to be stored.

Read as the floats that they are rounded to, two frameworks' programs agree to no more than nine digits.
A reading is never silent: the report prints each one that differs from the float.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np
from flint import arb, ctx, fmpq

from .arrays import as_array, filled, lift
from .graph import FLOATS, Constant

DIGITS = {"float64": 12, "float32": 5, "float16": 3, "bfloat16": 2}
"""Significant digits of a decimal that is taken as written."""
PRODUCT = {"float64": 10**6, "float32": 2048, "float16": 64, "bfloat16": 16}
"""The largest p·q of a root of p/q that is recognised."""
BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
SLACK = {"float64": 1, "float32": 0, "float16": 0, "bfloat16": 0}
"""Units in the last place of a double: 1/√8 worked out by Python has two roundings."""
ROOTS = (1, 2, 4)
ENOUGH = 128
"""Bits at which a root is rounded to the dtype."""


class ConstantReading(NamedTuple):
    """The number that a literal is read as: `ball()` at the precision in force, and how it was found."""

    literal: float
    dtype: str
    read_as: str
    how: str
    ball: Callable[[], arb]


def _rounded(x: float, dtype: str) -> float:
    with np.errstate(all="ignore"):
        return float(np.asarray(x).astype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype))


def _is_short(x: float, dtype: str) -> bool:
    """Whether x has so few binary digits that nobody rounded it."""
    numerator, _ = x.as_integer_ratio()
    return (numerator // (numerator & -numerator)).bit_length() <= BITS[dtype] // 3


@cache
def reading(literal: float, dtype: str) -> ConstantReading:
    """A literal as the number its author wrote: a short decimal, a root of a fraction (of π), or the float itself."""
    plain = ConstantReading(literal, dtype, repr(literal), "binary", lambda: arb(literal))
    if not math.isfinite(literal) or literal == 0 or _is_short(abs(literal), dtype):
        return plain
    return _decimal(literal, dtype) or _named(literal, dtype) or _root(literal, dtype) or plain


def _decimal(literal: float, dtype: str) -> ConstantReading | None:
    text = f"{literal:.{DIGITS[dtype] - 1}e}"
    if _rounded(float(text), dtype) != literal:
        return None
    numerator, denominator = Decimal(text).as_integer_ratio()
    written = format(Decimal(text).normalize(), "g")
    return ConstantReading(literal, dtype, written, "decimal", lambda: arb(fmpq(numerator, denominator)))


NAMED: dict[str, Callable[[], arb]] = {
    "ln 2": lambda: arb(2).log(),
    "ln 10": lambda: arb(10).log(),
    "1/ln 2": lambda: 1 / arb(2).log(),
    "1/ln 10": lambda: 1 / arb(10).log(),
    "π": arb.pi,
    "√π": lambda: arb.pi().sqrt(),
    "√π/2": lambda: arb.pi().sqrt() / 2,
    "ln 2π": lambda: (2 * arb.pi()).log(),
    "½ ln 2π": lambda: (2 * arb.pi()).log() / 2,
    "√(2π)": lambda: (2 * arb.pi()).sqrt(),
}
"""Numbers that normal densities and the derivatives of exp2, log10 and the inverse error function are written with."""


def _named(literal: float, dtype: str) -> ConstantReading | None:
    with ctx.workprec(ENOUGH):
        off = {name: abs(_rounded(float(ball()), dtype) - literal) for name, ball in NAMED.items()}
        found = [name for name in NAMED if off[name] <= SLACK[dtype] * math.ulp(literal)]
    return ConstantReading(literal, dtype, found[0], "named", NAMED[found[0]]) if found else None


def _root(literal: float, dtype: str) -> ConstantReading | None:
    for k in ROOTS if abs(literal) <= PRODUCT[dtype] else ():
        for of_pi in (False, True):
            found = _fraction(abs(literal) ** k * (math.pi if of_pi else 1), literal, k, of_pi, dtype)
            if found is not None:
                return found
    return None


def _fraction(y: float, literal: float, k: int, of_pi: bool, dtype: str) -> ConstantReading | None:
    """The simplest p/q near y whose k-th root (with π below) rounds to the literal."""
    limit = PRODUCT[dtype]
    if not 1 / limit <= y <= limit:
        return None
    q = np.arange(1, math.isqrt(int(limit / y) + 1) + 2)
    p = np.rint(y * q)
    near = (p >= 1) & (p * q <= limit) & (np.abs(p / q - y) <= 4 * k * 2.0 ** -BITS[dtype] * y)
    for numerator, denominator in zip(p[near].astype(int).tolist(), q[near].tolist(), strict=True):
        ball = _ball_of(numerator, denominator, k, of_pi, literal < 0)
        with ctx.workprec(ENOUGH):
            middle = float(ball())
        if abs(_rounded(middle, dtype) - literal) <= SLACK[dtype] * math.ulp(literal):
            below = f"{denominator}π" if of_pi else str(denominator)
            root = f"({numerator}/{below})^(1/{k})" if k > 1 else f"{numerator}/{below}"
            return ConstantReading(literal, dtype, ("−" if literal < 0 else "") + root, "root", ball)
    return None


def _ball_of(p: int, q: int, k: int, of_pi: bool, negative: bool) -> Callable[[], arb]:
    def ball() -> arb:
        x = arb(fmpq(p, q)) / (arb.pi() if of_pi else 1)
        root = x if k == 1 else x.root(k)
        return -root if negative else root

    return ball


def _read(literal: float, dtype: str) -> ConstantReading:
    return reading(literal, dtype if _rounded(literal, dtype) == literal else "float64")


def constant_balls(constant: Constant, dtype: str) -> Any:
    """A constant as the walks take it; a literal that its dtype does not hold is a double, as Python writes it."""
    held = np.asarray(constant.array)
    if dtype not in FLOATS or not constant.literal or held.dtype == object:
        return lift(held, dtype)
    distinct = {x: _read(x, dtype).ball() for x in set(held.astype(np.float64).ravel().tolist())}
    if len(distinct) == 1:
        return filled(held.shape, next(iter(distinct.values())))
    return as_array(np.vectorize(distinct.__getitem__, otypes=[object])(held.astype(np.float64)))
