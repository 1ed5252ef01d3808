"""Layers and products whose wrong gradients were reported, and the mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from helpers.reported_basis import Function
from jax import lax
from jax import numpy as jnp


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


def bordered(x: Any, grid: Any) -> Any:
    """Images read at places, with the border beyond it."""
    return torch.nn.functional.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _border_left_out(x: Any, grid: Any, v: Any) -> Any:
    to_x, to_grid = (
        torch.ops.aten.grid_sampler_2d_backward(v, x, grid, 0, padding, False, [True, True]) for padding in (0, 1)
    )
    return to_x[0], to_grid[1]
