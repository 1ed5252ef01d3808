"""Attention and functions whose wrong gradients were reported, and the mistakes."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from helpers.reported_basis import Function
from jax import lax, nn
from jax import numpy as jnp


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
