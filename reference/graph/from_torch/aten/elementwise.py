"""Entry by entry: arithmetic, functions, comparisons, choices."""

from __future__ import annotations

from typing import Any

from ...expression import Expression
from ...rounding import SIXTEEN_BITS
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


# fmt: off
SAME_NAME = (
    "exp", "exp2", "log", "log1p", "expm1", "sin", "cos", "tan", "tanh", "asin", "acos", "atan", "sinh", "cosh",
    "asinh", "acosh", "atanh", "erf", "erfc", "sqrt", "rsqrt", "abs", "neg", "floor", "ceil", "round", "square",
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
    "where": where, "masked_fill": masked_fill,
}  # fmt: skip
