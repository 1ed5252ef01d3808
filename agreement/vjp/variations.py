"""What a kernel is tried on: the operands given, redrawn, resized around tile edges, laid out otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .frameworks import Held, numpy_dtype
from .traced import OutputSpec

EDGES = (1, 2, 31, 32, 33, 127, 128, 129, 1023, 1024, 1025, 4095, 4096, 4097)
"""Sizes at and beside the tiles of kernels."""
AFFORDABLE = 20_000
"""Entries of all operands together of a resized case."""
JITTER = 1 / 8


class Variation(NamedTuple):
    """A case: operands (arrays as Held), and a cotangent's regime and layout. `shape` of the output is its own."""

    name: str
    arguments: tuple[Any, ...]
    cotangent: Callable[[np.random.Generator, tuple[int, ...]], Any]


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.standard_normal(shape)


def _one_hot(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    made = np.zeros(shape)
    made.reshape(-1)[rng.integers(max(1, made.size))] = 1
    return made


def _first_row(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    made = np.zeros(shape)
    made[:1] = rng.standard_normal(made[:1].shape)
    return made


def _with_zeros(rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return rng.standard_normal(shape) * (rng.random(shape) < 0.5)


REGIMES: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Any]] = {
    "random": _normal,
    "signs": lambda rng, shape: np.where(rng.random(shape) < 0.5, -1.0, 1.0),
    "ones": lambda rng, shape: np.ones(shape),
    "one-hot": _one_hot,
    "first row": lambda rng, shape: _first_row(rng, shape) if shape else _normal(rng, shape),
    "half zero": _with_zeros,
    "tiny": lambda rng, shape: rng.standard_normal(shape) * 2.0**-12,
    "huge": lambda rng, shape: rng.standard_normal(shape) * 2.0**6,
}
"""Cotangents: every one within the range of 16 bits."""


def permuted(array: Any) -> Any:
    """The same numbers, axes in memory the other way round."""
    return np.asfortranarray(array) if array.ndim > 1 else strided(array)


def offset(array: Any) -> Any:
    """The same numbers, one entry after the start of a larger buffer."""
    buffer = np.zeros(array.size + 1, array.dtype)
    buffer[1:] = array.ravel()
    return buffer[1:].reshape(array.shape)


def strided(array: Any) -> Any:
    """The same numbers, every second of a larger buffer."""
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def expanded(array: Any) -> Any:
    """The first row everywhere, with stride 0."""
    return np.broadcast_to(array[:1], array.shape) if array.ndim and array.shape[0] else array


LAYOUTS = {"permuted": permuted, "offset": offset, "strided": strided}


def variations(
    arguments: Sequence[Any], rng: np.random.Generator, *, strided_too: bool, count: int | None
) -> Iterator[Variation]:
    """The operands as given with every cotangent, laid out otherwise, redrawn, then resized; at most `count`."""
    made = _all(tuple(arguments), rng, strided_too)
    for number, variation in enumerate(made):
        if count is not None and number >= count:
            return
        yield variation


def _all(arguments: tuple[Any, ...], rng: np.random.Generator, strided_too: bool) -> Iterator[Variation]:
    for name, regime in REGIMES.items():
        yield Variation(f"as given, cotangent {name}", arguments, regime)
    if strided_too:
        for name, layout in LAYOUTS.items():
            yield Variation(f"operands {name}", tuple(_map(x, layout) for x in arguments), _normal)
            yield Variation(f"cotangent {name}", arguments, _laid_out(layout))
        yield Variation("cotangent expanded", arguments, _laid_out(expanded))
    for number in range(2):
        yield Variation(f"redrawn {number + 1}", redrawn(arguments, {}, rng), _normal)
    for old, new in resized(arguments):
        yield Variation(f"{old} → {new}", redrawn(arguments, {old: new}, rng), _normal)


def _laid_out(layout: Callable[[Any], Any]) -> Callable[[np.random.Generator, tuple[int, ...]], Any]:
    return lambda rng, shape: layout(_normal(rng, shape))


def _map(x: Any, layout: Callable[[Any], Any]) -> Any:
    return Held(layout(x.array), x.dtype) if isinstance(x, Held) else x


def resized(arguments: Sequence[Any]) -> list[tuple[int, int]]:
    """Each size of an axis with the tile edges that it is moved to, as far as the whole stays affordable.

    And with the other sizes: two axes of one size are what a kernel may take for one another.
    """
    arrays = [x.array for x in arguments if isinstance(x, Held)]
    sizes = sorted({n for array in arrays for n in array.shape})
    return [
        (old, new)
        for old in sizes
        for new in sorted({*EDGES, *sizes})
        if new != old and sum(math.prod(new if n == old else n for n in a.shape) for a in arrays) <= AFFORDABLE
    ]


def redrawn(arguments: Sequence[Any], sizes: dict[int, int], rng: np.random.Generator) -> tuple[Any, ...]:
    """Operands of these sizes: numbers drawn again from those given, each up to an eighth smaller."""
    return tuple(_redrawn(x, sizes, rng) if isinstance(x, Held) else x for x in arguments)


def _redrawn(x: Held, sizes: dict[int, int], rng: np.random.Generator) -> Held:
    shape = tuple(sizes.get(n, n) for n in x.array.shape)
    if not x.array.size:
        return Held(np.zeros(shape, x.array.dtype), x.dtype)
    drawn = rng.choice(x.array.ravel(), shape)
    if x.is_float:
        scaled = drawn.astype(np.float64) * (1 - JITTER * rng.random(shape))
        return Held(np.asarray(scaled).astype(numpy_dtype(x.dtype)), x.dtype)
    smallest = min(sizes.values(), default=0)
    return Held(drawn % smallest if smallest and x.array.dtype.kind in "iu" else drawn, x.dtype)


def cotangent_of(variation: Variation, rng: np.random.Generator, output: OutputSpec) -> Held:
    """A cotangent in the output's dtype, with the layout it was drawn in."""
    drawn = variation.cotangent(rng, output.shape)
    exact = drawn.astype(np.float32) if output.dtype in ("bfloat16", "float16") else drawn
    made = exact.astype(numpy_dtype(output.dtype), order="K")
    if 0 in drawn.strides and drawn.size:
        made = np.broadcast_to(np.ascontiguousarray(made[:1]), made.shape)
    elif drawn.strides and not drawn.flags.c_contiguous and drawn.base is not None and drawn.ndim:
        made = strided(made) if not drawn.flags.f_contiguous else permuted(made)
    return Held(made, output.dtype)
