"""First-order power series over balls, x + x′t with t² = 0: a row evaluated on them is differentiated.

No derivative of an activation or a cost is written down for it: the rows' own arithmetic does it.
"""

from __future__ import annotations

from typing import Any

from flint import arb, arb_mat

from .rows import BallActivation, Column


class Dual:
    """x + x′t; a plain number beside one is a constant."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: arb, tangent: arb) -> None:
        self.value, self.tangent = value, tangent

    def __add__(self, other: Any) -> Dual:
        x, dx = _parts(other)
        return Dual(self.value + x, self.tangent + dx)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __sub__(self, other: Any) -> Dual:
        x, dx = _parts(other)
        return Dual(self.value - x, self.tangent - dx)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        x, dx = _parts(other)
        return Dual(self.value * x, self.tangent * x + self.value * dx)

    def __truediv__(self, other: Any) -> Dual:
        x, dx = _parts(other)
        ratio = self.value / x
        return Dual(ratio, (self.tangent - ratio * dx) / x)

    def __rtruediv__(self, other: Any) -> Dual:
        return Dual(arb(other), arb(0)) / self

    def __pow__(self, n: int) -> Dual:
        return Dual(self.value**n, n * self.value ** (n - 1) * self.tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Dual:
        """e^x."""
        power = self.value.exp()
        return Dual(power, power * self.tangent)

    def log(self) -> Dual:
        """ln x."""
        return Dual(self.value.log(), self.tangent / self.value)

    def log1p(self) -> Dual:
        """ln(1 + x)."""
        return Dual(self.value.log1p(), self.tangent / (1 + self.value))

    def mid(self) -> arb:
        """The middle of the ball of x, by which rows choose among formulas that are equal."""
        return self.value.mid()

    def is_exact(self) -> bool:
        """Whether x is one number."""
        return bool(self.value.is_exact())

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _parts(other)[0])

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _parts(other)[0])


def _parts(x: Any) -> tuple[arb, arb]:
    return (x.value, x.tangent) if isinstance(x, Dual) else (arb(x), arb(0))


class DualMatrix:
    """A matrix of them, as two of balls."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: arb_mat, tangent: arb_mat) -> None:
        self.value, self.tangent = value, tangent

    def __add__(self, other: DualMatrix) -> DualMatrix:
        return DualMatrix(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other: DualMatrix | arb_mat | arb) -> DualMatrix:
        if isinstance(other, DualMatrix):
            return DualMatrix(self.value * other.value, self.tangent * other.value + self.value * other.tangent)
        return DualMatrix(self.value * other, self.tangent * other)

    def transpose(self) -> DualMatrix:
        """With rows and columns exchanged."""
        return DualMatrix(self.value.transpose(), self.tangent.transpose())

    def entries(self) -> list[Dual]:
        """Row by row."""
        return list(map(Dual, self.value.entries(), self.tangent.entries()))

    def ncols(self) -> int:
        """How many columns."""
        return int(self.value.ncols())

    @classmethod
    def of(cls, rows: list[list[Any]]) -> DualMatrix:
        """From rows of numbers."""
        parts = [[_parts(x) for x in row] for row in rows]
        return cls(*(arb_mat([[x[k] for x in row] for row in parts]) for k in (0, 1)))


def differentiated(row: BallActivation) -> BallActivation:
    """A row on these numbers. a′ is what the row's own pull makes of z′, as every Jacobian here is symmetric:
    so one convention holds at a kink for σ′ wherever it occurs.
    """

    def value(z: Column) -> Column:
        numbers: Any = z
        at, moved = [x.value for x in numbers], [x.tangent for x in numbers]
        made: Any = list(map(Dual, row.value(at), row.pull(at, moved)))
        return made

    return BallActivation(value, row.pull)
