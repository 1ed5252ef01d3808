"""Batch norm's running statistics, used after they were updated in the same step."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement.porting.port import judge_port
from helpers.every import every
from torch.nn import functional as F  # noqa: N812 - as torch names it

RNG = np.random.default_rng(0)
W, X, MEAN = (RNG.normal(size=shape).astype(np.float32) for shape in ((3, 4), (5, 3), (4,)))
VAR = RNG.uniform(0.5, 2, 4).astype(np.float32)


def in_torch() -> Any:
    """A step that trains on a batch, then evaluates it with what was kept."""

    def loss(w: Any, x: Any, mean: Any, var: Any) -> Any:
        h, mean, var = (x @ w).detach(), mean.clone(), var.clone()
        trained = torch.tanh(F.batch_norm(x @ w, mean, var, training=True)).sum()
        return trained + F.batch_norm(h, mean, var).square().sum()

    return loss, tuple(torch.tensor(a) for a in (W, X, MEAN, VAR))


def in_jax(decay: float = 0.9, over: int = 1) -> Any:
    def norm(h: Any, mean: Any, var: Any) -> Any:
        return (h - mean) * jax.lax.rsqrt(var + 1e-5)

    def loss(w: Any, x: Any, mean: Any, var: Any) -> Any:
        h = x @ w
        trained = jnp.tanh(norm(h, h.mean(0), h.var(0))).sum()
        h = jax.lax.stop_gradient(h)
        kept_mean = decay * mean + (1 - decay) * h.mean(0)
        kept_var = decay * var + (1 - decay) * h.var(0, ddof=over)
        return trained + jnp.square(norm(h, kept_mean, kept_var)).sum()

    return loss, tuple(jnp.array(a) for a in (W, X, MEAN, VAR))


def test_what_torch_keeps_is_worked_out_exactly() -> None:
    found = judge_port(in_torch(), in_jax())
    assert not found.disagrees, str(found)
    assert found.digits > 60


@pytest.mark.parametrize(
    ("decay", "over", "said"),
    [
        (0.9, 0, {("variance", "a running variance over n − 1", "a running variance over n")}),
        (0.1, 1, {("momentum", "0.9 of the old, 0.1 of the new", "0.1 of the old, 0.9 of the new")}),
        (0.99, 1, {("momentum", "0.9 of the old, 0.1 of the new", "0.99 of the old, 0.01 of the new")}),
        (
            0.1,
            0,
            {
                ("momentum", "0.9 of the old, 0.1 of the new", "0.1 of the old, 0.9 of the new"),
                ("momentum", "0.9 of the old, 0.1 of the new, over n − 1", "0.1 of the old, 0.9 of the new, over n"),
            },
        ),
    ],
)
def test_momentum_and_the_variance_kept_are_named(decay: float, over: int, said: set[tuple[str, str, str]]) -> None:
    found = judge_port(in_torch(), in_jax(decay, over))
    assert {(p.named.convention.id, *p.named.said) for p in found.partings if p.named} == said
    assert every(p.named for p in found.partings)
