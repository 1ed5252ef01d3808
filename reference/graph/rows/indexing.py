"""Rows that read or write entries by index: gather, scatter, dynamic slices, and the plain `take` and `put`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from ..arrays import NO, YES, as_array, filled, magnitudes, zeros_like
from ..primitive import EXACT, MOVES, Arrays, Back, Params, Primitive, Rounding
from .binary import at_most, largest, smallest
from .gathering import block, gathered, scatter_targets
from .reductions import exclusive_products, reduced, shared
from .shaping import scattered, taken

Targets = Callable[[Params, Arrays], Any]
"""Parameters, operands → the flat index of the operand's entry for each entry that is read or written; −1: none."""


def _outside(params: Params, x: Any) -> Any:
    """What a gather gives out of bounds."""
    fill = params.get("fill_value")
    if x.dtype == object:
        return arb.nan() if fill is None else arb(float(fill))
    if x.dtype == np.int8:
        return YES if fill is None or fill else NO
    if x.dtype == np.float64:
        return np.nan if fill is None else float(fill)
    return np.iinfo(np.int64).min if fill is None else int(fill)


def _reading(name: str, targets: Targets, formula: str) -> Primitive:
    """A row that reads entries of its first operand; the others say where, and have no cotangent."""

    def value(params: Params, x: Arrays) -> Arrays:
        return (as_array(taken(x[0], targets(params, x), _outside(params, x[0]))),)

    def pullback(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
        return (scattered(targets(params, x), v[0], x[0].shape), *[None] * (len(x) - 1))

    def terms(params: Params, x: Arrays) -> tuple[int, ...]:
        return most_at_one_place(targets(params, x)), *[0] * (len(x) - 1)

    return Primitive(name, value, pullback, formula, back=Back(1.0, terms))


def most_at_one_place(targets: Any) -> int:
    """How many entries go to the same place, at most."""
    where = np.ravel(targets)
    return int(np.bincount(where[where >= 0]).max(initial=0)) if np.any(where >= 0) else 0


def _starts(x: Arrays) -> list[int]:
    return [int(np.ravel(i)[0]) for i in x]


def _update_block(params: Params, x: Arrays) -> Any:
    return block(x[0].shape, _starts(x[2:]), x[1].shape)


def written(x: Any, targets: Any, update: Any) -> Any:
    """x with the update at its targets; the last of several at one place stays."""
    flat = np.ravel(x).copy()
    where, what = np.ravel(targets), np.ravel(update)
    for i, number in zip(where[where >= 0].tolist(), what[where >= 0], strict=True):
        flat[i] = number
    return flat.reshape(x.shape)


def _untouched(targets: Any, v: Any) -> Any:
    flat = np.ravel(v).copy()
    where = np.ravel(targets)
    flat[where[where >= 0]] = arb(0) if v.dtype == object else 0
    return flat.reshape(v.shape)


def _last(targets: Any) -> Any:
    """The targets, −1 where a later entry writes to the same place."""
    flat = np.ravel(targets)
    last = {int(t): i for i, t in enumerate(flat)}
    last_writes = [t if last[int(t)] == i else -1 for i, t in enumerate(flat)]
    return np.array(last_writes, dtype=np.int64).reshape(np.shape(targets))


def _zero(x: Any) -> Any:
    return arb(0) if x.dtype == object else 0


def _writing(name: str, targets: Targets, update: int, formula: str) -> Primitive:
    """A row that puts operand number `update` in places of the first."""

    def value(params: Params, x: Arrays) -> Arrays:
        return (written(x[0], targets(params, x), x[update]),)

    def pullback(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
        where = targets(params, x)
        made: list[Any] = [None] * len(x)
        made[0], made[update] = _untouched(where, v[0]), as_array(taken(v[0], _last(where), _zero(v[0])))
        return tuple(made)

    return Primitive(name, value, pullback, formula)


def _adding(name: str, targets: Targets, update: int, sign: int = 1) -> Primitive:
    def value(params: Params, x: Arrays) -> Arrays:
        return (as_array(x[0] + sign * scattered(targets(params, x), x[update], x[0].shape)),)

    def pullback(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
        made: list[Any] = [None] * len(x)
        made[0], made[update] = v[0], as_array(sign * taken(v[0], targets(params, x), _zero(v[0])))
        return tuple(made)

    def magnitude(params: Params, x: Arrays) -> Any:
        return magnitudes(x[0]) + scattered(targets(params, x), magnitudes(x[update]), x[0].shape)

    def terms(params: Params, x: Arrays) -> int:
        return 1 + most_at_one_place(targets(params, x))

    how = "γ of the most terms at one place, in any order"
    return Primitive(name, value, pullback, "v; v at the places written", Rounding(1.0, terms, magnitude, how))


def _groups(targets: Any) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for i, t in enumerate(np.ravel(targets).tolist()):
        if t >= 0:
            found.setdefault(t, []).append(i)
    return found


def _combining(name: str, combine: Callable[[Any, Any], Any]) -> Primitive:
    """scatter-max, scatter-min, scatter-mul: operand, indices, updates."""

    def value(params: Params, x: Arrays) -> Arrays:
        flat, updates = np.ravel(x[0]).copy(), np.ravel(x[2])
        for t, entries in _groups(_targets(params, x)).items():
            for i in entries:
                flat[t] = np.ravel(combine(flat[t : t + 1], updates[i : i + 1]))[0]
        return (flat.reshape(x[0].shape),)

    def pullback(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
        first, given = np.ravel(v[0]).copy(), np.ravel(zeros_like(x[2]))
        flat, updates = np.ravel(x[0]), np.ravel(x[2])
        for t, entries in _groups(_targets(params, x)).items():
            factors = np.concatenate([flat[t : t + 1], updates[entries]])
            slopes = _slopes(name, factors) * first[t]
            first[t], given[entries] = slopes[0], slopes[1:]
        return first.reshape(x[0].shape), None, given.reshape(x[2].shape)

    rounding, back = (ONE_EACH, Back(4.0)) if name == "scatter-mul" else (EXACT, MOVES)
    return Primitive(name, value, pullback, "v, to what r is made of", rounding, back=back)


ONE_EACH = Rounding(2.0, how="u a factor")


def _slopes(name: str, factors: Any) -> Any:
    """∂/∂factor of their product, or of the extreme of them (between 0 and 1 for several equal ones)."""
    if name == "scatter-mul":
        return exclusive_products(factors, False) * exclusive_products(factors, True)
    best = reduced(factors, (0,), largest if name == "scatter-max" else smallest, 0)[None]
    best = np.broadcast_to(best, factors.shape)
    reaches = at_most(best, factors) if name == "scatter-max" else at_most(factors, best)
    return shared(reaches, filled(factors.shape, 1), (0,))


def _targets(params: Params, x: Arrays) -> Any:
    return scatter_targets(params, x[0].shape, x[1], x[2].shape)


def _constant_targets(params: Params, _: Arrays) -> Any:
    return np.asarray(params["indices"])


ROWS = (
    _reading("gather", lambda p, x: gathered(p, x[0].shape, x[1]), "v added at the entries that were read"),
    _reading("take", _constant_targets, "v added at the entries that were read"),
    _reading(
        "dynamic_slice",
        lambda p, x: block(x[0].shape, _starts(x[1:]), tuple(map(int, p["slice_sizes"]))),
        "v in its place, 0 elsewhere",
    ),
    _writing("dynamic_update_slice", _update_block, 1, "v but in the block; v in the block"),
    _writing("put", _constant_targets, 1, "v but where written; v where written"),
    _writing("scatter", _targets, 2, "v but where written; v where written"),
    _adding("put_add", _constant_targets, 1),
    _adding("scatter-add", _targets, 2),
    _adding("scatter-sub", _targets, 2, -1),
    _combining("scatter-max", largest),
    _combining("scatter-min", smallest),
    _combining("scatter-mul", lambda a, b: a * b),
)
