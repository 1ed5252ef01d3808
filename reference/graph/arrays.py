"""Arrays of balls: NumPy object arrays of `flint.arb`, and the few operations that NumPy has not for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat

from ..truth.enclosure import Enclosure
from ..truth.enclosure import enclosure as of_entries

NO, OPEN, YES = -1, 0, 1
"""Truth values: `and` is the minimum, `or` the maximum, `not` the sign reversed."""
SMALLEST = 2.0**-1074
ZERO_TO_ONE, EITHER_SIGN = arb(0.5, 0.5), arb(0, 1)


def as_array(x: Any) -> Any:
    """An array of balls or of integers; NumPy hands on the entry of an array without axes as a scalar."""
    return x if isinstance(x, np.ndarray) else np.array(x, dtype=object if isinstance(x, arb) else None)


def from_list(entries: Sequence[Any], shape: Sequence[int]) -> Any:
    """An object array of these entries."""
    flat = np.empty(len(entries), dtype=object)
    flat[:] = entries
    return flat.reshape(shape)


def lift(array: Any, dtype: str = "float64") -> Any:
    """An executed array as the walks take it: floats as balls without radius, truth values as −1 or 1."""
    if dtype.startswith("key"):  # of random numbers: what is made of it stands in the graph as executed
        return None
    held = np.asarray(array)
    if held.dtype == object or dtype not in ("float64", "float32", "float16", "bfloat16", "bool"):
        return held if held.dtype == object else held.astype(np.int64)
    if dtype == "bool":
        return np.where(held, YES, NO).astype(np.int8)
    return from_list([*map(arb, held.astype(np.float64).ravel().tolist())], held.shape)


def filled(shape: Sequence[int], number: Any) -> Any:
    """A ball everywhere."""
    return np.full(shape, arb(number), dtype=object)


def zeros_like(array: Any) -> Any:
    """0 of an array's shape and kind."""
    return filled(np.shape(array), 0) if np.asarray(array).dtype == object else np.zeros(np.shape(array))


def each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of balls, entry by entry."""
    inputs = function.__code__.co_argcount if hasattr(function, "__code__") else 1
    mapped = np.frompyfunc(function, inputs, 1)
    return lambda *arrays: as_array(mapped(*arrays))


def squared_ball(x: arb) -> arb:
    """x² of one ball."""
    square = x * x
    return square if square.is_exact() or square > 0 else square.nonnegative_part()


squared = each(squared_ball)
"""x²: never below 0, however wide the ball."""
hull = each(lambda x, y: x.union(y))
"""The smallest balls that hold both."""


def all_finite(array: Any) -> bool:
    """Whether no ball is infinite or NaN."""
    return all(map(arb.is_finite, np.asarray(array).ravel().tolist()))


def matmul(a: Any, b: Any) -> Any:
    """The product of two matrices, of balls or of floats."""
    if np.asarray(a).dtype != object:
        return a @ b
    (n, k), m = a.shape, b.shape[1]
    if 0 in (n, k, m):
        return filled((n, m), 0)
    product = (arb_mat(n, k, a.ravel().tolist()) * arb_mat(k, m, b.ravel().tolist())).entries()
    if not (all(map(arb.is_finite, product)) or (all_finite(a) and all_finite(b))):
        return np.add.reduce(a[:, :, None] * b[None, :, :], axis=1)  # that of matrices spreads ∞ beyond its reach
    return from_list(product, (n, m))


def chosen(which: Any, no: Any, yes: Any) -> Any:
    """`yes` where a truth value is yes, `no` where it is no, and where it is open what encloses both."""
    picked = np.where(which == YES, yes, no)
    still_open = which == OPEN
    if np.any(still_open) and picked.dtype == object:
        both = hull(np.asarray(no)[still_open], np.asarray(yes)[still_open])
        picked[still_open] = both
    return picked


def weight(which: Any) -> Any:
    """1 where yes, 0 where no, and the ball [0, 1] where open."""
    one, zero = filled(np.shape(which), 1), filled(np.shape(which), 0)
    return np.where(which == OPEN, filled(np.shape(which), ZERO_TO_ONE), np.where(which == YES, one, zero))


def masked(which: Any, v: Any) -> Any:
    """v where a truth value is yes, 0 where it is no: also of v = ∞."""
    return chosen(which, zeros_like(v), v)


def enclosure(array: Any) -> Enclosure:
    """Balls as pairs of floats with a radius (∞ for what is no number)."""
    return of_entries(list(np.asarray(array).ravel()), np.shape(array))


def to_floats(array: Any) -> Any:
    """The middles as float64."""
    held = np.asarray(array)
    return np.array([*map(float, held.ravel().tolist())]).reshape(held.shape) if held.dtype == object else held


def magnitudes(array: Any) -> Any:
    """Upper bounds of absolute values as float64: 0 for 0 alone, however small a number is."""
    held = np.asarray(array)
    if held.dtype != object:
        return np.abs(held)
    balls = held.ravel()
    sizes = np.array([*map(float, map(arb.abs_upper, balls.tolist()))])
    for k in np.flatnonzero(sizes == 0).tolist():
        sizes[k] = SMALLEST * (not balls[k].is_zero())
    return sizes.reshape(held.shape)


def by_cotangents(pullback: Callable[..., Any]) -> Callable[..., Any]:
    """The magnitude of what a pullback sums where its operands only choose: of |v| in the place of v."""

    def magnitude(params: Any, x: Any, r: Any, v: Any) -> Any:
        sizes = tuple(None if each is None else lift(magnitudes(each)) for each in v)
        return tuple(None if part is None else magnitudes(part) for part in pullback(params, x, r, sizes))

    return magnitude
