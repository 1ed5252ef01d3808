"""Stand-ins for public reports of wrong gradients: what was wrong there, on inputs of our own.

Each names a repository and the number of its report; the kernels are written anew from what the report says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
import torch
from jax import lax, nn
from jax import numpy as jnp

Function = Callable[..., Any]
RNG = np.random.default_rng(11)


class Reported(NamedTuple):
    """A wrong kernel of a reference; `said` is found in what it is told, "" where it can't be told from rounding."""

    where: str
    what: str
    reference: Function
    kernel: Function
    arguments: tuple[Any, ...]
    said: str
    cases: int | None = 8


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape).astype(np.float32)


def tensors(*arrays: Any) -> tuple[Any, ...]:
    return tuple(map(torch.tensor, arrays))


def layer_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * w + b


def _normed(x: Any, axes: Any) -> tuple[Any, Any]:
    centred = x - x.mean(axes, keepdims=True)
    rstd = 1 / np.sqrt((centred**2).mean(axes, keepdims=True) + x.dtype.type(1e-5))
    return centred * rstd, rstd


def _norm_back(g: Any, hat: Any, rstd: Any, axes: Any) -> Any:
    return rstd * (g - g.mean(axes, keepdims=True) - hat * (g * hat).mean(axes, keepdims=True))


def _two_dimensional_layer_norm(x: Any, w: Any, b: Any, v: Any) -> Any:
    hat, rstd = _normed(x, -1)
    dx = _norm_back(v * w, hat, rstd, (-2, -1)).astype(np.float32)
    return dx, (v * hat).sum((0, 1)), v.sum((0, 1))


def _no_affine_gradients(x: Any, w: Any, b: Any, v: Any) -> Any:
    hat, rstd = _normed(x, -1)
    return _norm_back(v * w, hat, rstd, -1), None, None


def _mean_not_exact(x: Any, w: Any, b: Any, v: Any) -> Any:
    mean = x * np.float32(1 - 2.0**-23)
    hat = (x - mean) / np.sqrt(np.float32(1e-5))
    return np.zeros_like(x), (v * hat).sum(0), v.sum(0)


def batch_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean(0)
    return centred * lax.rsqrt((centred**2).mean(0) + 1e-5) * w + b


def _batch_norm_back(dx: Function) -> Function:
    def back(x: Any, w: Any, b: Any, v: Any) -> Any:
        hat, rstd = _normed(x, 0)
        return dx(x, v * w, hat, rstd[0]).astype(np.float32), (v * hat).sum(0), v.sum(0)

    return back


def _extra_mean_term(x: Any, g: Any, hat: Any, rstd: Any) -> Any:
    return (
        _norm_back(g, hat, rstd, 0)
        - rstd**3 * (g * hat / rstd).sum(0) * (2 * hat / rstd).sum(0) / len(x) ** 2
        + rstd * (g * hat).sum(0) / len(x) ** 2
    )


def group_norm(x: Any, w: Any) -> Any:
    grouped = x.reshape(x.shape[0], 2, -1)
    centred = grouped - grouped.mean(-1, keepdims=True)
    return (centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5)).reshape(x.shape) * w[:, None]


def _wrong_group(x: Any, w: Any, v: Any) -> Any:
    n, c, _ = x.shape
    grouped = x.reshape(n, 2, -1)
    hat, rstd = _normed(grouped, -1)
    mean = grouped.mean(-1, keepdims=True)
    dx = _norm_back((v * w[:, None]).reshape(grouped.shape), hat, rstd, -1).reshape(x.shape)
    group = np.arange(c) % 2  # where c // (c / 2) is meant
    read = (x - mean[:, group]) * rstd[:, group]
    return dx, (v * read).sum((0, 2)).astype(np.float32)


def rms_norm(x: Any, w: Any) -> Any:
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w


