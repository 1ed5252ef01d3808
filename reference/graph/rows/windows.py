"""Rows along windows: convolution, and reductions over windows (pooling)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..arrays import NO, as_array, by_cotangents, magnitudes, matmul
from ..primitive import EXACT, Arrays, Back, Params, Primitive, Rounding
from .binary import at_most, largest, smallest
from .reductions import reduced, shared, summed
from .shaping import padded_numbers, scattered, taken


def window_numbers(
    shape: tuple[int, ...],
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: Any,
    base_dilation: tuple[int, ...],
    window_dilation: tuple[int, ...],
) -> Any:
    """(*places, *window) flat indices of what each window sees; −1 for padding and holes."""
    config = [(int(low), int(high), d - 1) for (low, high), d in zip(padding, base_dilation, strict=True)]
    numbers = padded_numbers(shape, config)
    ndim = len(shape)
    for axis in range(ndim):
        reach = (window[axis] - 1) * window_dilation[axis] + 1
        places = max(0, (numbers.shape[axis] - reach) // strides[axis] + 1)
        index = np.arange(places)[:, None] * strides[axis] + np.arange(window[axis])[None, :] * window_dilation[axis]
        numbers = np.moveaxis(np.take(numbers, index, axis), axis + 1, -1)
    return numbers


def _of(params: Params, name: str, n: int) -> tuple[int, ...]:
    given = params.get(name)
    return (1,) * n if given is None else tuple(map(int, given))


class Convolution:
    """One convolution's index arrays: what its parameters and shapes say, (N, C, spatial…) after the specs."""

    def __init__(self, params: Params, lhs: tuple[int, ...], rhs: tuple[int, ...]) -> None:
        self.specs = tuple(tuple(map(int, spec)) for spec in params["dimension_numbers"])
        self.groups, self.batches = int(params.get("feature_group_count", 1)), int(params.get("batch_group_count", 1))
        n, c, *space = (lhs[i] for i in self.specs[0])
        o, _, *kernel = (rhs[i] for i in self.specs[1])
        self.n, self.c, self.space, self.o, self.kernel = n, c, tuple(space), o, tuple(kernel)
        d = len(space)
        self.seen = window_numbers(
            self.space,
            self.kernel,
            _of(params, "window_strides", d),
            params["padding"],
            _of(params, "lhs_dilation", d),
            _of(params, "rhs_dilation", d),
        )
        self.places = self.seen.shape[:d]

    def patches(self, lhs: Any) -> list[Any]:
        """For each group a matrix: (examples × places, channels × kernel)."""
        numbers = self.patch_numbers(lhs.shape)
        zero = arb(0) if lhs.dtype == object else 0.0
        return [taken(lhs, each, zero) for each in numbers]

    def patch_numbers(self, shape: tuple[int, ...]) -> list[Any]:
        """The flat indices of the patches' entries in the operand as it is given."""
        flat = np.arange(math.prod(shape)).reshape(shape).transpose(self.specs[0])
        flat = flat.reshape(self.n, self.c, -1)
        seen = self.seen.reshape(math.prod(self.places), math.prod(self.kernel))
        looked = np.where(seen >= 0, flat[:, :, np.maximum(seen, 0)], -1)  # (n, c, places, kernel)
        count = self.groups * self.batches
        per_n, per_c = self.n // self.batches, self.c // self.groups
        made = []
        for g in range(count):
            examples = slice(g * per_n, (g + 1) * per_n) if self.batches > 1 else slice(None)
            channels = slice(g * per_c, (g + 1) * per_c) if self.groups > 1 else slice(None)
            part = looked[examples, channels].transpose(0, 2, 1, 3)
            made.append(part.reshape(part.shape[0] * part.shape[1], -1))
        return made

    def kernels(self, rhs: Any) -> list[Any]:
        """For each group a matrix: (channels × kernel, features)."""
        return [
            part.T for part in np.split(rhs.transpose(self.specs[1]).reshape(self.o, -1), self.groups * self.batches)
        ]

    def assembled(self, products: list[Any]) -> Any:
        """The result from the groups' products (examples × places, features)."""
        per_n = self.n // self.batches
        parts = [p.reshape(per_n, math.prod(self.places), -1).transpose(0, 2, 1) for p in products]
        whole = np.concatenate(parts, 1).reshape(per_n, self.o, *self.places)
        return whole.transpose(*np.argsort(self.specs[2]).tolist())

    def taken_apart(self, v: Any) -> list[Any]:
        """A cotangent as the groups' products."""
        whole = v.transpose(self.specs[2])
        n, o = whole.shape[:2]
        flat = whole.reshape(n, o, -1).transpose(0, 2, 1).reshape(-1, o)
        return list(np.split(flat, self.groups * self.batches, axis=1))


def convolved(params: Params, x: Any, w: Any) -> Any:
    """A convolution (no kernel is flipped) as one product of matrices a group."""
    of = Convolution(params, x.shape, w.shape)
    return of.assembled([matmul(p, k) for p, k in zip(of.patches(x), of.kernels(w), strict=True)])


def _convolution_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    of = Convolution(params, x[0].shape, x[1].shape)
    apart, kernels = of.taken_apart(v[0]), of.kernels(x[1])
    dx = None
    for numbers, part, kernel in zip(of.patch_numbers(x[0].shape), apart, kernels, strict=True):
        more = scattered(numbers, matmul(part, kernel.T), x[0].shape)
        dx = more if dx is None else as_array(dx + more)
    rows = [matmul(part.T, patch) for part, patch in zip(apart, of.patches(x[0]), strict=True)]
    spec = of.specs[1]
    dw = np.concatenate(rows).reshape([x[1].shape[i] for i in spec]).transpose(*np.argsort(spec).tolist())
    return dx, dw


