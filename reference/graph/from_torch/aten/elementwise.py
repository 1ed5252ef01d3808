"""Entry by entry: arithmetic, functions, comparisons, choices."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from ...expression import Expression
from ...rounding import FORMATS, SIXTEEN_BITS
from .call import AtenCall, Row

E = Expression


def function(name: str) -> Row:
    """A primitive of one operand."""
    return lambda call, x, *rest, **options: numbers(call, x).apply(name)


def comparison(name: str) -> Row:
    """`lt` and the like."""
    return lambda call, x, y: x.compare(name, y)


def numbers(call: AtenCall, x: E) -> E:
    """Integers as numbers of the result's dtype."""
    return x if x.typed.is_float else x.to("float32" if call.dtype in SIXTEEN_BITS else call.dtype)


def add(call: AtenCall, x: E, y: Any, alpha: float = 1) -> E:
    """x + αy."""
    return x + _scaled(y, alpha)


def sub(call: AtenCall, x: E, y: Any, alpha: float = 1) -> E:
    """x − αy."""
    return x - _scaled(y, alpha)


def rsub(call: AtenCall, x: E, y: Any, alpha: float = 1) -> E:
    """y − αx."""
    return x.raised(y) - _scaled(x, alpha)


def _scaled(y: Any, alpha: float) -> Any:
    return y if alpha == 1 else y * alpha


def mul(call: AtenCall, x: E, y: Any) -> E:
    """xy; of truths, both."""
    return x.apply("and", y) if x.dtype == "bool" == call.dtype else x * y


def div(call: AtenCall, x: E, y: Any, rounding_mode: str | None = None) -> E:
    """x/y, rounded where asked."""
    ratio = numbers(call, x) / y
    return (
        ratio
        if rounding_mode is None
        else ratio.floor()
        if rounding_mode == "floor"
        else ratio.sign() * ratio.abs().floor()
    )


def power(call: AtenCall, x: Any, y: Any) -> E:
    """x^y."""
    if isinstance(x, E) and isinstance(y, int | float):
        return to_power(x, y)
    base = x if isinstance(x, E) else y.literal(x)
    shape = max(base.shape, y.shape, key=len) if isinstance(y, E) else base.shape
    return base.expand(shape).apply("pow", y.expand(shape))


def to_power(x: E, n: float) -> E:
    """x^n for a number n."""
    if float(n).is_integer():
        return x.apply("integer_pow", y=int(n))
    if n in (0.5, -0.5):
        return x.sqrt() if n > 0 else x.rsqrt()
    return x.apply("pow", x.literal(n).expand(x.shape))


def reciprocal(call: AtenCall, x: E) -> E:
    """1/x."""
    return 1 / x


def binary(name: str) -> Row:
    """A primitive of two operands that broadcast."""
    return lambda call, x, y: x._with(name, y)


def addcmul(call: AtenCall, x: E, y: E, z: E, value: float = 1) -> E:
    """x + value·yz."""
    return x + _scaled(y * z, value)


def addcdiv(call: AtenCall, x: E, y: E, z: E, value: float = 1) -> E:
    """x + value·y/z."""
    return x + _scaled(y, value) / z


def lerp(call: AtenCall, x: E, y: E, weight: Any) -> E:
    """x + weight (y − x)."""
    return x + (y - x) * weight


def clamp(call: AtenCall, x: E, low: Any = None, high: Any = None, **named: Any) -> E:
    """Between two limits."""
    low, high = named.get("min", low), named.get("max", high)
    x = x if low is None else x._with("max", low)
    return x if high is None else x._with("min", high)


def where(call: AtenCall, condition: E, yes: Any, no: Any) -> E:
    """One or the other."""
    sample = yes if isinstance(yes, E) and yes.shape else no if isinstance(no, E) else yes
    if not isinstance(sample, E):
        yes = call.filled(yes)
    return condition.where(yes, no).to(call.dtype)


def masked_fill(call: AtenCall, x: E, mask: E, value: Any) -> E:
    """The value where the mask holds."""
    return mask.where(value, x)


def x_log_y(call: AtenCall, x: E, y: E) -> E:
    """x ln y, 0 where x is 0."""
    product = x * y.log()
    return x.expand(product.shape).compare("eq", 0.0).where(0.0, product)


def quotient_rest(call: AtenCall, x: E, y: Any) -> E:
    """x − y trunc(x/y): fmod."""
    return x._with("rem", y)


def remainder(call: AtenCall, x: Any, y: Any) -> E:
    """x − y floor(x/y): of y's sign."""
    x, y = (x, x.raised(y)) if isinstance(x, E) else (y.literal(x), y)
    rest = x._with("rem", y)
    y = y.expand(rest.shape)
    other = rest.compare("lt", 0.0).apply("xor", y.compare("lt", 0.0))
    return rest.compare("ne", 0.0).apply("and", other).where(rest + y, rest)


