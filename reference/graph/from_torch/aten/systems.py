"""Linear systems: solves, factors and determinants of matrices on the last two axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from torch.utils._pytree import tree_map

from ...expression import Expression
from ...graph import Typed, Unsupported
from ..recording import TensorView
from .call import AtenCall, Row
from .shaping import numbered

E = Expression


def _constant(call: AtenCall, array: Any) -> E:
    return E(call.builder, call.builder.constant(array))


def _solution(a: E, b: E, transposed: bool = False) -> E:
    return a.apply("linear_solve", b, shape=b.shape, transposed=transposed, rows=False)


def _triangular(a: E, b: E, *, lower: bool, left: bool = True, unit: bool = False, transposed: bool = False) -> E:
    params = {"left_side": left, "lower": lower, "transpose_a": transposed, "unit_diagonal": unit}
    return a.apply("triangular_solve", b, shape=b.shape, **params)


def order_of(pivots: Any, n: int) -> Any:
    """The rows' order that a list of exchanges, counted from 1, leaves."""
    order = np.arange(n)
    for k, other in enumerate(np.asarray(pivots).ravel()):
        order[[k, other - 1]] = order[[other - 1, k]]
    return order


def by_matrix(row: Row) -> Row:
    """A row for one matrix, for a stack of them."""

    def stacked(call: AtenCall, a: E, *rest: Any, **options: Any) -> Any:
        lead = a.shape[:-2]
        if not lead:
            return row(call, a, *rest, **options)
        made = []
        for at in np.ndindex(*lead):
            one, arguments = _one_of(call, at, lead, (a, *rest))
            made.append(row(one, *arguments, **options))
        if isinstance(made[0], E):
            return _together(made, lead)
        return tuple(None if parts[0] is None else _together(parts, lead) for parts in zip(*made, strict=True))

    return stacked


def _one_of(call: AtenCall, at: tuple[int, ...], lead: tuple[int, ...], arguments: Any) -> tuple[AtenCall, list[Any]]:
    """The call and its arguments at one place of a stack."""
    arrays, found = dict(call.arrays), []
    for x in arguments:
        part = x
        if isinstance(x, E):
            if x.shape[: len(lead)] != lead:
                raise Unsupported(f"{call.executed}: stacks of the shapes {lead} and {x.shape}")
            part = x.take(numbered(x.shape)[at])
            if x.number in arrays:
                arrays[part.number] = np.asarray(arrays[x.number])[at]
        found.append(part)
    given = tree_map(lambda x: _view(x, at) if isinstance(x, TensorView) else x, call.executed.arguments)
    results = tuple(None if x is None else _view(x, at) for x in call.executed.results)
    return replace(call, executed=replace(call.executed, arguments=given, results=results), arrays=arrays), found


def _view(x: TensorView, at: tuple[int, ...]) -> TensorView:
    n = len(at)
    offset = x.offset + sum(k * stride for k, stride in zip(at, x.strides, strict=False))
    return replace(x, offset=offset, shape=x.shape[n:], strides=x.strides[n:])


def _together(parts: Sequence[E], lead: tuple[int, ...]) -> E:
    shape = parts[0].shape
    wide = [x.reshape(1, *shape) for x in parts]
    whole = wide[0].apply("concatenate", *wide[1:], shape=(len(parts), *shape), dimension=0) if wide[1:] else wide[0]
    return whole.reshape(*lead, *shape)


def factored(call: AtenCall, a: E, lu: int, pivots: int) -> E:
    """L below the diagonal and U above it, of the rows in the order that torch chose; of Aᵀ where it took that."""
    given, exchanges = (call.executed.results[k] for k in (lu, pivots))
    assert given is not None
    assert exchanges is not None
    held, order = call.recording.executed(given), order_of(call.recording.executed(exchanges), a.shape[0])
    whole = (np.tril(held, -1) + np.eye(len(held))) @ np.triu(held)
    source, matrix = call.floats(0), a
    if np.abs(whole - source[order]).max() > np.abs(whole - source.T[order]).max():
        matrix = a.mT
    return _eliminated(matrix.take(numbered(matrix.shape)[order]))


def _eliminated(a: E) -> E:
    """Gauss's elimination, rows already in order."""
    n = a.shape[0]
    rows = [a.take(numbered(a.shape)[0])]
    rest, left = a, []
    for _ in range(n - 1):
        places = numbered(rest.shape)
        factors = rest.take(places[1:, 0]) / rest.take(places[0, 0])
        top = rest.take(places[0, 1:])
        left.append(factors)
        rest = rest.take(places[1:, 1:]) - factors.reshape(-1, 1) * top.reshape(1, -1)
        rows.append(rest.take(numbered(rest.shape)[0]))
    held = a.reshape(-1)
    grid = numbered(a.shape)
    for k, row in enumerate(rows):
        held = held.put(grid[k, k:], row)
    for k, column in enumerate(left):
        held = held.put(grid[k + 1 :, k], column)
    return held.reshape(n, n)