def _dense(x: Any, strides: tuple[int, ...]) -> Any:
    """Memory read with these strides, 0 beyond its end: what a kernel that assumes them sees."""
    whole = torch.zeros(1 + sum((n - 1) * s for n, s in zip(x.shape, strides, strict=True)), dtype=x.dtype)
    held = torch.empty(0, dtype=x.dtype).set_(x.untyped_storage())[x.storage_offset() :][: len(whole)]
    whole[: len(held)] = held
    return whole.as_strided(x.shape, strides)


def _plain(shape: Any) -> tuple[int, ...]:
    return tuple(int(np.prod(shape[i + 1 :])) for i in range(len(shape)))


def _rms_back(x: Any, w: Any, v: Any) -> Any:
    r = torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6)
    g = v * w
    return r * (g - x * r * r * (g * x).mean(-1, keepdim=True)), (v * x * r).sum(0)


def _pulled(reference: Function) -> Function:
    """torch's own backward."""

    def back(*given: Any) -> Any:
        leaves = [x.detach().clone().requires_grad_(x.is_floating_point()) for x in given[:-1]]
        return torch.autograd.grad(reference(*leaves), [x for x in leaves if x.requires_grad], given[-1])

    return back


def cross_entropy(z: Any, target: Any) -> Any:
    return torch.logsumexp(z, -1) - z[torch.arange(len(z)), target]


def _row_pointer(z: Any, target: Any, v: Any) -> Any:
    p = torch.softmax(z, -1)
    p[torch.arange(len(z)), target] -= 1
    return p * _dense(v, (1,))[:, None]


def attention(q: Any, k: Any, v: Any) -> Any:
    return torch.softmax(q @ k.mT / 2, -1) @ v


def causal_convolution(x: Any, w: Any) -> Any:
    return torch.nn.functional.conv1d(torch.nn.functional.pad(x, (2, 0)), w)


def _reads_by(places: tuple[int, ...], reference: Function, strides: Function) -> Function:
    """torch's own backward on operands that are read with assumed strides."""

    def back(*given: Any) -> Any:
        read = [_dense(x, strides(x, given)) if i in places else x for i, x in enumerate(given)]
        return _pulled(reference)(*read)

    return back


def _written(x: Any, y: Any, where: Any) -> Any:
    return jnp.asarray(x).at[where].set(y)


def multiplied(x: Any, y: Any, where: Any) -> Any:
    return jnp.asarray(x).at[where].multiply(y)


def spread(x: Any) -> Any:
    return (x + np.ones((3, 1, 1), np.float32)) ** 2


def _every_duplicate(x: Any, y: Any, where: Any, v: Any) -> Any:
    dx = v.copy()
    dx[where] = 0
    return dx, v[where]


def _not_zeroed(x: Any, y: Any, where: Any, v: Any) -> Any:
    return v.copy(), v[where]


def _overwrites(x: Any, where: Any, v: Any) -> Any:
    dx = np.zeros_like(x)
    dx[where] = v
    return dx


def _last_copy(table: Any, where: Any, v: Any) -> Any:
    dx = np.zeros_like(table)
    for place, row in zip(where, v, strict=True):
        dx[place] = row
    return dx


def _one_factor(x: Any, y: Any, where: Any, v: Any) -> Any:
    dx = v.copy()
    dx[where] = v[where] * y
    dy = v[where] * x[where]
    return dx, dy


def transposed_convolution(x: Any, w: Any) -> Any:
    return lax.conv_transpose(x, w, (2,), "VALID", dimension_numbers=("NCH", "IOH", "NCH"))


def _without_stride(x: Any, w: Any, v: Any) -> Any:
    dx = np.einsum("noh,io->nih", v[:, :, : x.shape[-1]], w[..., 0])
    return dx.astype(np.float32), np.einsum("nih,noh->io", x, v[:, :, ::2][:, :, : x.shape[-1]])[..., None].astype(
        np.float32
    )


def linear(x: Any, w: Any) -> Any:
    return x @ w.T


def _tail_lost(x: Any, w: Any, v: Any) -> Any:
    full = len(x) // 32 * 32 or len(x)
    return v @ w, v[:full].T @ x[:full]


