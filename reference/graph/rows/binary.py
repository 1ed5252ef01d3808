"""Functions of two numbers, and comparisons."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

from ..arrays import NO, OPEN, YES, as_array, chosen, each, filled, magnitudes, squared
from ..graph import Unsupported
from ..primitive import EXACT, Arrays, Back, Params, Primitive, Rounding
from .elementwise import C_LIBRARY, CORRECT, MEASURED, _trunc

ONE_ROUNDING = Rounding(1.0, how=CORRECT)


def _terms(x: Arrays) -> Any:
    """A number that is added may come rounded with another one of its size, as x − ln Σ e^x for (x − max) − ln …"""
    return 3 * (magnitudes(x[0]) + magnitudes(x[1]))


ADDITION = Rounding(
    1.0,
    lambda params, _: params.get("inside", 0),
    lambda params, x: magnitudes(x[0]) if "inside" in params else 0.0,
    f"{CORRECT}; a summand from which a product starts, γ of the number of products",
    textbook=_terms,
)
SUBTRACTION = ONE_ROUNDING._replace(textbook=_terms)
DIVISION = Rounding(3.0, how="3 u: XLA divides by a scalar as a product with its reciprocal, 1.51 u seen")


_same = each(lambda a, b: a is b and not a.is_nan())
"""One ball is one number, whatever its radius: an entry equals the maximum that it is."""


def compared(x: Any, y: Any, certainly: Any, certainly_not: Any, if_same: int) -> Any:
    """A comparison of balls: yes, no, or open where they overlap; of integers and truth values as NumPy's."""
    if np.asarray(x).dtype != object and np.asarray(y).dtype != object:
        return np.where(certainly(x, y), YES, NO).astype(np.int8)
    yes, no = np.asarray(certainly(x, y), bool), np.asarray(certainly_not(x, y), bool)
    decided = np.where(yes, YES, np.where(no, NO, OPEN))
    return np.where(np.asarray(_same(x, y), bool), if_same, decided).astype(np.int8)


def equal(x: Any, y: Any) -> Any:
    """x = y: yes for one and the same number, open for balls that overlap."""
    return compared(x, y, lambda a, b: a == b, lambda a, b: (a < b) | (b < a), YES)


def less(x: Any, y: Any) -> Any:
    """x < y."""
    return compared(x, y, lambda a, b: a < b, lambda a, b: a >= b, NO)


def at_most(x: Any, y: Any) -> Any:
    """x ≤ y."""
    return compared(x, y, lambda a, b: a <= b, lambda a, b: a > b, YES)


COMPARISONS = {
    "eq": equal,
    "ne": lambda x, y: np.negative(equal(x, y)),
    "lt": less,
    "le": at_most,
    "lt_to": less,
    "le_to": at_most,
    "gt": lambda x, y: less(y, x),
    "ge": lambda x, y: at_most(y, x),
}


def _comparison(name: str) -> Primitive:
    compare: Any = COMPARISONS[name]
    return Primitive(name, lambda _, x: (compare(*x),), None, "none: a truth value", EXACT, "where x = y")


def _max(a: arb, b: arb) -> arb:
    return a if a is b or a >= b else b if b >= a else a.max(b)


def _min(a: arb, b: arb) -> arb:
    return a if a is b or a <= b else b if b <= a else a.min(b)


def largest(x: Any, y: Any) -> Any:
    """max(x, y); where it is decided, the very ball that is larger."""
    return each(_max)(x, y) if np.asarray(x).dtype == object else np.maximum(x, y)


def smallest(x: Any, y: Any) -> Any:
    """min(x, y); where it is decided, the very ball that is smaller."""
    return each(_min)(x, y) if np.asarray(x).dtype == object else np.minimum(x, y)


def _shares(x: Any, y: Any) -> Any:
    """How much of max(x, y) is x: 1, 0, or [0, 1] where they may be equal."""
    more = less(y, x)
    more = np.where(equal(x, y) == YES, OPEN, more)
    return chosen(more, filled(x.shape, 0), filled(x.shape, 1))


