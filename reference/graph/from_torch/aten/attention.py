"""Fused attention. The backward rows use the saved output and log-sum-exp."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from ...expression import Expression
from ...graph import Unsupported
from .call import AtenCall, Row
from .reductions import lse

E = Expression


def _scores(call: AtenCall, q: E, k: E, causal: bool, mask: E | None, scale: float | None) -> tuple[E, Any]:
    """q kᵀ/√d with the mask added, and where a causal mask shuts off."""
    by = 1 / sqrt(q.shape[-1]) if scale is None else scale
    scores = q.matmul(k.mT) * by
    if mask is not None:
        scores = scores + mask
    shut = np.triu(np.ones(scores.shape, dtype=bool), 1) if causal else None
    return scores, None if shut is None else E(call.builder, call.builder.constant(shut))


def _opened(scores: E, shut: E | None, value: Any) -> E:
    return scores if shut is None else shut.where(value, scores)


def flash(
    call: AtenCall,
    q: E,
    k: E,
    v: E,
    dropout: float = 0.0,
    causal: bool = False,
    *,
    attn_mask: E | None = None,
    scale: float | None = None,
) -> tuple[E, E]:
    """softmax(q kᵀ/√d + mask) v, and ln Σ e^scores."""
    _no_dropout(call, dropout)
    k, v = _for_each_query(q, k), _for_each_query(q, v)
    scores, shut = _scores(call, q, k, causal, attn_mask, scale)
    scores = _opened(scores, shut, -float("inf"))
    total = lse(scores, (-1,), keepdims=True)
    p = (scores - total).exp()
    return call.stored(p).matmul(v), total.reshape(*total.shape[:-1])


def flash_backward(
    call: AtenCall, g: E, q: E, k: E, v: E, out: E, logsumexp: E, dropout: float, causal: bool, *,
    attn_mask: E | None = None, scale: float | None = None,
) -> tuple[E, E, E]:  # fmt: skip
    """∂V = pᵀg, ∂S = p (g vᵀ − Σ g·out), ∂Q = ∂S k/√d, ∂K = ∂Sᵀ q/√d."""
    by = 1 / sqrt(q.shape[-1]) if scale is None else scale
    heads, k, v = k.shape[1], _for_each_query(q, k), _for_each_query(q, v)
    scores, shut = _scores(call, q, k, causal, attn_mask, scale)
    p = _opened((scores - logsumexp.reshape(*logsumexp.shape, 1)).exp(), shut, 0.0)
    inner = (g * out).sum((-1,), keepdims=True)
    to_scores = p * (g.matmul(v.mT) - inner)
    to_scores, p = call.stored(to_scores), call.stored(p)
    to_k, to_v = to_scores.mT.matmul(q) * by, p.mT.matmul(g)
    return to_scores.matmul(k) * by, _over_queries(to_k, heads), _over_queries(to_v, heads)


def _for_each_query(q: E, k: E) -> E:
    """Heads of keys or values, each for all the queries that share it."""
    n, heads, *rest = k.shape
    if heads == q.shape[1]:
        return k
    spread = k.reshape(n, heads, 1, *rest).expand((n, heads, q.shape[1] // heads, *rest))
    return spread.reshape(n, q.shape[1], *rest)


def _over_queries(x: E, heads: int) -> E:
    """Σ over the queries that share a head."""
    n, queries, *rest = x.shape
    return x if queries == heads else x.reshape(n, heads, queries // heads, *rest).sum((2,))


def _no_dropout(call: AtenCall, dropout: float) -> None:
    if dropout:
        raise Unsupported(f"{call.executed}: dropout inside a fused attention, whose random numbers are not shown")


ATTENTION: dict[str, Row] = {
    "_scaled_dot_product_flash_attention_for_cpu": flash,
    "_scaled_dot_product_flash_attention_for_cpu_backward": flash_backward,
}
