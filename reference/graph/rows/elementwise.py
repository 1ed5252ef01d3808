"""Functions of one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..arrays import EITHER_SIGN, NO, OPEN, YES, as_array, each, magnitudes, squared, squared_ball, to_floats
from ..primitive import EXACT, Arrays, Back, Params, Primitive, Rounding

Number = Callable[[Any], Any]


def logistic(x: arb) -> arb:
    """1/(1 + e^−x), by decaying exponentials."""
    if not x.mid() < 0:
        return 1 / (1 + (-x).exp())
    e = x.exp()
    return e / (1 + e)


def _tanh_slope(x: arb) -> arb:
    return 4 * logistic(2 * x) * logistic(-2 * x)


def _sign(x: arb) -> arb:
    if x.is_zero():
        return arb(0)
    return arb(1) if x > 0 else arb(-1) if x < 0 else EITHER_SIGN


def _trunc(x: arb) -> arb:
    return x.ceil() if x < 0 else x.floor()


def _to_even(x: arb) -> arb:
    """The nearest integer, a half to the even one."""
    low = x.floor()
    rest = x - low
    if rest < 0.5 or rest > 0.5:
        return low if rest < 0.5 else low + 1
    whole = low.unique_fmpz()
    if rest.is_exact() and whole is not None:
        return low if int(whole) % 2 == 0 else low + 1
    return low.union(low + 1)


def _away(x: arb) -> arb:
    half = arb(0.5)
    return (x + half).floor() if x > 0 else (x - half).ceil()


def _erf_slope(x: arb) -> arb:
    return 2 / arb.const_sqrt_pi() * (-x * x).exp()


def _log(x: arb) -> arb:
    return arb.neg_inf() if x.is_zero() else x.log()


def _lgamma(x: arb) -> arb:
    return x.lgamma() if x > 0 else abs(x.gamma()).log()


def _cube_root(x: arb) -> arb:
    return x.root(3) if not x < 0 else -((-x).root(3))


def _cube_root_slope(r: arb) -> arb:
    return 1 / (3 * r * r)


Slope = Callable[[Any, Any], Any]
"""x, r → r′."""

MEASURED = "{0:g} u: mathematical libraries, below 7 u seen"
CORRECT = "u: correctly rounded"
C_LIBRARY = 8.0
"""Roundings allowed a function of the mathematical library; what was seen is below 4."""


def _squared(_: Arrays, r: Arrays) -> Any:
    """1 − r² worked out from r: its two terms."""
    return (2 * C_LIBRARY + 3) * (1 + magnitudes(r[0]) ** 2)


def _once(_: Arrays, r: Arrays) -> Any:
    """r (1 − r) worked out from r: its two terms."""
    return (2 * C_LIBRARY + 3) * magnitudes(r[0])


TEXTBOOK = {"tanh": _squared, "tan": _squared, "logistic": _once}


def _one_plus_value(function: Callable[[Any], Any]) -> Callable[[Params, Arrays], Any]:
    """1 + |r|: an absolute error near the zeros of a function, where its value has few digits."""
    return lambda _, x: 1 + magnitudes(each(function)(x[0]))


def _powered(_: Params, x: Arrays) -> Any:
    """2 |x| 2^x: the error of x ln 2 in e^(x ln 2)."""
    size = to_floats(x[0])
    with np.errstate(over="ignore"):
        return 2 * np.abs(size) * np.exp2(size)


def _tail(_: Params, x: Arrays) -> Any:
    """2 x² erfc x: the error of x² in e^(−x²)."""
    return 2 * magnitudes(x[0]) ** 2 * magnitudes(each(arb.erfc)(x[0]))


def _terms(n: int) -> Callable[[Params, Arrays], int]:
    return lambda _, x: n


def _sizes(function: Callable[[Any], Any]) -> Callable[[Arrays], Any]:
    """Roundings of a formula whose terms are this large."""
    return lambda x: (C_LIBRARY + 1) * magnitudes(each(function)(x[0]))


def _exponent(x: Arrays) -> Any:
    """x ln 2 rounded, or the difference of x and another number of its size."""
    size = to_floats(x[0])
    with np.errstate(over="ignore"):
        return 3 * np.abs(size) * np.exp(size)


_CANCELLING = {
    "exp": _exponent,
    "erfc": _sizes(lambda x: arb(2)),
    "expm1": _sizes(lambda x: 1 + x.exp()),
    "log1p": _sizes(lambda x: 1 + 1 / (1 + x)),
    "logistic": _sizes(lambda x: arb(1)),
    "sinh": _sizes(arb.cosh),
    "tanh": _sizes(lambda x: arb(3)),
}
"""2^(x/ln 2), 1 − erf x, e^x − 1, ln(1 + x), 1 − σ(−x), ½(e^x − e^−x) and 2σ(2x) − 1, by their terms."""


ROUNDINGS = {
    "exp2": Rounding(C_LIBRARY, _terms(1), _powered, "(8 + 2|x|) u: XLA works out e^(x ln 2)"),
    "erfc": Rounding(2 * C_LIBRARY, _terms(1), _tail, "(16 + 2x²) u: e^(−x²) in the tail"),
    "sinh": Rounding(32.0, how="32 u: XLA takes a difference of e^(x − ln 2), 25 u seen"),
    "cosh": Rounding(32.0, how="32 u: XLA takes a sum of e^(x − ln 2), 25 u seen"),
    "lgamma": Rounding(C_LIBRARY, _terms(64), _one_plus_value(_lgamma), "64 u (1 + |r|): 33 seen in XLA"),
    "digamma": Rounding(C_LIBRARY, _terms(64), _one_plus_value(arb.digamma), "64 u (1 + |r|): 33 seen in torch"),
    "log1p": Rounding(C_LIBRARY, how="8 u; in float64 256 u: XLA, 238 u seen at −0.4141", double=256.0),
    "atanh": Rounding(C_LIBRARY, how="8 u; in float64 160 u: XLA, 143 u seen at 0.414", double=160.0),
    "erf_inv": Rounding(
        128.0, how="128 u, 97 seen in XLA near 1; in float64 2^21 u: XLA, 975,265 u seen", double=2.0**21
    ),
    "logistic": Rounding(C_LIBRARY, how="8 u; below the smallest normal number that: e^−x overflows", underflows=True),
    "sqrt": Rounding(2.0, how="2 u: torch in float32, 1.32 u seen"),
}
"""Where the C library's constant does not hold, or correct rounding is not kept."""


