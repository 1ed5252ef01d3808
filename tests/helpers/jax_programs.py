"""Programs in jax, a row a primitive (or several), with arguments at which they are smooth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name

Program = tuple[Callable[..., Any], tuple[Any, ...]]
RNG = np.random.default_rng(0)


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape)


def positive(*shape: int) -> Any:
    return RNG.uniform(0.1, 3.0, shape)


def inside(*shape: int) -> Any:
    return RNG.uniform(-0.9, 0.9, shape)


ELEMENTWISE: dict[str, Program] = {
    **{
        name: (getattr(lax, name), (normal(3, 4),))
        for name in ("exp", "exp2", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "logistic")
    },
    **{name: (getattr(lax, name), (normal(3, 4),)) for name in ("erf", "erfc", "neg", "abs", "sign", "floor", "ceil")},
    **{name: (getattr(lax, name), (positive(5),)) for name in ("log", "log1p", "sqrt", "rsqrt", "lgamma", "digamma")},
    **{name: (getattr(lax, name), (inside(5),)) for name in ("asin", "acos", "atanh", "erf_inv")},
    "acosh": (lax.acosh, (1.2 + positive(5),)),
    "cbrt": (lax.cbrt, (normal(5),)),
    "square": (lax.square, (normal(5),)),
    "round": (lambda x: lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN), (np.array([0.5, 1.5, -2.5, 0.2]),)),
    "round away": (lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO), (np.array([0.5, 1.5, -2.5, 0.2]),)),
    "integer_pow": (lambda x: x**3 + x**-2, (positive(4),)),
    "is_finite": (lambda x: jnp.where(jnp.isfinite(x), x, 0), (normal(4),)),
}
BINARY: dict[str, Program] = {
    "add": (lambda x, y: x + y, (normal(3), normal(3))),
    "sub": (lambda x, y: x - y, (normal(3), normal(1))),
    "mul": (lambda x, y: x * y, (normal(3), normal(3))),
    "div": (lambda x, y: x / y, (normal(3), positive(3))),
    "max": (jnp.maximum, (normal(8), normal(8))),
    "min": (jnp.minimum, (normal(8), normal(8))),
    "pow": (lambda x, y: x**y, (positive(4), normal(4))),
    "atan2": (jnp.arctan2, (normal(6), normal(6))),
    "rem": (lax.rem, (normal(6) * 5, positive(6))),
    "total order": (
        lambda x, y: jnp.interp(x, jnp.linspace(-3.0, 3.0, 4), y) * y[jnp.searchsorted(y.sort(), x[0], side="left")],
        (normal(6), normal(4)),
    ),
    "comparisons": (
        lambda x, y: jnp.where((x < y) & (x <= y) | ~(x != y) ^ (x > 2 * y), x * y, jnp.where(x >= -y, x, y)),
        (normal(20), normal(20)),
    ),
    "eq": (lambda x, y: jnp.where(x == jnp.max(x), y, 2 * y), (normal(5), normal(5))),
}
REDUCTIONS: dict[str, Program] = {
    "reduce_sum": (lambda x: x.sum(1), (normal(2, 3, 4),)),
    "reduce_max": (lambda x: x.max((0, 2)), (normal(2, 3, 4),)),
    "reduce_min": (lambda x: x.min(0), (normal(2, 3),)),
    "reduce_prod": (lambda x: x.prod(1), (normal(2, 5),)),
    "reduce_and": (lambda x: jnp.where((x > 0).all(1, keepdims=True) | (x > 1).any(), x, 2 * x), (normal(3, 2),)),
    "argmax": (lambda x: x[jnp.argmax(x)] * x[jnp.argmin(x)], (normal(7),)),
    "cumsum": (lambda x: lax.cumsum(x, 1), (normal(2, 5),)),
    "cumsum reversed": (lambda x: lax.cumsum(x, 0, reverse=True), (normal(4, 2),)),
    "cumprod": (lambda x: lax.cumprod(x, 1), (normal(2, 5),)),
    "cumprod reversed": (lambda x: lax.cumprod(x, 0, reverse=True), (normal(5, 2),)),
    "cummax": (lambda x: lax.cummax(x, 1), (normal(2, 6),)),
    "cummin": (lambda x: lax.cummin(x, 0, reverse=True), (normal(6, 2),)),
    "cumlogsumexp": (lambda x: lax.cumlogsumexp(x, 1), (normal(2, 5),)),
    "logsumexp": (jax.nn.logsumexp, (normal(2, 5),)),
    "norm": (jnp.linalg.norm, (normal(2, 5),)),
    "variance": (lambda x: x.var(0), (normal(5, 2),)),
}
PRODUCTS: dict[str, Program] = {
    "dot_general": (lambda x, y: x @ y, (normal(2, 3, 4), normal(2, 4, 5))),
    "einsum": (lambda x, y: jnp.einsum("abc,cdb->bad", x, y), (normal(2, 3, 4), normal(4, 5, 3))),
    "outer": (jnp.outer, (normal(3), normal(2))),
    "inner": (jnp.dot, (normal(3), normal(3))),
    "conv 1d": (lambda x, w: lax.conv(x, w, (2,), "SAME"), (normal(2, 3, 7), normal(4, 3, 3))),
    "conv 2d nhwc": (
        lambda x, w: lax.conv_general_dilated(x, w, (2, 1), ((1, 2), (0, 1)), (1, 2), (2, 1), ("NHWC", "HWIO", "NHWC")),
        (normal(2, 5, 6, 3), normal(2, 3, 3, 4)),
    ),
    "conv groups": (
        lambda x, w: lax.conv_general_dilated(x, w, (1,), "SAME", feature_group_count=2),
        (normal(2, 4, 5), normal(6, 2, 3)),
    ),
    "conv groups nhwc": (
        lambda x, w: lax.conv_general_dilated(
            x, w, (1, 1), "SAME", feature_group_count=2, dimension_numbers=("NHWC", "HWIO", "NHWC")
        ),
        (normal(2, 4, 3, 4), normal(3, 3, 2, 6)),
    ),
    "reshape, axes in another order": (
        lambda x: lax.reshape(x, (3, 8), dimensions=(2, 0, 1)) ** 2,
        (normal(2, 3, 4),),
    ),
    "conv batch groups": (
        lambda x, w: lax.conv_general_dilated(x, w, (1,), "VALID", batch_group_count=2),
        (normal(4, 3, 5), normal(6, 3, 3)),
    ),
    "conv transpose": (lambda x, w: lax.conv_transpose(x, w, (2,), "SAME"), (normal(2, 5, 3), normal(3, 3, 4))),
    "max pool": (
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 2), (1, 2, 2), "SAME"),
        (normal(2, 6, 5),),
    ),
    "tangent of max pool": (
        lambda x, t: jax.jvp(lambda y: lax.reduce_window(y, -jnp.inf, lax.max, (3,), (2,), "SAME"), (x,), (t,))[1],
        (normal(7), normal(7)),
    ),
    "min pool": (lambda x: lax.reduce_window(x, jnp.inf, lax.min, (1, 3), (1, 2), "VALID"), (normal(2, 7),)),
    "sum pool": (
        lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 3), (1, 2), ((1, 0), (0, 2)), (1, 2), (1, 2)),
        (normal(4, 6),),
    ),
}
SHAPING: dict[str, Program] = {
    "broadcast_in_dim": (lambda x: jnp.broadcast_to(x[:, None], (3, 4)) + x[:, None], (normal(3),)),
    "reshape": (lambda x: x.reshape(4, 3) * 2, (normal(3, 4),)),
    "transpose": (lambda x: x.transpose(2, 0, 1) * 2, (normal(2, 3, 4),)),
    "squeeze": (lambda x: jnp.squeeze(x, 1) * jnp.expand_dims(x[:, 0, 0], 1), (normal(2, 1, 3),)),
    "expand_dims": (lambda x: lax.expand_dims(x, (1,)) * 2, (normal(3),)),
    "rev": (lambda x: lax.rev(x, (1,)) * x, (normal(2, 3),)),
    "slice": (lambda x: x[1:5:2, ::-1] * 2, (normal(6, 3),)),
    "pad": (lambda x, y: lax.pad(x, y, ((1, -1, 2), (-1, 2, 0))), (normal(3, 4), np.array(0.7))),
    "concatenate": (lambda x, y: jnp.concatenate([x, y], 1) ** 2, (normal(2, 3), normal(2, 1))),
    "split": (lambda x: (lambda a, b, c: a * b + c[:, :2])(*jnp.split(x, [2, 4], 1)), (normal(3, 7),)),
    "convert_element_type": (lambda x: (x > 0).astype(x.dtype) * x + jnp.floor(x).astype(int), (normal(5),)),
    "stop_gradient": (lambda x: lax.stop_gradient(x) * x, (normal(3),)),
    "iota": (lambda x: jnp.arange(4.0) * x + lax.broadcasted_iota(x.dtype, (4,), 0), (normal(4),)),
    "stack": (lambda x, y: jnp.stack([x, y * y, x], 1), (normal(3), normal(3))),
    "unstack": (lambda x: (lambda a, b: a * b)(*jnp.unstack(x, axis=1)), (normal(3, 2),)),
    "tile": (lambda x: jnp.tile(x, (2, 3)) ** 2, (normal(2, 3),)),
    "name": (lambda x: checkpoint_name(x * x, "kept"), (normal(3),)),
    "device_put": (lambda x: jax.device_put(x * x), (normal(3),)),
    "copy": (lambda x: jnp.copy(x) * 2, (normal(3),)),
    "reduce_precision": (lambda x: lax.reduce_precision(x, 11, 52) * x, (normal(3),)),
    "optimization_barrier": (lambda x: lax.optimization_barrier((x, x * 2))[1], (normal(3),)),
}


def where() -> Any:
    """Indices, made anew: jax keeps what it made of an array, and refuses it once x64 is otherwise."""
    return np.array([3, 0, 3, 1])


INDEXING: dict[str, Program] = {
    "gather rows": (lambda x: x[where()] ** 2, (normal(5, 3),)),
    "gather pairs": (lambda x: x[where(), jnp.array([0, 2, 1, 1])], (normal(5, 3),)),
    "gather columns": (lambda x: x[:, where()], (normal(2, 5, 3),)),
    "gather fill": (lambda x: x.at[jnp.array([9, 1])].get(mode="fill", fill_value=2.0), (normal(5),)),
    "gather clip": (lambda x: x.at[jnp.array([9, 1])].get(mode="clip"), (normal(5),)),
    "take_along_axis": (lambda x: jnp.take_along_axis(x, jnp.array([[0, 2], [1, 1]]), 1), (normal(2, 3),)),
    "gather vmapped": (lambda x, y: jax.vmap(lambda a, i: a[i])(x, jnp.argsort(y, 1)), (normal(2, 4), normal(2, 4))),
    "scatter": (lambda x, y: x.at[jnp.array([0, 2])].set(y), (normal(4, 3), normal(2, 3))),
    "scatter-add": (lambda x, y: x.at[where()].add(y), (normal(5, 3), normal(4, 3))),
    "scatter-sub": (lambda x, y: x.at[where()].subtract(y), (normal(5, 3), normal(4, 3))),
    "scatter-mul": (lambda x, y: x.at[jnp.array([0, 2, 3])].multiply(y, unique_indices=True), (normal(5), normal(3))),
    "scatter-max": (lambda x, y: x.at[where()].max(y), (normal(5), normal(4))),
    "scatter-min": (lambda x, y: x.at[where()].min(y), (normal(5), normal(4))),
    "scatter drop": (lambda x, y: x.at[jnp.array([9, 1])].add(y, mode="drop"), (normal(5), normal(2))),
    "segment_sum": (lambda x: jax.ops.segment_sum(x, where(), 5), (normal(4, 2),)),
    "dynamic_slice": (lambda x: lax.dynamic_slice(x, (1, 5), (2, 2)), (normal(4, 3),)),
    "dynamic_update_slice": (lambda x, y: lax.dynamic_update_slice(x, y, (3, 0)), (normal(4, 3), normal(2, 2))),
}
SELECTION: dict[str, Program] = {
    "select_n": (lambda x: lax.select_n(jnp.array([2, 0, 1]), x, x * 2, x * x), (normal(3),)),
    "where": (lambda x: jnp.where(x > 0, x, jnp.exp(x) - 1), (normal(9),)),
    "clamp": (lambda x: lax.clamp(-0.5, x, 0.5), (normal(9),)),
    "polygamma": (lambda x: jax.scipy.special.polygamma(2, x), (positive(3),)),
    "clamp wide": (lambda x, a, b: lax.clamp(a, x, b), (normal(9), -positive(9), positive(9))),
    "sort": (lambda x: jnp.sort(x, 0) * jnp.arange(5.0)[:, None], (normal(5, 2),)),
    "sort with": (lambda x, y: lax.sort((x, y), num_keys=1)[1] ** 2, (normal(6), normal(6))),
    "top_k": (lambda x: lax.top_k(x, 3)[0], (normal(2, 6),)),
    "median": (lambda x: jnp.median(x), (normal(7),)),
}


def _fixed_point(x: Any) -> Any:
    return lax.fori_loop(0, 4, lambda i, a: jnp.sin(a) * x + i, x)


def _branches(x: Any) -> Any:
    return lax.cond(x[0] > 0, jnp.sin, jnp.cos, x) + lax.switch(2, [jnp.exp, jnp.log, jnp.tanh], x)


def _recurrent(w: Any, xs: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        h = jnp.tanh(w @ h + x)
        return h, h * x

    last, every = lax.scan(step, jnp.zeros(3), xs)
    return last.sum() + every.sum(0)


WELL = 3 * np.eye(4) + 0.5 * normal(4, 4)


def _positive(x: Any) -> Any:
    return x @ x.T + 2 * jnp.eye(4)


LINEAR: dict[str, Program] = {
    "solve": (jnp.linalg.solve, (WELL, normal(4))),
    "solve columns": (jnp.linalg.solve, (WELL, normal(4, 3))),
    "solve stacked": (jnp.linalg.solve, (np.stack([WELL, 2 * WELL.T]), normal(2, 4, 3))),
    "solve transposed": (lambda a, b: jax.grad(lambda c: jnp.linalg.solve(a, c) @ b)(b), (WELL, normal(4))),
    "inverse": (jnp.linalg.inv, (WELL,)),
    "cholesky": (lambda x: jnp.linalg.cholesky(_positive(x)), (normal(4, 4),)),
    "cho_solve": (
        lambda x, b: jax.scipy.linalg.cho_solve((jnp.linalg.cholesky(_positive(x)), True), b),
        (normal(4, 4), normal(4, 2)),
    ),
    "triangular": (lambda x, b: lax.linalg.triangular_solve(x, b, lower=True), (WELL, normal(3, 4))),
    "triangular left": (
        lambda x, b: lax.linalg.triangular_solve(x, b, left_side=True, transpose_a=True, unit_diagonal=True),
        (WELL, normal(4, 2)),
    ),
}
FACTORS: dict[str, Program] = {
    "lu": (lambda x: lax.linalg.lu(x)[0], (WELL,)),
    "slogdet": (lambda x: jnp.linalg.slogdet(x)[1], (WELL,)),
    "qr": (jnp.linalg.qr, (normal(5, 3),)),
    "qr square": (jnp.linalg.qr, (np.stack([WELL, WELL.T]),)),
    "igamma": (lambda x: lax.igamma(jnp.array([0.5, 2.0, 7.5]), x), (positive(3),)),
    "igammac": (lambda x: lax.igammac(jnp.array([0.5, 2.0, 7.5]), x), (positive(3),)),
    "betainc": (lambda x: lax.betainc(jnp.array([0.5, 2.0]), jnp.array([3.0, 1.5]), x), (0.5 * inside(2) ** 2 + 0.1,)),
    "i0e": (lax.bessel_i0e, (normal(4),)),
    "i1e": (lax.bessel_i1e, (normal(4),)),
}


CONTROL: dict[str, Program] = {
    "fori_loop": (lambda x: lax.fori_loop(0, 3, lambda i, a: a * x, x), (normal(3),)),
    "cond": (_branches, (positive(3),)),
    "scan": (_recurrent, (normal(3, 3), normal(4, 3))),
    "scan reversed": (lambda xs: lax.scan(lambda c, x: (c * x + 1, c), 0.5, xs, reverse=True)[1], (normal(4),)),
    "map": (lambda xs: lax.map(jnp.sin, xs), (normal(4, 2),)),
    "checkpoint": (jax.checkpoint(lambda x: jnp.sin(jnp.exp(x))), (normal(3),)),
    "jit": (jax.jit(lambda x: jnp.sin(x) * 2), (normal(3),)),
    "relu": (jax.nn.relu, (normal(9),)),
    "silu": (jax.nn.silu, (normal(9),)),
    "gelu": (jax.nn.gelu, (normal(9),)),
    "exact gelu": (lambda x: jax.nn.gelu(x, approximate=False), (normal(9),)),
    "softmax": (jax.nn.softmax, (normal(2, 5),)),
    "softplus": (jax.nn.softplus, (normal(5),)),
    "logsigmoid": (jax.nn.log_sigmoid, (normal(5),)),
    "dropout": (lambda x: jnp.where(jax.random.bernoulli(jax.random.key(1), 0.5, (9,)), x / 0.5, 0), (normal(9),)),
    "reparametrised": (lambda x: x * jax.random.normal(jax.random.key(1), (4,)), (normal(4),)),
}
PROGRAMS: dict[str, Program] = {
    **ELEMENTWISE, **BINARY, **REDUCTIONS, **PRODUCTS, **SHAPING, **INDEXING, **SELECTION, **LINEAR,
    **FACTORS, **CONTROL,
}  # fmt: skip
