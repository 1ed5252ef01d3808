"""Numbers of many decimal digits with a derivative, and every activation and difference of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

DIGITS = 260
CONTEXT = Context(prec=DIGITS, Emax=10**17, Emin=-(10**17), traps=[])
FAR = Decimal(10) ** 4
"""e^−FAR is below everything that is asked about."""
NOTHING = Decimal(10) ** -200
"""A part of the terms of a sum, below which it is 0."""


class DecimalDual(NamedTuple):
    """a + bε."""

    a: Decimal
    b: Decimal = Decimal(0)

    def __add__(self, other: Any) -> DecimalDual:  # type: ignore[override]
        y = dual(other)
        return DecimalDual(self.a + y.a, self.b + y.b)

    def __neg__(self) -> DecimalDual:
        return DecimalDual(-self.a, -self.b)

    def __sub__(self, other: Any) -> DecimalDual:
        return self + -dual(other)

    def __rsub__(self, other: Any) -> DecimalDual:
        return dual(other) + -self

    def __mul__(self, other: Any) -> DecimalDual:  # type: ignore[override]
        y = dual(other)
        return DecimalDual(self.a * y.a, self.a * y.b + self.b * y.a)

    def __truediv__(self, other: Any) -> DecimalDual:
        y = dual(other)
        return DecimalDual(self.a / y.a, (self.b - self.a / y.a * y.b) / y.a)

    def __rtruediv__(self, other: Any) -> DecimalDual:
        return dual(other) / self

    __radd__, __rmul__ = __add__, __mul__  # type: ignore[assignment]


def dual(x: Any) -> DecimalDual:
    """A number as one that does not change."""
    return x if isinstance(x, DecimalDual) else DecimalDual(Decimal(x))


def exp(x: DecimalDual) -> DecimalDual:
    """eˣ."""
    value = Decimal(0) if x.a < -FAR else x.a.exp()
    return DecimalDual(value, value * x.b)


def ln(x: DecimalDual) -> DecimalDual:
    """ln x."""
    return DecimalDual(x.a.ln(), x.b / x.a)


def ln1p(x: DecimalDual) -> DecimalDual:
    """ln(1 + x): by its series where x is small."""
    if abs(x.a) > Decimal(10) ** -8:
        return ln(1 + x)
    total, power = Decimal(0), x.a
    for n in range(1, DIGITS // 8 + 3):
        total += power / n if n % 2 else -power / n
        power *= x.a
    return DecimalDual(total, x.b / (1 + x.a))


def sigmoid(z: DecimalDual) -> DecimalDual:
    """1/(1 + e^−z)."""
    e = exp(-z if z.a > 0 else z)
    return 1 / (1 + e) if z.a > 0 else e / (1 + e)


def tanh(z: DecimalDual) -> DecimalDual:
    """(1 − e^−2z)/(1 + e^−2z), by the series of the sine where z is small."""
    if abs(z.a) < Decimal(10) ** -8:
        return series(z, 0) / series(z, 1)
    size = -z if z.a < 0 else z
    e = exp(-2 * size)
    value = (1 - e) / (1 + e)
    slope = 4 * e.a / (1 + e.a) ** 2
    return DecimalDual(value.a if z.a > 0 else -value.a, slope * z.b)


def series(z: DecimalDual, even: int) -> DecimalDual:
    """sinh z (0) or cosh z (1) near 0."""
    power = dual(1) if even else z
    total, n = power, 0 if even else 1
    while n < DIGITS // 7:
        power = power * z * z / ((n + 1) * (n + 2))
        total, n = total + power, n + 2
    return total


def softplus(z: DecimalDual) -> DecimalDual:
    """ln(1 + e^z)."""
    return z + ln1p(exp(-z)) if z.a > 0 else ln1p(exp(z))


@lru_cache
def pi() -> Decimal:
    """Machin's: π/4 = 4 arctan(1/5) − arctan(1/239)."""

    def arctan(n: int) -> Decimal:
        total, power, k = Decimal(0), Decimal(1) / n, 0
        while power:
            total += power / (2 * k + 1) if k % 2 == 0 else -power / (2 * k + 1)
            power, k = power / (n * n), k + 1
            if power < Decimal(10) ** -(DIGITS + 60):
                break
        return total

    with localcontext(CONTEXT) as wide:
        wide.prec = DIGITS + 60
        return 4 * (4 * arctan(5) - arctan(239))