def _convolution_terms(params: Params, x: Arrays) -> int:
    spec = params["dimension_numbers"][1]
    return math.prod(x[1].shape) // max(1, x[1].shape[spec[0]]) + 1


def _convolution_back_terms(params: Params, x: Arrays) -> tuple[int, ...]:
    """Features and places of the kernel at an entry; examples and places of the result at a weight."""
    of = Convolution(params, x[0].shape, x[1].shape)
    return of.o * math.prod(of.kernel) + 1, of.n * math.prod(of.places) + 1


CONVOLUTION = Rounding(
    1.0,
    _convolution_terms,
    lambda params, x: convolved(params, magnitudes(x[0]), magnitudes(x[1])),
    "γ of the number of products, in any order",
)


def windows_of(params: Params, shape: tuple[int, ...]) -> Any:
    """(*places, window as one axis)."""
    n, window = len(shape), tuple(map(int, params["window_dimensions"]))
    numbers = window_numbers(
        shape,
        window,
        _of(params, "window_strides", n),
        params["padding"],
        _of(params, "base_dilation", n),
        _of(params, "window_dilation", n),
    )
    return numbers.reshape(*numbers.shape[:n], -1)


def _window_sum(params: Params, x: Any) -> Any:
    seen = taken(x, windows_of(params, x.shape), arb(0) if x.dtype == object else 0.0)
    return summed(seen, (seen.ndim - 1,))


def _window_sum_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    numbers = windows_of(params, x[0].shape)
    return (scattered(numbers, np.broadcast_to(v[0][..., None], numbers.shape), x[0].shape),)


OVERLAP = Back(1.0, lambda params, x: (math.prod(map(int, params["window_dimensions"])),))


def _pooled(name: str, combine: Callable[[Any, Any], Any], empty: float) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        seen = taken(x[0], windows_of(params, x[0].shape), arb(empty))
        return (reduced(seen, (seen.ndim - 1,), combine, empty),)

    def pullback(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
        numbers = windows_of(params, x[0].shape)
        return (_to_chosen(numbers, x[0], v[0], name == "reduce_window_max"),)

    back = OVERLAP._replace(magnitude=by_cotangents(pullback))
    return Primitive(name, value, pullback, "v where x = r", EXACT, "where several are equal", back)


def _empty(x: Any, greatest: bool) -> Any:
    number = -math.inf if greatest else math.inf
    return arb(number) if x.dtype == object else number


def _to_chosen(numbers: Any, x: Any, v: Any, greatest: bool) -> Any:
    """Each window's cotangent added at its extreme entry."""
    seen = taken(x, numbers, _empty(x, greatest))
    last = (seen.ndim - 1,)
    best = np.broadcast_to(reduced(seen, last, largest if greatest else smallest, 0)[..., None], seen.shape)
    reaches = np.where(numbers < 0, NO, at_most(best, seen) if greatest else at_most(seen, best)).astype(np.int8)
    return scattered(numbers, shared(reaches, np.broadcast_to(v[..., None], seen.shape), last), x.shape)


def _select_and_scatter_add(params: Params, x: Arrays) -> Arrays:
    """source, operand → the source's entries added at the entries that their windows choose."""
    numbers = windows_of(params, x[1].shape)
    return (_to_chosen(numbers, x[1], x[0], _greatest(params)),)


def _greatest(params: Params) -> bool:
    return str(params["select_prim"]) == "ge"


def _select_and_scatter_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    return _gathered_by(params, v[0], x[1]), None


def _gathered_by(params: Params, tangents: Any, x: Any) -> Any:
    numbers = windows_of(params, x.shape)
    greatest = _greatest(params)
    seen = taken(x, numbers, _empty(x, greatest))
    last = (seen.ndim - 1,)
    best = np.broadcast_to(reduced(seen, last, largest if greatest else smallest, 0)[..., None], seen.shape)
    reaches = np.where(numbers < 0, NO, at_most(best, seen) if greatest else at_most(seen, best)).astype(np.int8)
    return summed(shared(reaches, taken(tangents, numbers, arb(0)), last), last)


def _gather_back(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    return _to_chosen(windows_of(params, x[1].shape), x[1], v[0], _greatest(params)), None


WINDOW_SUM = Rounding(
    1.0,
    lambda params, x: math.prod(map(int, params["window_dimensions"])),
    lambda params, x: _window_sum(params, magnitudes(x[0])),
    "γ of the number of terms, in any order",
)
ROWS = (
    Primitive(
        "conv_general_dilated",
        lambda p, x: (convolved(p, *x),),
        _convolution_back,
        "v correlated with the kernel; x's windows times v",
        CONVOLUTION,
        back=Back(1.0, _convolution_back_terms),
    ),
    Primitive(
        "reduce_window_sum",
        lambda p, x: (_window_sum(p, x[0]),),
        _window_sum_back,
        "v over its window",
        WINDOW_SUM,
        back=OVERLAP,
    ),
    _pooled("reduce_window_max", largest, -math.inf),
    _pooled("reduce_window_min", smallest, math.inf),
    Primitive(
        "select_and_scatter_add",
        _select_and_scatter_add,
        _select_and_scatter_back,
        "v at the entries chosen; 0",
        Rounding(1.0, how="u a window that meets"),
        "where several are equal",
    ),
    Primitive(
        "select_and_gather_add",
        lambda p, x: (_gathered_by(p, *x),),
        _gather_back,
        "v added at the entries chosen; 0",
        EXACT,
        "where several are equal",
    ),
)