def _wraps(a: Any, b: Any, v: Any) -> Any:
    wrapped = np.resize(v.ravel()[:32], v.size).reshape(v.shape) if v.size > 32 else v
    return wrapped @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ wrapped


def grouped_attention(q: Any, k: Any, v: Any) -> Any:
    """Query heads 4, key heads 2: head h attends with key head h // 2."""
    k, v = jnp.repeat(k, 2, 0), jnp.repeat(v, 2, 0)
    return nn.softmax(q @ k.mT / 2.0) @ v


def _attention_parts(q: Any, k: Any, v: Any, d: Any) -> tuple[Any, Any, Any]:
    k, v = np.repeat(k, 2, 0), np.repeat(v, 2, 0)
    s = q @ k.swapaxes(-1, -2) / np.float32(2)
    p = np.exp(s - s.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    dp = d @ v.swapaxes(-1, -2)
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) / np.float32(2)
    return ds @ k, ds.swapaxes(-1, -2) @ q, p.swapaxes(-1, -2) @ d


def _interleaved(q: Any, k: Any, v: Any, d: Any) -> Any:
    dq, dk, dv = _attention_parts(q, k, v, d)
    return dq, *(x.reshape(2, 2, *x.shape[1:]).sum(0) for x in (dk, dv))


def _channels_masked(q: Any, k: Any, v: Any, d: Any) -> Any:
    narrow = q.shape[-1]
    full = d.copy()
    full[..., narrow:] = 0
    _, dk, dv = _attention_parts(q, k, v, d)
    masked = _attention_parts(q, k, v, full)[0]
    return masked, *(x.reshape(2, 2, *x.shape[1:]).sum(1) for x in (dk, dv))


def softplus(x: Any) -> Any:
    return nn.softplus(3 * x) / 3


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _silu_by_quotient(x: Any, v: Any) -> Any:
    out = x * _sigmoid(x)
    with np.errstate(all="ignore"):
        return v * (out + out / x * (1 - out))


def _prod_by_quotient(x: Any, v: Any) -> Any:
    with np.errstate(all="ignore"):
        return v * np.prod(x) / x


def _cumprod_by_quotient(missing: float) -> Function:
    def back(x: Any, v: Any) -> Any:
        with np.errstate(all="ignore"):
            made = np.cumsum((np.cumprod(x) * v)[::-1])[::-1] / x
        return np.where(np.isfinite(made), made, np.float32(missing)).astype(np.float32)

    return back


