"""Local rounding of a node, and the walk that encloses every correct execution.

A correct execution computes each node within its row's rounding. A walk whose results are each widened by that
much holds all of them: ball arithmetic carries the doubt on, so a bound for a whole graph needs no derivation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from flint import arb

from .arrays import each, from_list, lift, magnitudes
from .constants import constant_balls
from .exact import Adjust
from .graph import Constant, Graph, Node
from .primitive import Arrays
from .rows import row_of


class FormatLimits(NamedTuple):
    """Unit roundoff, smallest subnormal and normal number, largest number."""

    u: float
    subnormal: float
    normal: float
    largest: float


def _format(digits: int, least: int, largest: float) -> FormatLimits:
    return FormatLimits(2.0**-digits, math.ldexp(1.0, least - digits + 1), math.ldexp(1.0, least), largest)


FORMATS = {
    "float64": _format(53, -1022, float(np.finfo(np.float64).max)),
    "float32": _format(24, -126, float(np.finfo(np.float32).max)),
    "float16": _format(11, -14, 65504.0),
    "bfloat16": _format(8, -126, 3.3895313892515355e38),
}
SIXTEEN_BITS = ("float16", "bfloat16")
IN_PLACE_SUMS = ("put_add", "scatter-add", "scatter_add")
"""Sums whose running total lies in the result's own dtype, also where that has 16 bits."""
NARROW_SUMS = (*IN_PLACE_SUMS, "reduce_sum", "reduce_window_sum", "cumsum", "add_any", "reduce_prod", "cumprod")
"""What XLA sums (or multiplies) in 16 bits where operands and result have them; a product's sum stays in float32."""
SLACK = 1 + 2.0**-20
"""For the bound's own arithmetic."""


def gamma(n: float, u: float) -> float:
    """γ_n = nu/(1 − nu)."""
    return n * u / (1 - n * u) if n * u < 1 else math.inf


def local(
    graph: Graph, node: Node, operands: Arrays, results: Arrays, flushes: bool = False, ranged: bool = False
) -> list[Any]:
    """For each result what a correct execution may be off from the exact one, float64; 0 for integers and truths.

    With `ranged`, ∞ where a finite number is beyond the largest of its dtype.
    """
    row = row_of(node).rounding
    found = []
    for number, result in zip(node.results, results, strict=True):
        typed = graph.values[number]
        exact = (row.terms is None and not row.roundings) or _widens(graph, node)
        error = np.zeros(np.shape(result))
        if typed.is_float and not exact:
            size = magnitudes(result)
            error = _error(row, node, operands, size, typed.dtype, flushes)
            if ranged:
                error = np.where(np.isfinite(size) & (size > FORMATS[typed.dtype].largest), np.inf, error)
        found.append(error)
    return found


def _widens(graph: Graph, node: Node) -> bool:
    """A conversion to a dtype that holds every number of the operand's."""
    if node.primitive != "convert_element_type":
        return False
    before, after = (FORMATS.get(graph.values[k].dtype) for k in (node.operands[0], node.results[0]))
    return before is None or after is None or (before.u >= after.u and before.largest <= after.largest)


def _error(row: Any, node: Node, operands: Arrays, size: Any, dtype: str, flushes: bool) -> Any:
    form = FORMATS[dtype]
    sums = FORMATS["float32"] if dtype in SIXTEEN_BITS and node.primitive not in NARROW_SUMS else form
    terms = row.terms(node.params, operands) if row.terms is not None else 0
    magnitude = row.magnitude(node.params, operands) if row.magnitude is not None else 0.0
    roundings = max(row.of(dtype), 1.0 if dtype in SIXTEEN_BITS else 0.0)
    smallest = (1 + 2 * terms) * (form.normal if flushes or row.underflows else form.subnormal)
    with np.errstate(invalid="ignore", over="ignore"):
        whole = gamma(terms, sums.u) * magnitude + roundings * form.u * size
        return np.where(np.isfinite(size) & (size > 0) | (whole > 0), whole * SLACK + smallest, whole)


def literal_errors(graph: Graph) -> dict[int, Any]:
    """By constant: what a number of the program's text is rounded by when it is stored; 0 for short ones."""
    found = {}
    for number, constant in graph.constants.items():
        dtype = graph.values[number].dtype
        if constant.literal and dtype in FORMATS and np.asarray(constant.array).dtype != object:
            size = np.abs(np.asarray(constant.array, dtype=np.float64))
            error = np.where(np.isfinite(size) & (size * 1024 != np.floor(size * 1024)), FORMATS[dtype].u * size, 0.0)
            if np.any(error):
                found[number] = error * SLACK
    return found


def with_rounded_literals(graph: Graph) -> Graph:
    """The graph with each such constant as the ball that holds what it is stored as."""
    stored = dict(graph.constants)
    for number, error in literal_errors(graph).items():
        exact = constant_balls(graph.constants[number], graph.values[number].dtype)
        stored[number] = Constant(widened(exact, error))
    return replace(graph, constants=stored)


def flushed(array: Any, dtype: str) -> Any:
    """What is lost where a subnormal number is read as 0, float64."""
    if dtype not in FORMATS:
        return np.zeros(np.shape(array))
    size = magnitudes(lift(array, dtype))
    return np.where(size < FORMATS[dtype].normal, size, 0.0)


def as_read(graph: Graph, inputs: Sequence[Any], flushes: bool) -> list[Any]:
    """Inputs for `walk`: where subnormal numbers may be flushed, the ball that holds such a one and 0."""
    return [read(x, graph.values[k].dtype, flushes) for k, x in zip(graph.inputs, inputs, strict=True)]


def read(array: Any, dtype: str, flushes: bool) -> Any:
    """One operand as a program reads it."""
    error = flushed(array, dtype) if flushes else 0.0
    return widened(lift(array, dtype), error) if np.any(error) else array


def widened(array: Any, error: Any) -> Any:
    """Balls with this much more radius; infinities stay what they are, an error that is no number is ∞."""
    with np.errstate(invalid="ignore"):
        most = np.broadcast_to(np.nan_to_num(error, nan=math.inf, posinf=math.inf), np.shape(array))
    pairs = zip(np.ravel(array).tolist(), most.ravel().tolist(), strict=True)
    return from_list([x + arb(0, e) if e > 0 and x.is_finite() else x for x, e in pairs], most.shape)


EVERY_NUMBER = 2.0**1023
"""Half of it lies beyond every float: a ball of twice this radius holds whatever an execution may give."""


def _tamed(x: arb) -> arb:
    """A ball that has lost all meaning as one that holds every float: ∞ would slow down all that follows."""
    if x.is_finite():
        return x if x.rad() < EVERY_NUMBER else arb(0, EVERY_NUMBER) * 4
    return x if x.rad().is_finite() and not x.is_nan() else arb(0, EVERY_NUMBER) * 4  # −∞ of a mask is a number


_tame = each(_tamed)


def widen(graph: Graph, flushes: bool = False, ranged: bool = False) -> Adjust:
    """For `walk`: each result with its local rounding (`ranged`: as of `local`)."""

    def adjust(node: Node, operands: Arrays, results: Arrays) -> Arrays:
        errors = local(graph, node, operands, results, flushes, ranged)
        return tuple(
            _tame(widened(r, e)) if np.asarray(r).dtype == object and np.any(e != 0) else r
            for r, e in zip(results, errors, strict=True)
        )

    return adjust
