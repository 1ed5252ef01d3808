"""Functions of statistics: incomplete gamma and beta functions, Bessel functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb

from ..arrays import EITHER_SIGN, as_array, each
from ..primitive import Arrays, Back, Params, Primitive, Rounding
from .elementwise import _sign

UNKNOWN = "; in the others, which has no closed form, undetermined"


def _gamma_slope(a: arb, x: arb) -> arb:
    return ((a - 1) * x.log() - x - a.lgamma()).exp() if x > 0 else arb.nan()


def _beta_slope(a: arb, b: arb, x: arb) -> arb:
    whole = a.lgamma() + b.lgamma() - (a + b).lgamma()
    return ((a - 1) * x.log() + (b - 1) * (1 - x).log() - whole).exp()


def _side(x: arb) -> arb:
    return EITHER_SIGN if x.is_zero() else _sign(x)


def _i0e(x: arb) -> arb:
    return x.bessel_i(arb(0)) * (-abs(x)).exp()


def _i1e(x: arb) -> arb:
    return x.bessel_i(arb(1)) * (-abs(x)).exp()


def _i0e_slope(x: arb) -> arb:
    return _i1e(x) - _side(x) * _i0e(x)


def _i1e_slope(x: arb) -> arb:
    return arb(0.5) if x.is_zero() else _i0e(x) - _i1e(x) / x - _side(x) * _i1e(x)


def _by_last(
    name: str, value: Callable[..., arb], slope: Callable[..., arb], formula: str, roundings: float
) -> Primitive:
    """Several numbers, of which the slope in the last has a closed form."""
    function, derivative = each(value), each(slope)

    def pullback(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
        unknown = np.full(v[0].shape, arb.nan(), dtype=object)
        return (*[unknown] * (len(x) - 1), as_array(v[0] * derivative(*x)))

    return Primitive(
        name,
        lambda _, x: (function(*x),),
        pullback,
        formula,
        Rounding(1.0, lambda _, x: int(roundings), lambda _, x: np.ones(x[0].shape), f"{roundings:g} u: a series"),
        back=Back(roundings),
    )


def _bessel(
    name: str, value: Callable[[arb], arb], slope: Callable[[arb], arb], formula: str, kink: str = ""
) -> Primitive:
    function, derivative = each(value), each(slope)

    def pullback(_: Params, x: Arrays, __: Arrays, v: Arrays) -> Arrays:
        return (as_array(v[0] * derivative(x[0])),)

    rounding = Rounding(32.0, how="32 u: a series, 16 u seen in XLA")
    return Primitive(name, lambda _, x: (function(x[0]),), pullback, formula, rounding, kink, Back(64.0))


ROWS = (
    _by_last("igamma", lambda a, x: x.gamma_lower(a, 1), _gamma_slope, f"v x^(a − 1) e^−x/Γ(a) in x{UNKNOWN}", 256),
    _by_last(
        "igammac",
        lambda a, x: x.gamma_upper(a, 1),
        lambda a, x: -_gamma_slope(a, x),
        f"−v x^(a − 1) e^−x/Γ(a) in x{UNKNOWN}",
        256,
    ),
    _by_last(
        "regularized_incomplete_beta",
        lambda a, b, x: x.beta_lower(a, b, 1),
        _beta_slope,
        f"v x^(a − 1) (1 − x)^(b − 1)/B(a, b) in x{UNKNOWN}",
        1024,
    ),
    _bessel("bessel_i0e", _i0e, _i0e_slope, "v (i1e x − r sign x)", "at 0"),
    _bessel("bessel_i1e", _i1e, _i1e_slope, "v (i0e x − r/x − r sign x)"),
)
