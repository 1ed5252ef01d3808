"""The arithmetic that a bound is stated for (u, γ_n, ω, η, τ), and what it does to a product.

Symbols as in N. J. Higham, Accuracy and Stability of Numerical Algorithms, chapters 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from ..shapes import Array
from .formats import FORMATS, NARROWED, Format

EXPONENT = 0x7FF0_0000_0000_0000
"""The bits of a float64 that hold its exponent."""


class Inexact(NamedTuple):
    """A quantity known up to an error, entry by entry: |x̂ − x| ≤ error. All float64.

    `value` is itself one correct program's x̂, so another's lies within 2 error of it.
    """

    value: Array
    error: Array

    @property
    def exact(self) -> bool:
        """Whether nothing is lost: one 0 stands for every error."""
        return not any(self.error.strides) and self.error.item(0) == 0

    @property
    def most(self) -> Array:
        """The largest magnitude that any x̂ can have."""
        magnitude = np.abs(self.value)
        return np.asarray(magnitude if self.exact else magnitude + 2 * self.error)


def capped(error: Array, most: Array | float) -> Array:
    """min(error, most), but ∞ stays: a cap must not hide that the range was left."""
    return np.where(np.isfinite(error), np.minimum(error, most), np.inf)


class Excess(NamedTuple):
    """By how much more a library's activation or cost is known to be off, from z and y.

    `row` is its name; `value` widens e_a (for a cost, e_C of each entry), `slope` widens e_s (for a
    cost, the error of δ^L). An excess of ∞ says that no number at all comes out there. `narrow` is what
    the row's operands are rounded to, where that is not the program's dtype.
    """

    row: str
    value: Callable[[Inexact, Array | None], Array]
    slope: Callable[[Inexact, Array | None], Array]
    narrow: Arithmetic | None = None


class Tier(NamedTuple):
    """Which programs a bound makes room for."""

    textbook: bool
    """Those that take σ′ as a textbook writes it, besides the best formula known."""
    either_branch: bool
    """Those that rounding, or a convention, put on the other side of a kink."""
    deviation_bounds: tuple[Excess, ...] = ()
    """Those with a listed deviation."""

    def value_excess(self, row: str, z: Inexact, y: Array | None = None) -> Array:
        """What the listed deviations of a row add to the error of its value."""
        return sum((e.value(z, y) for e in self.deviation_bounds if e.row == row), np.zeros_like(z.error))

    def slope_excess(self, row: str, z: Inexact, y: Array | None = None) -> Array:
        """What they add to the error of its slope."""
        return sum((e.slope(z, y) for e in self.deviation_bounds if e.row == row), np.zeros_like(z.error))

    def narrow(self, row: str, arithmetic: Arithmetic) -> Arithmetic:
        """What a row is worked out in: a listed deviation's arithmetic, or else the program's."""
        return next((e.narrow for e in self.deviation_bounds if e.row == row and e.narrow), arithmetic)

    def narrowed(self, row: str, x: Inexact, arithmetic: Arithmetic) -> Inexact:
        """An operand as a row takes it."""
        narrow = self.narrow(row, arithmetic)
        return x if narrow is arithmetic else narrow.rounded(x)


PRODUCTS = "products"
"""The row of a deviation of matrix products."""
STABLE, TEXTBOOK = Tier(False, False), Tier(True, False)
CROSSED, OPEN = Tier(False, True), Tier(True, True)


class Practice(NamedTuple):
    """How libraries work in a dtype (docs/bounds.md, sections 1, 3 and 13)."""

    c: float = 16.0
    """How many u the value of an activation may be off (measured: `benchmarks/constants.py`)."""
    c_log: float = 40.0
    """The same of a slope that goes through a logarithm of sums."""
    headroom: int = 32
    """Binary orders below Ω from which on something may overflow on the way."""
    sums: str | None = None
    """The wider dtype that sums are added up in, if any."""
    flushes: bool | None = None
    """Whether subnormal numbers may become 0, where every library is allowed the same."""
    result: str | None = None
    """The dtype that a sum is rounded to, where it is not its operands'; each addition may cut off there."""


PRACTICE = {
    "float64": Practice(),
    "float32": Practice(),
    "float16": Practice(4.0, 12.0, 6, "float32", False),  # what is subnormal here is not in float32
    "bfloat16": Practice(4.0, 12.0, 32, "float32", True),
}