def fraction(call: AtenCall, x: E) -> E:
    """x − trunc x."""
    return x - x.apply("trunc")


def logarithm(base: float) -> Row:
    """ln x/ln b."""
    return lambda call, x: numbers(call, x).log() / log(base)


def hypotenuse(call: AtenCall, x: E, y: E) -> E:
    """√(x² + y²)."""
    return (x.square() + y.square()).sqrt()


def cardinal_sine(call: AtenCall, x: E) -> E:
    """sin πx/(πx), 1 at 0."""
    angle, zero = x * pi, x.compare("eq", 0.0)
    return zero.where(1.0, angle.sin() / zero.where(1.0, angle))


def log_odds(call: AtenCall, x: E, eps: float | None = None) -> E:
    """ln(x/(1 − x)), of x at least ε away from 0 and 1."""
    x = x if eps is None else clamp(call, x, eps, 1 - eps)
    return (x / (1 - x)).log()


def log_odds_backward(call: AtenCall, v: E, x: E, eps: float | None = None) -> E:
    """v/(x (1 − x)), 0 beyond ε."""
    slope = v / (x * (1 - x))
    return slope if eps is None else x.compare("ge", eps).apply("and", x.compare("le", 1 - eps)).where(slope, 0.0)


def finite(call: AtenCall, x: E, nan: float | None = None, above: float | None = None, below: float | None = None) -> E:
    """Numbers in the place of NaN and ±∞."""
    held, largest = call.floats(0), FORMATS[call.dtype].largest
    for mask, number in (
        (np.isnan(held), nan or 0.0),
        (np.isposinf(held), largest if above is None else above),
        (np.isneginf(held), -largest if below is None else below),
    ):
        x = E(call.builder, call.builder.constant(mask)).where(number, x) if np.any(mask) else x
    return x


def polygamma(call: AtenCall, order: int, x: E) -> E:
    """ψ^(n)(x)."""
    return x.literal(order).expand(x.shape).apply("polygamma", x)


def bessel(name: str, scaled: bool) -> Row:
    """I(x), or e^−|x| I(x)."""
    return lambda call, x: x.apply(name) if scaled else x.apply(name) * x.abs().exp()


def entropy(call: AtenCall, x: E) -> E:
    """−x ln x, 0 at 0."""
    return x.compare("eq", 0.0).where(0.0, -x * x.log())


# fmt: off
SAME_NAME = (
    "exp", "exp2", "log", "log1p", "expm1", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "sinh", "cosh",
    "asinh", "acosh", "atanh", "erf", "erfc", "sqrt", "rsqrt", "abs", "neg", "floor", "ceil", "round", "square",
    "trunc", "lgamma", "digamma",
)
# fmt: on
"""Functions of one operand that a primitive is named as, too."""

ELEMENTWISE: dict[str, Row] = {
    **{name: function(name) for name in SAME_NAME},
    **{name: comparison(name) for name in ["eq", "ne", "lt", "le", "gt", "ge"]},
    "sigmoid": function("logistic"), "sgn": function("sign"), "sign": function("sign"), "erfinv": function("erf_inv"),
    "logical_not": function("not"), "bitwise_not": function("not"),
    "logical_and": binary("and"), "bitwise_and": binary("and"),
    "logical_or": binary("or"), "bitwise_or": binary("or"),
    "maximum": binary("max"), "minimum": binary("min"), "atan2": binary("atan2"),
    "add": add, "sub": sub, "rsub": rsub, "mul": mul, "div": div, "true_divide": div, "pow": power,
    "reciprocal": reciprocal, "addcmul": addcmul, "addcdiv": addcdiv, "xlogy": x_log_y, "lerp": lerp,
    "clamp": clamp, "clamp_min": lambda call, x, low: clamp(call, x, low),
    "clamp_max": lambda call, x, high: clamp(call, x, None, high), "hardtanh": clamp,
    "relu6": lambda call, x: clamp(call, x, 0.0, 6.0),
    "where": where, "masked_fill": masked_fill, "fmod": quotient_rest, "remainder": remainder, "frac": fraction,
    "log2": logarithm(2), "log10": logarithm(10), "hypot": hypotenuse, "sinc": cardinal_sine, "logit": log_odds,
    "logit_backward": log_odds_backward, "nan_to_num": finite, "polygamma": polygamma, "special_entr": entropy,
    "i0": bessel("bessel_i0e", False), "special_i0e": bessel("bessel_i0e", True),
    "special_i1": bessel("bessel_i1e", False), "special_i1e": bessel("bessel_i1e", True),
}  # fmt: skip