def solve(call: AtenCall, a: E, b: E, *_: Any, left: bool = True, **__: Any) -> tuple[E, E, None, None]:
    """A⁻¹ b, and the factors that the backward pass uses."""
    found = _solution(a, b) if left or len(b.shape) < 2 else _solution(a, b.mT, transposed=True).mT
    return found, factored(call, a, 1, 2), None, None


def lu_solve(call: AtenCall, lu: E, pivots: E, b: E, *, left: bool = True, adjoint: bool = False) -> E:
    """A⁻¹ b, A⁻ᵀ b or b A⁻¹ from A's factors."""
    order, transposed = order_of(call.integers(pivots), lu.shape[0]), adjoint
    if not left:
        b, transposed = b.mT, not adjoint
    if transposed:
        inner = _triangular(lu, b, lower=False, transposed=True)
        found = _triangular(lu, inner, lower=True, unit=True, transposed=True)
        found = found.take(numbered(found.shape)[np.argsort(order)])
    else:
        inner = _triangular(lu, b.take(numbered(b.shape)[order]), lower=True, unit=True)
        found = _triangular(lu, inner, lower=False)
    return found if left else found.mT


def inverse(call: AtenCall, a: E, *_: Any, **__: Any) -> tuple[E, None]:
    """A⁻¹."""
    eye = a.like(np.broadcast_to(np.eye(a.shape[-1]), a.shape))
    return _solution(a, eye), None


def solve_triangular(call: AtenCall, a: E, b: E, *, upper: bool, left: bool = True, unitriangular: bool = False) -> E:
    """A⁻¹ B, or B A⁻¹, of a triangle."""
    return _triangular(a, b, lower=not upper, left=left, unit=unitriangular)


def cholesky(call: AtenCall, a: E, upper: bool = False, *_: Any, **options: Any) -> tuple[E, None]:
    """The triangle L of A = LLᵀ."""
    upper = options.get("upper", upper)
    factor = (a.mT if upper else a).apply("cholesky")
    lower = _constant(call, np.broadcast_to(np.tri(a.shape[-1], dtype=bool), a.shape))
    factor = lower.where(factor, 0.0)
    return (factor.mT if upper else factor), None


def _diagonal(x: E) -> E:
    return x.take(np.diagonal(numbered(x.shape)))


def slogdet(call: AtenCall, a: E) -> tuple[None, E, E, None]:
    """(the sign, Σ ln |U_kk|, the factors, the exchanges)."""
    lu = factored(call, a, 2, 3)
    return None, _diagonal(lu).abs().log().sum(), lu, None


def det(call: AtenCall, a: E) -> tuple[E, E, None]:
    """± Π U_kk, the factors and the exchanges."""
    lu = factored(call, a, 1, 2)
    exchanges = call.executed.results[2]
    assert exchanges is not None
    swaps = int((call.recording.executed(exchanges) != np.arange(1, a.shape[0] + 1)).sum())
    found = _diagonal(lu).reduce("reduce_prod", None)
    return (-found if swaps % 2 else found), lu, None


def qr(call: AtenCall, a: E, mode: str = "reduced") -> tuple[E, E]:
    """Q and R of A = QR, as Householder's reflections give them."""
    m, n = a.shape[-2:]
    if mode != "reduced" and not (mode == "complete" and m == n):
        raise Unsupported(f"{call.executed}: mode {mode!r}: the reduced one is judged")
    q, r = Typed((*a.shape[:-1], min(m, n)), a.dtype), Typed((*a.shape[:-2], min(m, n), n), a.dtype)
    params = {"full_matrices": False, "pivoting": False}
    made = call.builder.node("qr", (a.number,), [q, r], **params)
    return E(call.builder, made[0]), E(call.builder, made[1])


def matrix_exp(call: AtenCall, a: E) -> E:
    """e^A."""
    return a.apply("matrix_exp")


def pseudo_inverse(call: AtenCall, a: E, *_: Any, **__: Any) -> E:
    """(AᵀA)⁻¹ Aᵀ, or Aᵀ (AAᵀ)⁻¹, of a matrix of full rank."""
    m, n = a.shape[-2:]
    return _solution(a.mT.matmul(a), a.mT) if m >= n else _solution(a.matmul(a.mT), a).mT


def least_squares(call: AtenCall, a: E, b: E, *_: Any, **__: Any) -> tuple[E, None, None, None]:
    """A⁺ b, of full rank."""
    right = b.reshape(*b.shape, 1) if len(b.shape) < len(a.shape) else b
    return (
        pseudo_inverse(call, a)
        .matmul(right)
        .reshape(*b.shape[: len(a.shape) - 2], a.shape[-1], *b.shape[len(a.shape) - 1 :]),
        None,
        None,
        None,
    )


SYSTEMS: dict[str, Row] = {
    "_linalg_solve_ex": by_matrix(solve), "linalg_lu_solve": by_matrix(lu_solve), "linalg_inv_ex": inverse,
    "linalg_solve_triangular": solve_triangular, "linalg_cholesky_ex": cholesky,
    "_linalg_slogdet": by_matrix(slogdet), "_linalg_det": by_matrix(det),
    "linalg_pinv": pseudo_inverse, "linalg_lstsq": least_squares, "linalg_qr": qr, "linalg_matrix_exp": matrix_exp,
}  # fmt: skip
