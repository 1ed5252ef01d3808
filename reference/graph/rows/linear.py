"""Linear systems: a solve, a triangular solve, a Cholesky factor; matrices on the last two axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, arb_mat

from ..arrays import as_array, filled, from_list, magnitudes, matmul, to_floats
from ..primitive import Arrays, Back, Params, Primitive, Rounding


def solved(a: Any, b: Any) -> Any:
    """A⁻¹ B of two matrices of balls; NaN where A may be singular."""
    n, k = b.shape
    try:
        found = arb_mat(n, n, a.ravel().tolist()).solve(arb_mat(n, k, b.ravel().tolist()))
    except ZeroDivisionError:
        return np.full(b.shape, arb.nan(), dtype=object)
    return from_list(found.entries(), (n, k))


def doubtful(a: Any) -> float:
    """What |A⁻¹| at the middle of balls is multiplied by to hold for all that they hold; ∞ near singular matrices."""
    floats = to_floats(a)
    radii = magnitudes(as_array(a - from_list([x.mid() for x in a.ravel()], a.shape)))
    inverse = np.linalg.norm(np.linalg.pinv(floats), axis=(-2, -1))
    moved = float(np.max(4 * inverse * np.linalg.norm(radii, axis=(-2, -1)), initial=0))
    return (1 - moved) ** -4 if moved < 1 else math.inf


def each_matrix(function: Callable[..., Any], *arrays: Any) -> Any:
    """A function of matrices over the leading axes."""
    lead = arrays[0].shape[:-2]
    flat = [x.reshape(-1, *x.shape[-2:]) for x in arrays]
    made = [function(*(x[i] for x in flat)) for i in range(len(flat[0]))]
    return np.stack(made).reshape(*lead, *made[0].shape) if made else arrays[-1]


def _product(*factors: Any) -> Any:
    made = factors[0]
    for factor in factors[1:]:
        made = each_matrix(matmul, made, factor)
    return made


def _columns(params: Params, a: Any, b: Any) -> Any:
    """Right-hand sides as columns: one vector, or where the parameters say so the rows of a matrix."""
    return b[..., None] if b.ndim < a.ndim else b.mT if params["rows"] else b


def _as_given(params: Params, a: Any, b: Any, columns: Any) -> Any:
    """Columns as the right-hand side b was laid out."""
    return columns.reshape(b.shape) if b.ndim < a.ndim else columns.mT if params["rows"] else columns


def _matrix(params: Params, a: Any) -> Any:
    return a.mT if params["transposed"] else a


def _solve(params: Params, x: Arrays) -> Arrays:
    found = each_matrix(solved, _matrix(params, x[0]), _columns(params, x[0], x[1]))
    return (_as_given(params, x[0], x[1], found),)


def _solve_back(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    w = each_matrix(solved, _matrix(params, x[0]).mT, _columns(params, x[0], v[0]))
    da = as_array(-_product(w, _columns(params, x[0], r[0]).mT))
    return _matrix(params, da), _as_given(params, x[0], x[1], w)


def _solve_magnitude(params: Params, x: Arrays) -> Any:
    """|A⁻¹| |A| |A⁻¹ b| in floats."""
    floats = to_floats(_matrix(params, x[0]))
    inverse = np.linalg.pinv(floats)
    found = np.abs(inverse @ to_floats(_columns(params, x[0], x[1])))
    return _as_given(params, x[0], x[1], np.abs(inverse) @ (np.abs(floats) @ found)) * doubtful(x[0])


def _back_magnitude(a: Any, r: Any, v: Any) -> tuple[Any, Any]:
    """|A⁻ᵀ| |Aᵀ| |A⁻ᵀ| |v| =: w, and w |r|ᵀ."""
    floats = to_floats(a)
    inverse = np.abs(np.linalg.pinv(floats)).mT
    w = inverse @ (np.abs(floats).mT @ (inverse @ magnitudes(v)))
    return w @ magnitudes(r).mT, w


def _solve_back_magnitude(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    columns = (_columns(params, x[0], each) for each in (r[0], v[0]))
    da, w = _back_magnitude(_matrix(params, x[0]), *columns)
    return _matrix(params, da), _as_given(params, x[0], x[1], w)


def _triangular_back_magnitude(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    t = triangle(params, x[0])
    if params["left_side"]:
        dt, w = _back_magnitude(t, r[0], v[0])
    else:
        turned, w = _back_magnitude(t.mT, r[0].mT, v[0].mT)
        dt, w = turned.mT, w.mT
    return dt.mT if params["transpose_a"] else dt, w


def _cholesky_back_magnitude(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    factor = np.abs(to_floats(r[0]))
    inverse = np.abs(np.linalg.pinv(to_floats(r[0])))
    condition = (1 + (inverse @ factor).max()) ** 2
    s = inverse.mT @ (factor.mT @ magnitudes(v[0])) @ inverse
    return ((s + s.mT) * condition,)


def _elimination(_: Params, x: Arrays) -> int:
    return 8 * int(x[0].shape[-1]) ** 2


def triangle(params: Params, a: Any) -> Any:
    """The triangle that counts, its diagonal 1 where the parameters say so; transposed where they do."""
    n = a.shape[-1]
    zero, triangular = filled((n, n), 0), np.tri(n, dtype=bool) if params["lower"] else np.tri(n, dtype=bool).T
    part = np.where(triangular, a, zero)
    if params["unit_diagonal"]:
        part = np.where(np.eye(n, dtype=bool), filled((n, n), 1), part)
    return part.mT if params["transpose_a"] else part


def _triangular(params: Params, x: Arrays) -> Arrays:
    t = triangle(params, x[0])
    if params["left_side"]:
        return (each_matrix(solved, t, x[1]),)
    return (each_matrix(solved, t.mT, x[1].mT).mT,)


def _triangular_back(params: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    t = triangle(params, x[0])
    if params["left_side"]:
        w = each_matrix(solved, t.mT, v[0])
        dt = as_array(-_product(w, r[0].mT))
    else:
        w = each_matrix(solved, t, v[0].mT).mT
        dt = as_array(-_product(r[0].mT, w))
    n = t.shape[-1]
    below = np.tri(n, k=-1 if params["unit_diagonal"] else 0, dtype=bool)
    triangular = below if params["lower"] else below.T
    return np.where(triangular, dt.mT if params["transpose_a"] else dt, filled((n, n), 0)), w


def _triangular_magnitude(params: Params, x: Arrays) -> Any:
    t = to_floats(triangle(params, x[0]))
    b = magnitudes(x[1])
    inverse = np.abs(np.linalg.pinv(t))
    grown = doubtful(triangle(params, x[0]))
    if params["left_side"]:
        return inverse @ np.abs(t) @ (inverse @ b) * grown
    return (b @ inverse) @ np.abs(t) @ inverse * grown


def _factor(a: Any) -> Any:
    n = len(a)
    made = filled((n, n), 0)
    for j in range(n):
        made[j, j] = (a[j, j] - sum((x * x for x in made[j, :j]), arb(0))).sqrt()
        for i in range(j + 1, n):
            rest = sum((x * y for x, y in zip(made[i, :j], made[j, :j], strict=True)), arb(0))
            made[i, j] = (a[i, j] - rest) / made[j, j]
    return made


def _cholesky_back(_: Params, x: Arrays, r: Arrays, v: Arrays) -> Arrays:
    """With Φ the lower triangle, its diagonal halved: S = L⁻ᵀ Φ(Lᵀ V) L⁻¹, ∂A = (S + Sᵀ)/2."""
    n = x[0].shape[-1]
    lower = np.where(np.tri(n, dtype=bool), filled((n, n), 1), filled((n, n), 0))
    weight = np.where(np.eye(n, dtype=bool), filled((n, n), 0.5), lower)
    phi = as_array(_product(r[0].mT, v[0]) * weight)
    left = each_matrix(solved, r[0].mT, phi)
    s = each_matrix(solved, r[0].mT, left.mT).mT
    return (as_array((s + s.mT) / 2),)


def _cholesky_magnitude(_: Params, x: Arrays) -> Any:
    factor = to_floats(each_matrix(_factor, x[0]))
    inverse = np.abs(np.linalg.pinv(factor))
    size = np.abs(factor) * (1 + (inverse @ np.abs(factor)).max()) ** 2 * doubtful(x[0])
    return np.where(np.tri(factor.shape[-1], dtype=bool), size, np.inf)


ROWS = (
    Primitive(
        "linear_solve",
        _solve,
        _solve_back,
        "−A⁻ᵀ v rᵀ, A⁻ᵀ v",
        Rounding(1.0, _elimination, _solve_magnitude, "γ of 8n², times |A⁻¹| |A| |r|: elimination with pivoting"),
        back=Back(1.0, lambda p, x: (_elimination(p, x),) * 2, magnitude=_solve_back_magnitude),
    ),
    Primitive(
        "triangular_solve",
        _triangular,
        _triangular_back,
        "−A⁻ᵀ v rᵀ in the triangle, A⁻ᵀ v",
        Rounding(
            1.0, lambda p, x: 2 * int(x[0].shape[-1]), _triangular_magnitude, "γ of 2n, times |A⁻¹| |A| |A⁻¹| |B|"
        ),
        back=Back(1.0, lambda p, x: (4 * int(x[0].shape[-1]),) * 2, magnitude=_triangular_back_magnitude),
    ),
    Primitive(
        "cholesky",
        lambda _, x: (each_matrix(_factor, x[0]),),
        _cholesky_back,
        "(S + Sᵀ)/2, S = L⁻ᵀ Φ(Lᵀ v) L⁻¹",
        Rounding(1.0, _elimination, _cholesky_magnitude, "γ of 8n², times |L| κ(L)²; above the diagonal anything"),
        back=Back(1.0, lambda p, x: (_elimination(p, x),), magnitude=_cholesky_back_magnitude),
    ),
)
