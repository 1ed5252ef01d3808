"""A value of a graph in the making, with arithmetic: so that an expansion in primitives reads like its formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .graph import FLOATS, Builder, Shape, Typed

Number = int | float


@dataclass(frozen=True, eq=False)
class Expression:
    """One value of a Builder. Operators broadcast as NumPy's, plain numbers are literals of the program."""

    builder: Builder
    number: int

    @property
    def typed(self) -> Typed:
        return self.builder.values[self.number]

    @property
    def shape(self) -> Shape:
        return self.typed.shape

    @property
    def dtype(self) -> str:
        return self.typed.dtype

    @property
    def size(self) -> int:
        return prod(self.shape)

    def apply(self, primitive: str, *others: Expression, shape: Shape | None = None, **params: Any) -> Expression:
        """A primitive of one result; `shape` and `dtype` where they are not this value's."""
        dtype = params.pop("dtype", self.dtype)
        operands = [self.number, *(other.number for other in others)]
        made = self.builder.node(primitive, operands, [Typed(self.shape if shape is None else shape, dtype)], **params)
        return Expression(self.builder, made[0])

    def literal(self, number: Number) -> Expression:
        """A number that the program states, in this value's dtype: written in double precision, then rounded."""
        if not self.typed.is_float:
            return Expression(self.builder, self.builder.constant(number, self.dtype))
        return Expression(self.builder, self.builder.constant(float(number), "float64", literal=True)).to(self.dtype)

    def like(self, array: Any) -> Expression:
        """An array of floats as they are, in this value's dtype."""
        return Expression(self.builder, self.builder.constant(np.asarray(array), self.dtype))

    # arithmetic

    def _with(self, primitive: str, other: Expression | Number) -> Expression:
        x, y = together(self, other)
        return x.apply(primitive, y)

    def __add__(self, other: Expression | Number) -> Expression:
        return self if other == 0 else self._with("add", other)

    def plus_products(self, products: Expression, terms: int) -> Expression:
        """What so many products are added to one by one: each addition rounds this number as well."""
        x, y = together(self, products)
        return x.apply("add", y, inside=terms)

    def __sub__(self, other: Expression | Number) -> Expression:
        return self if other == 0 else self._with("sub", other)

    def __mul__(self, other: Expression | Number) -> Expression:
        return self if other == 1 else self._with("mul", other)

    def __truediv__(self, other: Expression | Number) -> Expression:
        return self if other == 1 else self._with("div", other)

    def __rsub__(self, other: Number) -> Expression:
        return self.literal(other) - self

    def __rtruediv__(self, other: Number) -> Expression:
        return self.literal(other) / self

    def __neg__(self) -> Expression:
        return self.apply("neg")

    __radd__, __rmul__ = __add__, __mul__

    def to(self, dtype: str) -> Expression:
        """In another dtype."""
        if dtype == self.dtype:
            return self
        return self.apply("convert_element_type", dtype=dtype, new_dtype=dtype)

    def compare(self, primitive: str, other: Expression | Number) -> Expression:
        """`lt`, `ge` and so on."""
        x, y = together(self, other)
        return x.apply(primitive, y, dtype="bool")

    def where(self, yes: Expression | Number, no: Expression | Number) -> Expression:
        """`yes` where this truth value holds, `no` elsewhere."""
        sample = yes if isinstance(yes, Expression) else no
        assert isinstance(sample, Expression)
        x, y = together(sample.raised(yes), sample.raised(no))
        shape = np.broadcast_shapes(self.shape, x.shape)
        x, y = x.expand(shape), y.expand(shape)
        return self.expand(shape).apply("select_n", y, x, dtype=x.dtype)

    def raised(self, x: Expression | Number) -> Expression:
        """A number as a literal of this dtype."""
        return x if isinstance(x, Expression) else self.literal(x)

    def held(self) -> Expression:
        """What is taken off and added again, as a maximum before exp: no derivative depends on it."""
        return self.apply("stop_gradient", cancels=True)

    # shape

    def reshape(self, *shape: int) -> Expression:
        """Entries in the same order."""
        wanted = tuple(shape)
        if -1 in wanted:
            rest = prod(n for n in wanted if n != -1)
            wanted = tuple(self.size // rest if n == -1 else n for n in wanted)
        return self if wanted == self.shape else self.apply("reshape", shape=wanted, new_sizes=wanted)

    def permute(self, *axes: int) -> Expression:
        """Axes in another order."""
        if axes == tuple(range(len(self.shape))):
            return self
        return self.apply("transpose", shape=tuple(self.shape[k] for k in axes), permutation=tuple(axes))

    @property
    def mT(self) -> Expression:  # noqa: N802 - as NumPy and torch name it
        """The last two axes exchanged."""
        axes = list(range(len(self.shape)))
        return self.permute(*axes[:-2], axes[-1], axes[-2])

    def expand(self, shape: Sequence[int]) -> Expression:
        """Broadcast as NumPy does."""
        wanted = tuple(map(int, shape))
        if wanted == self.shape:
            return self
        axes = range(len(wanted) - len(self.shape), len(wanted))
        matching = [(n, axis) for n, axis in zip(self.shape, axes, strict=True) if n == wanted[axis]]
        squeezed = self.reshape(*(n for n, _ in matching))
        without_axes = tuple(axis for _, axis in matching)
        params = {"shape": wanted, "broadcast_dimensions": without_axes}
        made = self.builder.node("broadcast_in_dim", [squeezed.number], [Typed(wanted, self.dtype)], **params)
        return Expression(self.builder, made[0])

    def take(self, indices: Any) -> Expression:
        """Entries of the flat value at these places."""
        where = np.asarray(indices, dtype=np.int64)
        return self.apply("take", shape=where.shape, indices=where)

    def put(self, indices: Any, update: Expression) -> Expression:
        """The flat value with others at these places."""
        return self.apply("put", update, indices=np.asarray(indices, dtype=np.int64))

    def put_add(self, indices: Any, update: Expression) -> Expression:
        """The flat value with others added at these places."""
        return self.apply("put_add", update, indices=np.asarray(indices, dtype=np.int64))

    # reductions

    def reduce(self, primitive: str, axes: Sequence[int] | None, keepdims: bool = False) -> Expression:
        """Over these axes (None: all), kept as 1 or dropped."""
        rank = len(self.shape)
        over = tuple(sorted({k % rank for k in (range(rank) if axes is None else axes)})) if rank else ()
        shape = tuple(n for k, n in enumerate(self.shape) if k not in over)
        found = self.apply(primitive, shape=shape, axes=over) if over else self
        return found.reshape(*(1 if k in over else n for k, n in enumerate(self.shape))) if keepdims else found

    def sum(self, axes: Sequence[int] | None = None, keepdims: bool = False) -> Expression:
        """Σ over these axes."""
        return self.reduce("reduce_sum", axes, keepdims)

    def mean(self, axes: Sequence[int] | None = None, keepdims: bool = False) -> Expression:
        """Σ over these axes, divided by their count."""
        total = self.sum(axes, keepdims)
        return total / (self.size // max(total.size, 1))

    def max(self, axes: Sequence[int] | None = None, keepdims: bool = False) -> Expression:
        """The largest over these axes."""
        return self.reduce("reduce_max", axes, keepdims)

    def matmul(self, other: Expression) -> Expression:
        """Matrix products over the last two axes; leading axes are the same in both."""
        lead = len(self.shape) - 2
        batch = tuple(range(lead))
        numbers = (((lead + 1,), (lead,)), (batch, batch))
        shape = (*self.shape[:-1], other.shape[-1])
        return self.apply("dot_general", other, shape=shape, dimension_numbers=numbers)

    # functions

    def __getattr__(self, name: str) -> Any:
        if name not in _FUNCTIONS:
            raise AttributeError(name)
        return lambda: self.apply(name)


_FUNCTIONS = [
    "exp",
    "exp2",
    "log",
    "log1p",
    "expm1",
    "sin",
    "cos",
    "tan",
    "tanh",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "asinh",
    "acosh",
    "atanh",
    "logistic",
    "erf",
    "erfc",
    "erf_inv",
    "sqrt",
    "rsqrt",
    "cbrt",
    "abs",
    "sign",
    "floor",
    "ceil",
    "round",
    "square",
    "stop_gradient",
]


def together(x: Expression, y: Expression | Number) -> tuple[Expression, Expression]:
    """Both in one dtype, broadcast to one shape."""
    other = x.raised(y)
    dtype = promoted(x, other) if isinstance(y, Expression) else x.dtype
    x, other = x.to(dtype), other.to(dtype)
    shape = np.broadcast_shapes(x.shape, other.shape)
    return x.expand(shape), other.expand(shape)


def promoted(x: Expression, y: Expression) -> str:
    """The dtype of their sum: a float beats what is none, a tensor of rank 0 yields to one that has entries."""
    if x.dtype == y.dtype or not (x.typed.is_float and y.typed.is_float):
        return x.dtype if x.typed.is_float or not y.typed.is_float else y.dtype
    if bool(x.shape) != bool(y.shape):
        return x.dtype if x.shape else y.dtype
    return wider(x.dtype, y.dtype)


def wider(a: str, b: str) -> str:
    """float16 and bfloat16 meet in float32."""
    if {a, b} == {"float16", "bfloat16"}:
        return "float32"
    return min(a, b, key=FLOATS.index)
