"""The true gradients of a case once more, by other means: decimal arithmetic, forward mode, nothing shared.

Every formula is the plain one, of e^x and ln x; the derivative of each comes from numbers a + bε with
ε² = 0. No equation of back-propagation stands here: a change of every weight, bias and weighted input
is carried from where it is made to C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from backproof.manual.case import Case

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
Column = list[DecimalDual]


def softmax(z: Column) -> Column:
    """e^{z_j − M}/Σ."""
    top = max(x.a for x in z)
    powers = [exp(x - top) for x in z]
    total = sum(powers, dual(0))
    return [power / total for power in powers]


def of_labels(z: Column, y: Sequence[Decimal], output: str) -> DecimalDual:
    """The cross-entropy from the logits."""
    if output == "sigmoid":
        return sum((t * softplus(-x) + (1 - t) * softplus(x) for x, t in zip(z, y, strict=True)), dual(0))
    top = max(z, key=lambda x: x.a)
    rest = sum((exp(x - top) for x in z if x is not top), dual(0))
    return sum((t * (ln1p(rest) + (top - x)) for x, t in zip(z, y, strict=True)), dual(0))


def cost(z: Column, a: Column, y: Sequence[Decimal], name: str, output: str) -> DecimalDual:
    """C of one example."""
    if name in DIFFERENCES:
        return sum((DIFFERENCES[name](p - t) for p, t in zip(a, y, strict=True)), dual(0))
    if name == "smoothed_cross_entropy":
        classes = 2 if output == "sigmoid" else len(y)
        y = [t * 9 / 10 + Decimal(1) / (10 * classes) for t in y]
    entropy = sum((t * t.ln() for t in y if t), Decimal(0)) if name == "kl" else 0
    return of_labels(z, y, output) + entropy


class Truth(NamedTuple):
    """Every part, as nested arrays of Decimal, and the largest number on the way."""

    parts: dict[tuple[str, int], Any]
    largest: Decimal


def decimals(x: Any) -> Any:
    """An array of floats, exactly."""
    return np.vectorize(lambda v: Decimal(float(v)), otypes=[object])(x)


def truth(case: Case) -> Truth:
    """z, a, C, δ, ∂C/∂b and ∂C/∂W of a case."""
    with localcontext(CONTEXT):
        return _Walk(case).truth()


class _Walk:
    def __init__(self, case: Case) -> None:
        self.case, self.of = case, case.architecture
        self.weights, self.biases = [*map(decimals, case.weights)], [*map(decimals, case.biases)]
        self.x, self.y = decimals(case.x), decimals(case.y)
        self.share = Decimal(1) / case.examples if self.of.reduction == "mean" else Decimal(1)
        sizes = [(*(w.size for w in self.weights), *(b.size for b in self.biases), *(b.size for b in self.biases))]
        self.starts = np.cumsum([0, *sizes[0]])
        self.largest = Decimal(1)

    def truth(self) -> Truth:
        m, depth = self.case.examples, self.of.depth
        examples = [self._example(k) for k in range(m)]
        slopes = [example[3] * self.share for example in examples]
        total = sum(slopes[1:], slopes[0])
        parts: dict[tuple[str, int], Any] = {}
        for i in range(depth):
            parts["z", i] = np.stack([example[0][i] for example in examples], axis=-1)
            parts["a", i] = np.stack([example[1][i] for example in examples], axis=-1)
            demon = slice(self.starts[2 * depth + i], self.starts[2 * depth + i + 1])
            parts["delta", i] = np.stack([slope[demon] for slope in slopes], axis=-1)
            parts["nabla_b", i] = total[self.starts[depth + i] : self.starts[depth + i + 1]]
            flat = total[self.starts[i] : self.starts[i + 1]].reshape(self.weights[i].shape)
            parts["nabla_w", i] = flat + Decimal(self.of.l2) * self.share * self.weights[i]
        squares = sum((w * w).sum() for w in self.weights)
        parts["cost", 0] = sum(e[2] for e in examples) * self.share + Decimal(self.of.l2) * self.share * squares / 2
        return Truth(parts, self.largest)

    def _example(self, k: int) -> tuple[list[Any], list[Any], Decimal, Any]:
        """z, a and C of one example, and what C changes by for each direction."""
        depth, a = self.of.depth, self.x[:, k]
        moved = decimals(np.zeros((len(a), self.starts[-1])))
        zs, activations = [], []
        for i, name in enumerate(self.of.activations):
            z = self._sum(self.weights[i], a) + self.biases[i]
            z = np.array([self._settled(z[j], self.weights[i][j], a, self.biases[i][j]) for j in range(len(z))])
            moved = self.weights[i] @ moved
            for j, n_in in np.ndindex(self.weights[i].shape):
                moved[j, self.starts[i] + j * len(a) + n_in] += a[n_in]
            for j in range(len(z)):
                moved[j, self.starts[depth + i] + j] += 1
                moved[j, self.starts[2 * depth + i] + j] += 1
            zs.append(z)
            if i == depth - 1:
                break
            duals = [ROWS[name](DecimalDual(x, Decimal(1))) for x in z]
            a, moved = np.array([d.a for d in duals]), np.array([d.b for d in duals])[:, None] * moved
            activations.append(a)
            self._note(z, a, moved)
        output = self.of.activations[-1]
        activations.append(np.array([p.a for p in self._output([DecimalDual(x) for x in zs[-1]], output)]))
        rises = [self._cost(zs[-1], j, k, output) for j in range(len(zs[-1]))]
        self._note(zs[-1], moved, np.array([rise.b for rise in rises]))
        return zs, activations, rises[0].a, np.array([rise.b for rise in rises]) @ moved

    def _cost(self, z: Any, j: int, k: int, output: str) -> DecimalDual:
        column = [DecimalDual(x, Decimal(int(i == j))) for i, x in enumerate(z)]
        return cost(column, self._output(column, output), list(self.y[:, k]), self.of.cost, output)

    def _output(self, z: Column, output: str) -> Column:
        return softmax(z) if output == "softmax" else [ROWS[output](x) for x in z]

    def _sum(self, w: Any, a: Any) -> Any:
        return w @ a

    def _settled(self, z: Decimal, w: Any, a: Any, b: Decimal) -> Decimal:
        """0 where only the last digits of its terms are left."""
        terms = sum(abs(p * q) for p, q in zip(w, a, strict=True)) + abs(b)
        self.largest = max(self.largest, terms)
        return Decimal(0) if abs(z) <= NOTHING * terms else z

    def _note(self, *arrays: Any) -> None:
        most = max(abs(x) for array in arrays for x in np.ravel(array))
        self.largest = max(self.largest, most * max(abs(w) for each in self.weights for w in each.ravel()), most)
