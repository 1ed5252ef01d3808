"""Factors and functions of a matrix: LU with pivots, QR, the exponential; matrices on the last two axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, arb_mat

from ..arrays import as_array, filled, from_list, magnitudes, matmul, to_floats
from ..graph import OpenBranch, Unsupported
from ..primitive import Arrays, Back, Params, Primitive, Pullback, Rounding
from .linear import doubtful, each_matrix, solved


def _over(function: Callable[[Any], tuple[Any, ...]], a: Any) -> tuple[Any, ...]:
    """A function of one matrix with several results, over the leading axes."""
    lead = a.shape[:-2]
    parts = zip(*map(function, a.reshape(-1, *a.shape[-2:])), strict=True)
    return tuple(np.stack(part).reshape(*lead, *part[0].shape) for part in parts)


def _lower(a: Any, k: int = -1) -> Any:
    return np.where(np.tri(a.shape[0], a.shape[1], k, dtype=bool), a, filled(a.shape, 0))


def _upper(a: Any) -> Any:
    return np.where(np.tri(a.shape[0], a.shape[1], -1, dtype=bool), filled(a.shape, 0), a)


def _identity(n: int) -> Any:
    return np.where(np.eye(n, dtype=bool), filled((n, n), 1), filled((n, n), 0))


def _pivot(column: Any) -> int:
    """The place of the largest number."""
    sizes = [abs(x) for x in column]
    for i, size in enumerate(sizes):
        if all(i == j or other <= size for j, other in enumerate(sizes)):
            return i
    raise OpenBranch("lu: the largest entry of a column, its pivot, is open")


def _eliminated(a: Any) -> tuple[Any, Any, Any]:
    n = len(a)
    if a.shape != (n, n):
        raise Unsupported(f"lu of a matrix of shape {a.shape}: square ones are judged")
    m, order, pivots = a.copy(), np.arange(n), np.zeros(n, dtype=np.int64)
    for k in range(n):
        pivots[k] = p = k + _pivot(m[k:, k])
        m[[k, p]], order[[k, p]] = m[[p, k]], order[[p, k]]
        m[k + 1 :, k] = m[k + 1 :, k] / m[k, k]
        m[k + 1 :, k + 1 :] = m[k + 1 :, k + 1 :] - m[k + 1 :, k, None] * m[None, k, k + 1 :]
    return m, pivots, order


def _lu_back_one(lu: Any, order: Any, v: Any) -> Any:
    """Of P A = L U: L⁻ᵀ (stril(Lᵀ V_L) + triu(V_U Uᵀ)) U⁻ᵀ, rows put back."""
    n = len(lu)
    unit, upper = _lower(lu) + _identity(n), _upper(lu)
    inner = as_array(_lower(matmul(unit.T, _lower(v))) + _upper(matmul(_upper(v), upper.T)))
    found = solved(upper, solved(unit.T, inner).T).T
    back = found.copy()
    back[order] = found
    return back


def _lu_back(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    n = x[0].shape[-1]
    flat = (part.reshape(-1, *shape) for part, shape in ((r[0], (n, n)), (r[2], (n,)), (v[0], (n, n))))
    parts = [_lu_back_one(*part) for part in zip(*flat, strict=True)]
    return (np.stack(parts).reshape(x[0].shape),)


def _lu_size(_: Params, x: Arrays) -> Any:
    """|L| stril(G) + triu(G) |U|, G = |L⁻¹| |L| |U| |U⁻¹|."""
    packed = to_floats(_over(_eliminated, x[0])[0])
    unit, upper = np.tril(packed, -1) + np.eye(packed.shape[-1]), np.triu(packed)
    inverses = np.abs(np.linalg.pinv(unit)), np.abs(np.linalg.pinv(upper))
    grown = inverses[0] @ np.abs(unit) @ np.abs(upper) @ inverses[1]
    return (np.abs(unit) @ np.tril(grown, -1) + np.triu(grown) @ np.abs(upper)) * doubtful(x[0])


def _reflected(a: Any) -> tuple[Any, Any]:
    """Householder's reflections, signs as LAPACK takes them."""
    m, n = a.shape
    r, q = a.copy(), _identity(m)
    for k in range(min(n, m - 1)):
        if all(x.is_zero() for x in r[k + 1 :, k]):
            continue
        v = r[k:, k].copy()
        v[0] = v[0] - _turned(v)
        double = 2 / sum((x * x for x in v), arb(0))
        r[k:] = r[k:] - v[:, None] * (double * matmul(v[None, :], r[k:]))
        q[:, k:] = q[:, k:] - matmul(q[:, k:], v[:, None]) * double * v[None, :]
    return q[:, :n], _upper(r[:n])


def _turned(x: Any) -> arb:
    """The norm with the sign that the first entry has not."""
    norm = sum((t * t for t in x), arb(0)).sqrt()
    if x[0] < 0:
        return norm
    if x[0] >= 0:
        return -norm
    raise OpenBranch("qr: the sign of a reflection is open")