def _smooth(name: str, value: Number, slope: Slope, formula: str, roundings: float = C_LIBRARY) -> Primitive:
    function, derivative = each(value), np.frompyfunc(slope, 2, 1)

    def pullback(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
        return (as_array(v[0] * derivative(x[0], r[0])),)

    rounding = ROUNDINGS.get(name) or Rounding(roundings, how=CORRECT if roundings == 1 else MEASURED.format(roundings))
    return Primitive(
        name,
        lambda _, x: (function(x[0]),),
        pullback,
        f"v · {formula}",
        rounding._replace(textbook=_CANCELLING.get(name)),
        back=Back(roundings + 3, textbook=TEXTBOOK.get(name)),
    )


def _stepped(name: str, value: Number, kink: str) -> Primitive:
    function = each(value)
    return Primitive(name, lambda _, x: (function(x[0]),), None, "0", EXACT, kink)


def _power(params: Params, x: Arrays) -> Arrays:
    y = int(params["y"])
    if y % 2 == 0 and x[0].dtype == object:
        even = squared(x[0]) ** (abs(y) // 2)
        return (as_array(even if y >= 0 else 1 / even),)
    return (as_array(x[0] ** y if y >= 0 else 1 / x[0] ** -y),)


def _power_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    y = int(params["y"])
    if y == 0:
        return (None,)
    return (as_array(v[0] * y * _power({"y": y - 1}, x)[0]),)


def _abs_back(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
    slope = each(lambda t: EITHER_SIGN if t.is_zero() else _sign(t))
    return (as_array(v[0] * slope(x[0])),)


def _finite(_: Params, x: Arrays) -> Arrays:
    answers = [YES if t.is_finite() else OPEN if t.is_nan() and not t.is_exact() else NO for t in x[0].ravel()]
    return (np.array(answers, dtype=np.int8).reshape(x[0].shape),)


def _negative(_: Params, x: Arrays) -> Arrays:
    return (as_array(-x[0]),)


_SMOOTH = (
    ("exp", arb.exp, lambda x, r: r, "r"),
    ("exp2", lambda x: arb(2) ** x, lambda x, r: r * arb(2).log(), "r ln 2"),
    ("log", _log, lambda x, r: 1 / x, "1/x"),
    ("log1p", arb.log1p, lambda x, r: 1 / (1 + x), "1/(1 + x)"),
    ("expm1", arb.expm1, lambda x, r: x.exp(), "(r + 1)"),
    ("sin", arb.sin, lambda x, r: x.cos(), "cos x"),
    ("cos", arb.cos, lambda x, r: -x.sin(), "(−sin x)"),
    ("tan", arb.tan, lambda x, r: 1 + r * r, "(1 + r²)"),
    ("asin", arb.asin, lambda x, r: (1 - x * x).rsqrt(), "1/√(1 − x²)"),
    ("acos", arb.acos, lambda x, r: -(1 - x * x).rsqrt(), "(−1/√(1 − x²))"),
    ("atan", arb.atan, lambda x, r: 1 / (1 + x * x), "1/(1 + x²)"),
    ("sinh", arb.sinh, lambda x, r: x.cosh(), "cosh x"),
    ("cosh", arb.cosh, lambda x, r: x.sinh(), "sinh x"),
    ("tanh", arb.tanh, lambda x, r: _tanh_slope(x), "(1 − r²)"),
    ("asinh", arb.asinh, lambda x, r: (1 + x * x).rsqrt(), "1/√(1 + x²)"),
    ("acosh", arb.acosh, lambda x, r: (x * x - 1).rsqrt(), "1/√(x² − 1)"),
    ("atanh", arb.atanh, lambda x, r: 1 / (1 - x * x), "1/(1 − x²)"),
    ("logistic", logistic, lambda x, r: logistic(x) * logistic(-x), "r (1 − r)"),
    ("erf", arb.erf, lambda x, r: _erf_slope(x), "2/√π e^(−x²)"),
    ("erfc", arb.erfc, lambda x, r: -_erf_slope(x), "(−2/√π e^(−x²))"),
    ("erf_inv", arb.erfinv, lambda x, r: 1 / _erf_slope(r), "√π/2 e^(r²)"),
    ("lgamma", _lgamma, lambda x, r: x.digamma(), "ψ(x)"),
    ("digamma", arb.digamma, lambda x, r: arb(2).zeta(x), "ψ′(x) = ζ(2, x)"),
    ("cbrt", _cube_root, lambda x, r: _cube_root_slope(r), "1/(3 r²)"),
    ("rsqrt", arb.rsqrt, lambda x, r: -r / (2 * x), "(−r/(2x))"),
)
_CORRECT = (
    ("sqrt", arb.sqrt, lambda x, r: 1 / (2 * r), "1/(2r)"),
    ("square", squared_ball, lambda x, r: 2 * x, "2x"),
)
_STEPPED = (
    ("sign", _sign, "at 0"),
    ("floor", arb.floor, "at integers"),
    ("ceil", arb.ceil, "at integers"),
    ("round", _to_even, "at halves"),
    ("trunc", _trunc, "at integers"),
)


def _round(params: Params, x: Arrays) -> Arrays:
    """XLA's rounding: 0 is half away from zero, 1 is half to even."""
    return (each(_to_even if int(params.get("rounding_method", 1)) == 1 else _away)(x[0]),)


ROWS = (
    *(_smooth(*row) for row in _SMOOTH),
    *(_smooth(name, value, slope, formula, 1.0) for name, value, slope, formula in _CORRECT),
    *(_stepped(*row) for row in _STEPPED if row[0] != "round"),
    Primitive("round", _round, None, "0", EXACT, "at halves"),
    Primitive("neg", _negative, lambda _, x, r, v: (as_array(-v[0]),), "−v"),
    Primitive("abs", lambda _, x: (as_array(abs(x[0])),), _abs_back, "v · sign x", EXACT, "at 0"),
    Primitive(
        "integer_pow",
        _power,
        _power_back,
        "v · y x^(y − 1)",
        Rounding(C_LIBRARY, how="8 u: repeated products, |y| ≤ 8"),
        back=Back(C_LIBRARY + 2),
    ),
    Primitive("is_finite", _finite, None, "none: a truth value"),
)