@dataclass(frozen=True)
class Arithmetic:
    """IEEE arithmetic in one dtype, whether subnormal numbers are flushed to zero, and whether
    derivatives are carried forward instead of back; `practised` instead of the dtype's usual practice.

    An `exact` one has the dtype's range and rounds nothing: what its bounds are, 0 or ∞, says where
    magnitudes leave the range.
    """

    dtype: str
    flushes: bool = False
    forward: bool = False
    practised: Practice | None = None
    exact: bool = False

    @cached_property
    def practice(self) -> Practice:
        return self.practised or PRACTICE[self.dtype]

    @cached_property
    def _info(self) -> Format:
        return FORMATS.get(self.dtype) or NARROWED[self.dtype]

    @property
    def c(self) -> float:
        return self.practice.c

    @property
    def c_log(self) -> float:
        return self.practice.c_log

    @property
    def u(self) -> float:
        """Unit roundoff."""
        return 0.0 if self.exact else self._info.eps / 2

    @property
    def omega(self) -> float:
        """ω, the smallest normal number."""
        return 0.0 if self.exact else self._info.smallest_normal

    @property
    def tau(self) -> float:
        """τ, what one operation can lose to underflow: the smallest subnormal η, or ω when flushed."""
        return self.omega if self.flushing or self.exact else self._info.smallest_subnormal

    @property
    def flushing(self) -> bool:
        """Whether subnormal numbers may become 0."""
        return self.flushes if self.practice.flushes is None else self.practice.flushes

    @property
    def limit(self) -> float:
        """Ω·2^−32 (in float16 Ω·2^−6): magnitudes above it may overflow on the way although the truth is finite."""
        return self._info.max * 2.0**-self.practice.headroom

    @cached_property
    def slack(self) -> float:
        """1 and the second-order terms of one step of 16 bits; wider dtypes leave them to the margin."""
        return 1 + 4 * self.c * self.u if self.practice.sums else 1.0

    def gamma(self, n: int) -> float:
        """γ_n = n u / (1 − n u), the relative error of n roundings in a row."""
        return n * self.u / (1 - n * self.u) if n * self.u < 1 else np.inf

    def summed(self, n: int, more: int) -> float:
        """The relative error of n terms added up in any order, and of so many roundings more."""
        if self.practice.sums is None or self.exact:
            return self.gamma(n + more)
        if self.practice.result is not None:
            return Arithmetic(self.practice.result).gamma(2 * n + more)
        return (1 + Arithmetic(self.practice.sums).gamma(n)) * (1 + self.gamma(more + 1)) - 1

    def read(self, x: Array) -> Inexact:
        """An exact float as an operation reads it: a flushing one takes subnormals for 0."""
        x = np.asarray(x, dtype=np.float64)
        lost = np.where(np.abs(x) < self.omega, np.abs(x), 0.0) if self.flushing else np.broadcast_to(0.0, x.shape)
        return Inexact(x, lost)

    def rounded(self, x: Inexact) -> Inexact:
        """Numbers of a wider dtype, rounded to this one."""
        return Inexact(x.value, self.ranged(x.most, x.error + self.u * x.most + self.tau))

    def ranged(self, magnitude: Array, error: Array) -> Array:
        """The error with its slack, or ∞ where the magnitude leaves the range (or has no number at all)."""
        error = error if self.slack == 1 else error * self.slack
        if magnitude.max() <= self.limit and error.max() < np.inf:
            return error
        return np.where((magnitude <= self.limit) & np.isfinite(error), error, np.inf)

    @property
    def spacing(self) -> tuple[float, float]:
        """What an ulp is of a power of 2, and the smallest that there is."""
        return self._info.eps, self._info.smallest_subnormal

    def ulp(self, x: Array) -> Array:
        """The distance of neighbouring floats at |x|, by exponent, so that x need not be one of them."""
        magnitude = np.abs(np.asarray(x, dtype=np.float64))
        power = (magnitude.view(np.int64) & EXPONENT).view(np.float64)  # of 2, the largest that is not above
        eps, least = self.spacing
        return np.maximum(power * eps, least)

    def product_error(self, x: Inexact, y: Inexact, roundings: int) -> Array:
        """What x̂ŷ can be off after so many roundings: the product rule for errors."""
        inherited, product = x.most * y.error + y.most * x.error, x.most * y.most
        return np.asarray(inherited + self.gamma(roundings) * product + 4 * self.tau * (1 + x.most))


@cache
def narrowed_products(name: str) -> Excess:
    """Matrix products of float32 whose operands are narrowed, and which are summed in float32."""
    inside = Arithmetic(name, practised=Practice(sums="float32", result="float32", flushes=True))

    def nothing(z: Inexact, y: Array | None) -> Array:
        return np.zeros_like(z.error)

    return Excess(PRODUCTS, nothing, nothing, inside)