def normal(z: DecimalDual) -> DecimalDual:
    """Φ(z) = ½ + φ(z) Σ z^{2n+1}/(2n+1)!!, with the digits that cancel in the tail."""
    if abs(z.a) > 45:
        return dual(1 if z.a > 0 else 0)
    with localcontext(CONTEXT) as wide:
        wide.prec = DIGITS + int(z.a * z.a)
        power, total, n = z.a, z.a, 1
        while abs(power) > abs(total) * Decimal(10) ** -wide.prec and power:
            power, n = power * z.a * z.a / (2 * n + 1), n + 1
            total += power
        # π to DIGITS + 60: enough up to |z| = 7; beyond it the tail is taken from its continued fraction.
        density = (-z.a * z.a / 2).exp() / (2 * pi()).sqrt()
        value = Decimal(1) / 2 + density * total if z.a > -6 else density * mills(-z.a)
    return DecimalDual(+value, +density * z.b)


def mills(x: Decimal) -> Decimal:
    """(1 − Φ)/φ for x ≥ 6: Laplace's continued fraction, from its 4,000th term down."""
    total = x
    for n in range(4000, 0, -1):
        total = x + n / total
    return 1 / total


def pieces(
    z: DecimalDual, branches: Sequence[tuple[Callable[[Decimal], bool], Callable[[DecimalDual], DecimalDual]]]
) -> DecimalDual:
    """The first branch whose condition holds."""
    return next(branch(z) for condition, branch in branches if condition(z.a))


LAMBDA, ALPHA = Decimal("1.0507009873554804934193349852946"), Decimal("1.6732632423543772848170429916717")


def always(z: Decimal) -> bool:
    """Everywhere else."""
    return True


def less_one(x: DecimalDual) -> DecimalDual:
    """eˣ − 1 = 2e^{x/2} sinh(x/2)."""
    half = x / 2
    return 2 * exp(half) * series(half, 0) if abs(x.a) < Decimal(10) ** -8 else exp(x) - 1


def shrunk(z: DecimalDual) -> DecimalDual:
    """z − tanh z = (z cosh z − sinh z)/cosh z."""
    if abs(z.a) > Decimal(10) ** -8:
        return z - tanh(z)
    power, total, n = z, dual(0), 1
    while n < DIGITS // 14:
        power = power * z * z / (2 * n * (2 * n + 1))
        total, n = total + 2 * n * power, n + 1
    return total / series(z, 1)


ROWS: dict[str, Callable[[DecimalDual], DecimalDual]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softplus": softplus,
    "logsigmoid": lambda z: -softplus(-z),
    "relu": lambda z: pieces(z, [(lambda x: x > 0, lambda z: z), (always, lambda z: 0 * z)]),
    "leaky_relu": lambda z: pieces(z, [(lambda x: x > 0, lambda z: z), (always, lambda z: z / 100)]),
    "elu": lambda z: pieces(z, [(lambda x: x > 0, lambda z: z), (always, less_one)]),
    "selu": lambda z: pieces(
        z, [(lambda x: x >= 0, lambda z: LAMBDA * z), (always, lambda z: LAMBDA * ALPHA * less_one(z))]
    ),
    "gelu": lambda z: z * normal(z),
    "gelu_tanh": lambda z: z * sigmoid(2 * (2 / pi()).sqrt() * (z + Decimal("0.044715") * z * z * z)),
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * tanh(softplus(z)),
    "softsign": lambda z: z / (1 + (z if z.a > 0 else -z)),
    "tanhshrink": shrunk,
    "relu6": lambda z: pieces(
        z, [(lambda x: x <= 0, lambda z: 0 * z), (lambda x: x < 6, lambda z: z), (always, lambda z: 0 * z + 6)]
    ),
    "hardtanh": lambda z: pieces(
        z, [(lambda x: x <= -1, lambda z: 0 * z - 1), (lambda x: x < 1, lambda z: z), (always, lambda z: 0 * z + 1)]
    ),
    "hardsigmoid": lambda z: pieces(
        z,
        [(lambda x: x <= -3, lambda z: 0 * z), (lambda x: x < 3, lambda z: (z + 3) / 6), (always, lambda z: 0 * z + 1)],
    ),
    "hardswish": lambda z: pieces(
        z, [(lambda x: x <= -3, lambda z: 0 * z), (lambda x: x < 3, lambda z: z * (z + 3) / 6), (always, lambda z: z)]
    ),
}


def huber(g: DecimalDual) -> DecimalDual:
    size = -g if g.a < 0 else g
    return size * size / 2 if size.a <= 1 else size - Decimal(1) / 2


def log_cosh(g: DecimalDual) -> DecimalDual:
    """ln cosh g = ln(1 + (e^g − 1)²/2e^g), or |g| + ln(1 + e^−2|g|) − ln 2."""
    size = -g if g.a < 0 else g
    if size.a > 1:
        return size + ln1p(exp(-2 * size)) - Decimal(2).ln()
    risen = less_one(size)
    return ln1p(risen * risen / (2 * exp(size)))


DIFFERENCES = {"quadratic": lambda g: g * g / 2, "huber": huber, "log_cosh": log_cosh}