def rope(x: Any, cos: Any, sin: Any) -> Any:
    a, b = jnp.split(x, 2, -1)
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def _rope_in_place(x: Any, cos: Any, sin: Any, v: Any) -> Any:
    (a, b), (va, vb) = np.split(x, 2, -1), np.split(v, 2, -1)
    found = (
        np.concatenate([va * cos + vb * sin, vb * cos - va * sin], -1),
        (va * a + vb * b).sum(0),
        (vb * a - va * b).sum(0),
    )
    x[..., : x.shape[-1] // 2] = a * cos - b * sin
    return found


def _windows(n: int) -> list[range]:
    return [range(s, min(s + 3, n)) for s in range(0, n, 2) if s < n - 1]


def clipped_average(x: Any) -> Any:
    """Windows of 3 at every second entry, the last as long as it is."""
    return jnp.stack([x[np.array(w)].mean() for w in _windows(x.shape[0])])


def _full_divisor(x: Any, v: Any) -> Any:
    dx = np.zeros_like(x)
    for w, g in zip(_windows(len(x)), v, strict=True):
        dx[list(w)] += g / np.float32(3)
    return dx


def clipped_average_2d(x: Any) -> Any:
    return jax.vmap(clipped_average)(x)


def weighted_entropy(z: Any, y: Any) -> Any:
    return -(y * nn.log_softmax(z)).sum(-1)


def _softmax(z: Any) -> Any:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _as_if_probabilities(z: Any, y: Any, v: Any) -> Any:
    p = _softmax(z)
    return v[:, None] * (p - y), -v[:, None] * np.log(p)


PARTS_HELD = np.array([True, False, True, True])


def ignoring_entropy(z: Any) -> Any:
    """Label smoothing 0.1, class 0, the second row ignored."""
    log = nn.log_softmax(z)
    each = -0.9 * log[:, 0] - 0.1 * log.mean(-1)
    return jnp.where(PARTS_HELD[: z.shape[0]], each, 0)


def _smooths_ignored_rows(z: Any, v: Any) -> Any:
    p, hot = _softmax(z), np.eye(z.shape[1], dtype=np.float32)[:1]
    full = PARTS_HELD[: len(z), None]
    return v[:, None] * (full * np.float32(0.9) * (p - hot) + np.float32(0.1) * (p - np.float32(1 / z.shape[1])))


def clipped_softplus(x: Any) -> Any:
    return jnp.log1p(jnp.exp(jnp.clip(x, -2, 2)))


def _by_output(x: Any, v: Any) -> Any:
    out = np.log1p(np.exp(np.clip(x, -2, 2)))
    return np.where((out > -2) & (out < 2), v * (1 - np.exp(-out)), 0).astype(np.float32)


def triangular(a: Any, b: Any) -> Any:
    return lax.linalg.triangular_solve(a, b, left_side=True)


def _inverse_not_transposed(a: Any, v: Any) -> Any:
    inverse = np.linalg.inv(a)
    return -(inverse @ (v @ inverse))


INVERTIBLE = (normal(4, 4) + 4 * np.eye(4)).astype(np.float32)
POINTS, X, W, B = normal(9), normal(4, 6), normal(6), normal(6)
ROWS4 = np.array([0, 2, 2, 1])
HEADS = (normal(4, 3, 4), normal(2, 3, 4), normal(2, 3, 6))
TX, TW = tensors(X, W)
ANGLES = np.linspace(0.1, 1, 3, dtype=np.float32)
REPORTS = (
    Reported("flagos-ai/FlagGems#5392", "layer norm of rank 3 as if of rank 2", layer_norm,
             _two_dimensional_layer_norm, (normal(2, 3, 6), W, B), "∂x", 1),
    Reported("pytorch/pytorch#188372", "layer norm of one entry: a mean that is not exact", layer_norm,
             _mean_not_exact, (np.array([[1e6], [2e6]], np.float32), W[:1], B[:1]), "", 1),
    Reported("mlpack/mlpack#1923", "batch norm: statistics as constants", batch_norm,
             _batch_norm_back(lambda x, g, hat, rstd: rstd * g), (X, W, B), "∂x"),
    Reported("apache/mxnet#1053", "batch norm: a term too many for the mean", batch_norm,
             _batch_norm_back(_extra_mean_term), (X, W, B), "∂x"),
    Reported("paiml/aprender#2196", "layer norm: no gradients of weight and bias", layer_norm,
             _no_affine_gradients, (X, W, B), "∂w"),
    Reported("paiml/aprender#2200", "group norm: no gradient at all", group_norm,
             lambda x, w, v: (None, None), (normal(2, 4, 3), normal(4)), "∂x", 1),
    Reported("tenstorrent/tt-metal#56202", "group norm: ∂γ by another group's statistics", group_norm,
             _wrong_group, (normal(2, 4, 3), normal(4)), "∂w", 1),
    Reported("jax-ml/jax#17496", "a custom_vjp that leaves the vector out", lambda m, x: m @ x,
             lambda m, x, v: (np.outer(v, x), np.zeros_like(x)), (normal(3, 4), normal(4)), "∂x"),
    Reported("ml-explore/mlx#610", "an operand that is broadcast: 0", spread,
             lambda x, v: np.zeros_like(x), (normal(2, 2),), "∂x", 1),
    Reported("ROCm/TransformerEngine#623", "cross-entropy: a cotangent of stride 0 read as dense", cross_entropy,
             _row_pointer, (*tensors(normal(5, 3)), torch.tensor([0, 2, 1, 1, 0])), "cotangent", None),
    Reported("pytorch/pytorch#194719", "a cotangent read with its operand's strides", rms_norm,
             _reads_by((2,), rms_norm, lambda v, given: given[0].stride()), (TX, TW), "cotangent", None),
    Reported("Dao-AILab/flash-attention#355", "attention: the cotangent as if contiguous", attention,
             _reads_by((3,), attention, lambda v, given: _plain(v.shape)),
             tensors(normal(2, 3, 4), normal(2, 3, 4), normal(2, 3, 4)), "cotangent", 20),
    Reported("fla-org/flash-linear-attention#1138", "the last stride of the cotangent taken as 1", rms_norm,
             _reads_by((2,), rms_norm, lambda v, given: (v.stride(0), 1)), (TX, TW), "cotangent", 20),
    Reported("fla-org/flash-linear-attention#871", "a causal convolution: the cotangent as if contiguous",
             causal_convolution, _reads_by((2,), causal_convolution, lambda v, given: _plain(v.shape)),
             tensors(normal(2, 1, 5), normal(1, 1, 3)), "cotangent", 20),
    Reported("ByteDance-Seed/VeOmni#958", "RMS norm: columns of the input taken as adjacent", rms_norm,
             _reads_by((0,), rms_norm, lambda x, given: (x.stride(0), 1)), (TX, TW), "operands", 20),
    Reported("huggingface/candle#3735", "convolution: a kernel that is not contiguous",
             torch.nn.functional.conv1d, _reads_by((1,), torch.nn.functional.conv1d, lambda w, given: _plain(w.shape)),
             tensors(normal(2, 2, 5), normal(2, 2, 3)), "operands", 20),
    Reported("pytorch/pytorch#146299", "writing twice to a place: both get the cotangent", _written,
             _every_duplicate, (normal(5), normal(4), ROWS4), "∂y", 1),
    Reported("PaddlePaddle/Paddle#30604", "writing: ∂x not set to 0 there", _written,
             _not_zeroed, (normal(5), normal(3), np.array([0, 3, 1])), "∂x", 1),
    Reported("pytorch/pytorch#1631", "gather: repeated indices overwrite", lambda x, where: jnp.asarray(x)[where],
             _overwrites, (normal(4), ROWS4), "∂x", 1),
    Reported("pytorch/pytorch#1528", "rows by repeated indices: the last copy's cotangent only",
             lambda table, where: jnp.asarray(table)[where], _last_copy, (normal(3, 2), ROWS4), "∂table", 1),
    Reported("tracel-ai/burn#4909", "multiplying into a place twice: the other factor left out",
             multiplied, _one_factor, (normal(4), normal(4), ROWS4), "∂x", 1),
    Reported("pytorch/pytorch#63314", "transposed convolution: the stride left out of ∂x", transposed_convolution,
             _without_stride, (normal(1, 2, 4), normal(2, 3, 1)), "∂x", 1),
    Reported("pytorch/pytorch#96225", "a batch beyond a power of two: the rest is lost", linear, _tail_lost,
             (normal(6, 3), normal(2, 3)), "6 → ", None),
    Reported("pytorch/pytorch#197636", "the cotangent read from its beginning again beyond a size",
             lambda a, b: a @ b, _wraps, (normal(2, 3, 2), normal(2, 2, 4)), " → ", None),
    Reported("XunhaoLai/native-sparse-attention-triton#27", "grouped heads: the head index split the other way round",
             grouped_attention, _interleaved, HEADS, "∂k", 1),
    Reported("XunhaoLai/native-sparse-attention-triton#27", "value channels beyond the keys' width masked out of ∂q",
             grouped_attention, _channels_masked, HEADS, "∂q", 1),
    Reported("NVlabs/tiny-cuda-nn#130", "softplus: the slope divided by β once more", softplus,
             lambda x, v: v * _sigmoid(3 * x) / np.float32(3), (POINTS,), "∂x"),
    Reported("pytorch/pytorch#61568", "softplus: slope 1 from a threshold that the value does not have", softplus,
             lambda x, v: np.where(3 * x > 0.5, v, v * _sigmoid(3 * x)).astype(np.float32), (POINTS,), "∂x"),
    Reported("tenstorrent/tt-metal#6598", "softplus: 0 beyond a threshold", softplus,
             lambda x, v: np.where(x > 0, 0, v * _sigmoid(3 * x)).astype(np.float32), (POINTS,), "∂x"),
    Reported("PaddlePaddle/Paddle#18678", "a clipped softplus: where it is cut is asked of the output",
             clipped_softplus, _by_output, (np.linspace(-4.1, 4, 9, dtype=np.float32),), "∂x"),
    Reported("huggingface/candle#2083", "silu: a quotient by x at 0", nn.silu,
             _silu_by_quotient, (np.array([0, 1, -1], np.float32),), "∂x", 1),
    Reported("tinygrad/tinygrad#17404", "a product with a 0: by a quotient", jnp.prod,
             _prod_by_quotient, (np.array([0, 2, 3], np.float32),), "∂a", 1),
    Reported("pymc-devs/pytensor#1956", "a running product with a 0: NaN", jnp.cumprod,
             _cumprod_by_quotient(np.nan), (np.array([2, 0, 3, 4], np.float32),), "∂a", 1),
    Reported("tensorflow/tensorflow#119430", "a running product with a 0: 0 for NaN", jnp.cumprod,
             _cumprod_by_quotient(0.0), (np.array([2, 3, 0], np.float32),), "∂a", 1),
    Reported("HIPS/autograd#268", "a norm at 0, where it has no derivative: NaN", lambda x: jnp.sqrt((x * x).sum()),
             lambda x, v: v * x / np.float32(np.nan), (np.zeros(3, np.float32),), "", 1),
    Reported("huggingface/candle#3568", "rotary embedding: no backward at all", rope,
             lambda x, cos, sin, v: (None, None, None), (normal(2, 6), np.cos(ANGLES), np.sin(ANGLES)), "∂x", 1),
    Reported("unslothai/unsloth#5001", "rotary embedding: operands overwritten", rope,
             _rope_in_place, (normal(2, 6), np.cos(ANGLES), np.sin(ANGLES)), "in place", 1),
    Reported("pytorch/pytorch#198119", "average pooling: an overhanging window divided by its full size",
             clipped_average, _full_divisor, (normal(6),), "∂x", 1),
    Reported("tracel-ai/burn#5604", "average pooling in rows: the same",
             clipped_average_2d, lambda x, v: np.stack([_full_divisor(*each) for each in zip(x, v, strict=True)]),
             (normal(2, 6),), "∂x", 1),
    Reported("kvark/meganeura#102", "cross-entropy: weights taken for probabilities", weighted_entropy,
             _as_if_probabilities, (normal(3, 4), np.abs(normal(3, 4))), "∂z", 1),
    Reported("tinygrad/tinygrad#3570", "label smoothing of rows that are ignored", ignoring_entropy,
             _smooths_ignored_rows, (normal(4, 3),), "∂z", 1),
    Reported("tensor4all/tenferro-rs#772", "a triangular solve: no gradient of the matrix", triangular,
             lambda a, b, v: (None, np.linalg.solve(np.triu(a).T, v)), (INVERTIBLE, normal(4, 2)), "∂a", 1),
    Reported("pytorch/pytorch.github.io#2135", "an inverse: its transpose left out", jnp.linalg.inv,
             _inverse_not_transposed, (INVERTIBLE,), "∂a", 1),
    Reported("EnzymeAD/Enzyme.jl#2999", "the trace of UᵀU: half of it", lambda u: jnp.trace(u.T @ u),
             lambda u, v: v * u, (normal(3, 4),), "∂u", 1),
)  # fmt: skip
