"""Fingerprints of exact values: two arrays that hold the same numbers, in any shape and order, share one."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

import numpy as np
from flint import arb, ctx, fmpz

from ...reference.graph.graph import Graph

SCALE = 10**50
"""Numbers are told apart from the 50th decimal on."""
SAME_ENTRIES = frozenset(
    (
        "reshape",
        "transpose",
        "squeeze",
        "expand_dims",
        "broadcast_in_dim",
        "copy",
        "copy_p",
        "stop_gradient",
        "rev",
        "convert_element_type",
        "name",
        "device_put",
        "pvary",
    )
)
"""Primitives that hand on the numbers that they are given."""
INFINITE = {True: 2**61 - 2, False: 2**61 - 3}
_FACTOR = 0x9E3779B97F4A7C15
_WORD = 2**64 - 1

Key = int


def _offset() -> arb:
    """An irrational part: short binary numbers would lie where floors jump."""
    with ctx.workprec(max(ctx.prec, 320)):
        return arb(2).sqrt() / 3


def key(array: Any) -> Key | None:
    """The fingerprint: of the set of numbers with their shares. None where a number is not known well enough."""
    scale, offset = fmpz(SCALE), _offset()
    found = []
    for x in np.asarray(array).ravel():
        if not x.is_finite():
            if x.is_nan():
                return None
            found.append(INFINITE[bool(x > 0)])
            continue
        floor = (x * scale + offset).floor().unique_fmpz()
        if floor is None:
            return None
        found.append(hash(int(floor)))
    numbers, counts = np.unique(np.array(found, dtype=np.int64), return_counts=True)
    share = gcd(*counts.tolist()) if len(counts) else 1
    mixed = 0
    for number, count in zip(numbers.tolist(), (counts // share).tolist(), strict=True):
        mixed = (mixed * _FACTOR + hash((number, count))) & _WORD
    return mixed


def keys(graph: Graph, values: Sequence[Any]) -> dict[int, Key]:
    """The fingerprint of every value of floats that a node takes or gives."""
    made = {node.results[0]: node for node in graph.nodes if node.primitive in SAME_ENTRIES}
    used = {k for node in graph.nodes for k in (*node.operands, *node.results)} | set(graph.outputs)
    found: dict[int, Key] = {}
    for k in sorted(used):
        if graph.values[k].is_float and values[k] is not None and np.asarray(values[k]).dtype == object:
            maker = made.get(k)
            handed = None if maker is None else found.get(maker.operands[0])
            known = key(values[k]) if handed is None else handed
            if known is not None:
                found[k] = known
    return found
