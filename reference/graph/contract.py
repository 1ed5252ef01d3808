"""A precision contract, and the walks that enclose every backward pass that keeps it.

Forward values and cotangents are widened node by node by what the contract lets an operation be off, sums in any
order; ball arithmetic carries that on. What comes out holds the result of every program that does the reference's
operations and their pullbacks so: the bound is a theorem, and nothing about the kernel is assumed beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .adjoint import adjoint
from .arrays import as_array, magnitudes
from .constants import constant_balls
from .exact import walk
from .graph import Constant, Graph, Node
from .primitive import Arrays
from .rounding import FORMATS, IN_PLACE_SUMS, SIXTEEN_BITS, SLACK, as_read, gamma, read, widened
from .rows import row_of
from .rows.products import PRODUCTS

PRODUCT_ROUNDOFF = {"tf32": 2.0**-11, **{name: form.u for name, form in FORMATS.items()}}
"""Unit roundoff of the dtypes that operands of a matrix product may be cast to."""


@dataclass(frozen=True)
class Contract:
    """What a kernel may do in which precision; None: what the tensors' own dtypes say.

    `products`: operands of matrix products are cast to this (`tf32`, `bfloat16`) first. `sums`: the dtype of
    running sums (None: the result's, and float32 for 16 bits; sums in the 16 bits themselves lose digits, `lossy`).
    `inside`: the dtype of what is held between operations. `flushes`: subnormal numbers become 0. Results are in
    their arguments' dtypes.
    """

    products: str | None = None
    sums: str | None = None
    inside: str | None = None
    flushes: bool = False

    def __post_init__(self) -> None:
        for name, known in (("products", PRODUCT_ROUNDOFF), ("sums", FORMATS), ("inside", FORMATS)):
            given = getattr(self, name)
            if given is not None and given not in known:
                raise ValueError(f"{name} is {given!r}: choose from {', '.join(known)}")

    def __str__(self) -> str:
        said = [f"{name} in {given}" for name in ("products", "sums", "inside") if (given := getattr(self, name))]
        return (
            ", ".join([*said, *(["subnormal numbers flushed"] if self.flushes else [])]) or "as the tensors' dtypes say"
        )

    def off(
        self,
        node: Node,
        dtype: str,
        terms: float,
        magnitude: Any,
        roundings: float,
        size: Any,
        underflows: bool = False,
    ) -> Any:
        """γ_terms · magnitude + roundings · u · size, in the dtypes that are allowed; float64."""
        held = FORMATS[self.inside or dtype]
        sums = FORMATS[self.sums or _sums_in(node, dtype)]
        cast = PRODUCT_ROUNDOFF[self.products] * 2.01 if self.products and node.primitive in PRODUCTS else 0.0
        least = held.normal if self.flushes or underflows else held.subnormal
        with np.errstate(invalid="ignore", over="ignore"):
            whole = (gamma(terms, sums.u) + cast) * magnitude + max(roundings, _stores(dtype)) * held.u * size
            return np.where((size > 0) | (whole > 0), whole * SLACK + (1 + 2 * terms) * least, whole)


def _sums_in(node: Node, dtype: str) -> str:
    return "float32" if dtype in SIXTEEN_BITS and node.primitive not in IN_PLACE_SUMS else dtype


def _stores(dtype: str) -> float:
    """Every result of 16 bits is rounded to them."""
    return 1.0 if dtype in SIXTEEN_BITS else 0.0


@dataclass
class Pullback:
    """A graph's cotangents of some inputs from some cotangents of its outputs: exact, and enclosed under a contract."""

    graph: Graph
    inputs: list[Any]
    starts: Mapping[int, Any]
    wanted: tuple[int, ...]
    largest: float = field(default=0.0, init=False)
    """The greatest number on the way, as a part of the greatest of its dtype: from 1 on it overflows."""

    def exact(self) -> list[Any]:
        """In balls, at the precision in force; None where nothing arrives."""
        found = adjoint(self.graph, walk(self.graph, self.inputs), self.starts)
        return [found.get(k) for k in self.wanted]

    def enclosed(self, contract: Contract, *, textbook: bool = False) -> list[Any]:
        """What every program within the contract may give.

        With `textbook` also by formulas that cancel, by sums of 16 bits, and where a factor underflows.
        """
        sixteen = next((v.dtype for v in self.graph.values if v.dtype in SIXTEEN_BITS), None)
        loosest = replace(contract, sums=contract.sums or sixteen, flushes=True) if textbook else contract
        widening = _Widening(self, loosest, textbook)
        values = walk(widening.graph(), as_read(self.graph, self.inputs, loosest.flushes), adjust=widening.forward)
        starts = {k: read(v, self.graph.values[k].dtype, loosest.flushes) for k, v in self.starts.items()}
        found = adjoint(self.graph, values, starts, adjust=widening.back, total=widening.total)
        return [None if found.get(k) is None else self._rounded(contract, k, found[k]) for k in self.wanted]

    def _rounded(self, contract: Contract, number: int, result: Any) -> Any:
        """A last rounding to the argument's dtype."""
        size = magnitudes(result)
        u, least = (getattr(FORMATS[self.graph.values[number].dtype], name) for name in ("u", "subnormal"))
        return widened(result, np.where(size > 0, u * size * SLACK + least, 0.0))


@dataclass
class _Widening:
    """The three hooks of the walks."""

    of: Pullback
    contract: Contract
    textbook: bool

    def graph(self) -> Graph:
        """With the constants that a program's text rounds widened by that rounding."""
        of = self.of.graph
        held = {
            k: Constant(_wider(balls, form.u * magnitudes(balls) + form.subnormal))
            for k, constant in of.constants.items()
            if constant.literal and of.values[k].is_float
            for balls, form in [(constant_balls(constant, of.values[k].dtype), FORMATS[of.values[k].dtype])]
            if not all(x.is_exact() for x in np.ravel(balls))
        }
        return replace(of, constants={**of.constants, **held})

    def forward(self, node: Node, operands: Arrays, results: Arrays) -> Arrays:
        row, made = row_of(node).rounding, []
        for number, result in zip(node.results, results, strict=True):
            dtype = self.of.graph.values[number].dtype
            if dtype not in FORMATS:
                made.append(result)
                continue
            size = self._size(result, dtype)
            if row.terms is None and not row.roundings:
                made.append(result)
                continue
            terms = row.terms(node.params, operands) if row.terms is not None else 0
            magnitude = row.magnitude(node.params, operands) if row.magnitude is not None else 0.0
            error = self.contract.off(node, dtype, terms, magnitude, row.of(dtype), size, row.underflows)
            if self.textbook and row.textbook is not None:
                error = error + row.textbook(operands) * FORMATS[self.contract.inside or dtype].u
            made.append(_wider(result, error))
        return tuple(made)

    def back(self, node: Node, operands: Arrays, results: Arrays, given: Arrays, parts: Arrays) -> Arrays:
        row = row_of(node)
        terms = row.back.terms(node.params, operands) if row.back.terms is not None else (0,) * len(parts)
        bare = self._bare(row, node, operands, results, given) if any(terms) else (None,) * len(parts)
        made = []
        for number, part, count, magnitude in zip(node.operands, parts, _padded(terms, len(parts)), bare, strict=True):
            dtype = self.of.graph.values[number].dtype
            if part is None or dtype not in FORMATS:
                made.append(part)
                continue
            size = self._size(part, dtype)
            error = self.contract.off(
                node, dtype, count, 0.0 if magnitude is None else magnitude, row.back.roundings, size
            )
            if self.textbook and row.back.textbook is not None:
                slope = row.back.textbook(operands, results) * magnitudes(given[0])
                error = error + slope * FORMATS[self.contract.inside or dtype].u
            made.append(_wider(part, error) if row.back.roundings or count else part)
        return tuple(made)

    def _bare(self, row: Any, node: Node, operands: Arrays, results: Arrays, given: Arrays) -> Arrays:
        """The pullback of absolute values: the magnitude of what is summed."""
        if row.back.magnitude is not None:
            found: Arrays = row.back.magnitude(node.params, operands, results, given)
            return found
        sizes = [
            tuple(magnitudes(a) if a is not None and np.asarray(a).dtype == object else a for a in side)
            for side in (operands, results, given)
        ]
        return tuple(None if part is None else np.abs(part) for part in row.pullback(node.params, *sizes))

    def total(self, number: int, parts: list[Any]) -> Any:
        """The sum of what several uses leave, in any order."""
        whole = parts[0]
        for part in parts[1:]:
            whole = as_array(whole + part)
        if len(parts) == 1:
            return whole
        dtype = self.of.graph.values[number].dtype
        u = FORMATS[self.contract.inside or dtype].u
        return _wider(whole, gamma(len(parts) - 1, u) * sum(map(magnitudes, parts)) * SLACK)

    def _size(self, array: Any, dtype: str) -> Any:
        size = magnitudes(array)
        known = size[np.isfinite(size)] if np.ndim(size) else size
        self.of.largest = max(self.of.largest, float(np.max(known, initial=0.0)) / FORMATS[dtype].largest)
        return size


def _padded(terms: tuple[int, ...], n: int) -> tuple[int, ...]:
    return (*terms, *[0] * (n - len(terms)))


def _wider(array: Any, error: Any) -> Any:
    return widened(array, error) if np.any(error) else array