def _qr(params: Params, x: Arrays) -> Arrays:
    m, n = x[0].shape[-2:]
    if params.get("pivoting") or m < n or (params.get("full_matrices") and m != n):
        raise Unsupported(f"qr of a matrix of shape {(m, n)}: reduced, without pivots, and not wide is judged")
    return _over(_reflected, x[0])


def _qr_back_one(q: Any, r: Any, q_bar: Any, r_bar: Any) -> Any:
    """(Q̄ + Q copyltu(M)) R⁻ᵀ, M = R R̄ᵀ − Q̄ᵀ Q."""
    m = as_array(matmul(r, _upper(r_bar).T) - matmul(q_bar.T, q))
    lower = _lower(m)
    whole = as_array(q_bar + matmul(q, _lower(m, 0) + lower.T))
    return solved(r, whole.T).T


def _qr_back(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    flat = (part.reshape(-1, *part.shape[-2:]) for part in (*r, *v))
    return (np.stack([_qr_back_one(*part) for part in zip(*flat, strict=True)]).reshape(x[0].shape),)


def _condition(a: Any) -> Any:
    floats = to_floats(a)
    return np.linalg.norm(floats, axis=(-2, -1)) * np.linalg.norm(np.linalg.pinv(floats), axis=(-2, -1))


def _qr_size(_: Params, x: Arrays) -> Any:
    size = np.maximum(1, np.linalg.norm(magnitudes(x[0]), axis=(-2, -1)))
    return float(np.max(_condition(x[0]) * size, initial=0)) * doubtful(x[0])


def _back_size(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    """‖A⁻¹‖ κ² Σ |V| max(1, |result|), one number for all entries."""
    total = sum(float(np.sum(magnitudes(each) * np.maximum(1, magnitudes(part)))) for each, part in _floats(r, v))
    floats = to_floats(x[0])
    inverse = float(np.max(np.linalg.norm(np.linalg.pinv(floats), axis=(-2, -1)), initial=0))
    return (np.full(x[0].shape, total * max(1, inverse) * float(np.max(_condition(x[0]), initial=0)) ** 2),)


def _floats(r: Arrays, v: Arrays) -> list[tuple[Any, Any]]:
    return [(each, part) for part, each in zip(r, v, strict=True) if each is not None and part.dtype == object]


def _exponential(a: Any) -> Any:
    n = len(a)
    return from_list(arb_mat(n, n, a.ravel().tolist()).exp().entries(), (n, n))


def _exponential_back_one(a: Any, v: Any) -> Any:
    """The upper right block of exp [[Aᵀ, V], [0, Aᵀ]]."""
    n = len(a)
    whole = np.block([[a.T, v], [filled((n, n), 0), a.T]])
    return _exponential(whole)[:n, n:]


def _exponential_size(_: Params, x: Arrays) -> Any:
    """exp |A|, times 1 + ‖A‖."""
    sizes = magnitudes(x[0])
    balls = from_list([*map(arb, sizes.ravel().tolist())], sizes.shape)
    return magnitudes(each_matrix(_exponential, balls)) * (1 + np.max(sizes.sum(axis=-1), initial=0))


def _exponential_back_size(params: Params, x: Arrays, _: Arrays, v: Arrays) -> Arrays:
    size = _exponential_size(params, x)
    total = np.sum(magnitudes(v[0]), axis=(-2, -1), keepdims=True)
    return (np.full(x[0].shape, 1.0) * total * np.max(size, initial=0) * (1 + np.max(magnitudes(x[0]), initial=0)),)


def _rows(_: Params, x: Arrays) -> int:
    return 8 * int(x[0].shape[-1])


def _cubed(_: Params, x: Arrays) -> int:
    return 8 * math.prod(x[0].shape[-2:])


def _back(size: Pullback) -> Back:
    return Back(1.0, lambda params, x: (_cubed(params, x),), magnitude=size)


ROWS = (
    Primitive(
        "lu",
        lambda _, x: _over(_eliminated, x[0]),
        _lu_back,
        "Pᵀ L⁻ᵀ (stril(Lᵀ v) + triu(v Uᵀ)) U⁻ᵀ",
        Rounding(1.0, _rows, _lu_size, "γ of 8n, times |L| G + G |U|, G = |L⁻¹| |L| |U| |U⁻¹|"),
        "where pivots are equal",
        _back(_back_size),
    ),
    Primitive(
        "qr",
        _qr,
        _qr_back,
        "(v_Q + Q sym(R v_Rᵀ − v_Qᵀ Q)) R⁻ᵀ",
        Rounding(1.0, _cubed, _qr_size, "γ of 8mn, times κ max(1, ‖A‖)"),
        "where a reflection's sign turns",
        _back(_back_size),
    ),
    Primitive(
        "matrix_exp",
        lambda _, x: (each_matrix(_exponential, x[0]),),
        lambda _, x, r, v: (each_matrix(_exponential_back_one, x[0], v[0]),),
        "the upper right block of exp [[Aᵀ, v], [0, Aᵀ]]",
        Rounding(1.0, _cubed, _exponential_size, "γ of 8n², times e^|A| (1 + ‖A‖)"),
        back=_back(_exponential_back_size),
    ),
)