def _extreme_back(sign: int) -> Any:
    def pullback(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
        share = _shares(*x) if sign > 0 else _shares(x[1], x[0])
        return as_array(v[0] * share), as_array(v[0] * (1 - share))

    return pullback


def _pow(x: arb, y: arb) -> arb:
    if x > 0:
        return x**y
    whole = y.unique_fmpz()
    if whole is not None and y.is_integer():
        n = int(whole)
        return x**n if n >= 0 else 1 / x**-n
    return arb(0) if x.is_zero() and y > 0 else x**y


def _pow_x(x: arb, y: arb) -> arb:
    """y x^(y − 1), 0 for y = 0."""
    return arb(0) if y.is_zero() else y * _pow(x, y - 1)


def _pow_y(x: arb, r: arb) -> arb:
    """r ln x, 0 for x = 0."""
    return arb(0) if x.is_zero() and r.is_zero() else r * x.log()


def _power(_: Params, x: Arrays) -> Arrays:
    if x[1].dtype == object:
        return (each(_pow)(*x),)
    return (each(lambda a, n: a ** int(n) if n >= 0 else 1 / a ** int(-n))(*x),)


def _power_back(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    if x[1].dtype != object:
        return each(lambda a, n, w: w * int(n) * (a ** int(n - 1) if n >= 1 else 1 / a ** int(1 - n)))(*x, v[0]), None
    return as_array(v[0] * each(_pow_x)(*x)), as_array(v[0] * each(_pow_y)(x[0], r[0]))


def arb_atan2(y: arb, x: arb) -> arb:
    """The angle of (x, y)."""
    return arb.atan2(y, x)


def _polygamma(m: arb, x: arb) -> arb:
    """ψ^(m)(x) = (−1)^(m + 1) m! ζ(m + 1, x); ψ for m = 0."""
    order = m.unique_fmpz()
    if order is None or order < 0:
        raise Unsupported(f"polygamma of the order {m}: a whole number is needed")
    n = int(order)
    return x.digamma() if n == 0 else (-1) ** (n + 1) * arb(math.factorial(n)) * arb(n + 1).zeta(x)


def _polygamma_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    return None, as_array(v[0] * each(lambda m, t: _polygamma(m + 1, t))(*x))


def _atan2_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    norm = x[0] * x[0] + x[1] * x[1]
    return as_array(v[0] * x[1] / norm), as_array(-v[0] * x[0] / norm)


def _rem(_: Params, x: Arrays) -> Arrays:
    if x[0].dtype != object:
        return (np.fmod(*x),)
    return (each(lambda a, b: a - b * _trunc(a / b))(*x),)


def _rem_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    return v[0], as_array(-v[0] * each(lambda a, b: _trunc(a / b))(*x))


def _quotient(_: Params, x: Arrays) -> Arrays:
    if x[0].dtype != object:
        return ((np.sign(x[0]) * np.sign(x[1]) * (np.abs(x[0]) // np.abs(x[1]))).astype(np.int64),)
    return (as_array(x[0] / x[1]),)


def _quotient_back(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    first = v[0] / x[1]
    return as_array(first), as_array(-first * r[0])


def _logical(name: str, truth: Any, integers: Any) -> Primitive:
    def value(_: Params, x: Arrays) -> Arrays:
        return ((truth if x[0].dtype == np.int8 else integers)(*x),)

    return Primitive(name, value, None, "none: a truth value")


ROWS = (
    Primitive("add", lambda _, x: (as_array(x[0] + x[1]),), lambda _, x, r, v: (v[0], v[0]), "v, v", ADDITION),
    Primitive("add_any", lambda _, x: (as_array(x[0] + x[1]),), lambda _, x, r, v: (v[0], v[0]), "v, v", ONE_ROUNDING),
    Primitive(
        "sub",
        lambda _, x: (as_array(x[0] - x[1]),),
        lambda _, x, r, v: (v[0], as_array(-v[0])),
        "v, −v",
        SUBTRACTION,
    ),
    Primitive(
        "mul",
        lambda _, x: (squared(x[0]) if x[0] is x[1] and x[0].dtype == object else as_array(x[0] * x[1]),),
        lambda _, x, r, v: (as_array(v[0] * x[1]), as_array(v[0] * x[0])),
        "v y, v x",
        ONE_ROUNDING,
        back=Back(1.0),
    ),
    Primitive("div", _quotient, _quotient_back, "v/y, −v r/y", DIVISION, back=Back(8.0)),
    Primitive("max", lambda _, x: (largest(*x),), _extreme_back(1), "v where it is x; v where it is y", EXACT, "x = y"),
    Primitive(
        "min", lambda _, x: (smallest(*x),), _extreme_back(-1), "v where it is x; v where it is y", EXACT, "x = y"
    ),
    Primitive(
        "pow",
        _power,
        _power_back,
        "v y x^(y − 1), v r ln x",
        Rounding(2 * C_LIBRARY, how=MEASURED.format(2 * C_LIBRARY)),
        back=Back(4 * C_LIBRARY),
    ),
    Primitive(
        "atan2",
        lambda _, x: (each(arb_atan2)(*x),),
        _atan2_back,
        "v y/(x² + y²), −v x/(x² + y²)",
        Rounding(C_LIBRARY, how=MEASURED.format(C_LIBRARY)),
        back=Back(C_LIBRARY),
    ),
    Primitive(
        "polygamma",
        lambda _, x: (each(_polygamma)(*x),),
        _polygamma_back,
        "0, v ψ^(m + 1)(x)",
        Rounding(64.0, how="64 u: a series, 16 u seen"),
        back=Back(66.0),
    ),
    Primitive("rem", _rem, _rem_back, "v, −v trunc(x/y)", EXACT, "x/y an integer", Back(1.0)),
    *map(_comparison, COMPARISONS),
    _logical("and", np.minimum, np.bitwise_and),
    _logical("or", np.maximum, np.bitwise_or),
    _logical("xor", lambda a, b: (-a * b).astype(np.int8), np.bitwise_xor),
    _logical("not", lambda a: -a, np.bitwise_not),
)
