"""A transformer in torch and in jax, two blocks: how long it takes to say that they are the same function.

Run: `python benchmarks/porting.py [WIDTH [TOKENS]]`; prints seconds on the clock and of the processor.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from backproof.agreement.porting.port import judge_port
from torch.nn import functional as F  # noqa: N812 - as torch names it

HEADS, BLOCKS = 4, 2


def parameters(d: int) -> dict[str, Any]:
    """Weights of both blocks, float32."""
    rng = np.random.default_rng(0)
    shapes = {"qkv": (d, 3 * d), "back": (d, d), "up": (d, 4 * d), "down": (4 * d, d), "scale": (d,), "shift": (d,)}
    return {
        f"{name}{k}": (rng.normal(size=shape) / shape[0] ** 0.5).astype(np.float32)
        for k in range(BLOCKS)
        for name, shape in shapes.items()
    }


def in_torch(p: Any, x: Any, y: Any) -> Any:
    """The loss in torch."""
    d = x.shape[-1]
    for k in range(BLOCKS):
        h = F.layer_norm(x, (d,), p[f"scale{k}"], p[f"shift{k}"])
        q, keys, v = (part.unflatten(-1, (HEADS, -1)).transpose(0, 1) for part in (h @ p[f"qkv{k}"]).chunk(3, -1))
        mixed = F.scaled_dot_product_attention(q[None], keys[None], v[None], is_causal=True)[0]
        x = x + mixed.transpose(0, 1).flatten(1) @ p[f"back{k}"]
        x = x + F.gelu(x @ p[f"up{k}"]) @ p[f"down{k}"]
    return F.mse_loss(x, y)


def in_jax(p: Any, x: Any, y: Any) -> Any:
    """The loss in jax."""
    n, d = x.shape
    for k in range(BLOCKS):
        h = (x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt(x.var(-1, keepdims=True) + 1e-5)
        h = h * p[f"scale{k}"] + p[f"shift{k}"]
        q, keys, v = (part.reshape(n, HEADS, -1).swapaxes(0, 1) for part in jnp.split(h @ p[f"qkv{k}"], 3, -1))
        scores = jnp.where(np.tri(n, dtype=bool), q @ keys.mT / (d // HEADS) ** 0.5, -jnp.inf)
        x = x + (jax.nn.softmax(scores) @ v).swapaxes(0, 1).reshape(n, d) @ p[f"back{k}"]
        x = x + jax.nn.gelu(x @ p[f"up{k}"], approximate=False) @ p[f"down{k}"]
    return jnp.square(x - y).mean()


def main(d: int = 64, tokens: int = 32) -> None:
    """Judge the pair once and print."""
    rng = np.random.default_rng(1)
    arrays = (parameters(d), *(rng.normal(size=(tokens, d)).astype(np.float32) for _ in range(2)))
    clock, processor = time.perf_counter(), time.process_time()
    found = judge_port(
        (in_torch, tuple(jax.tree.map(torch.tensor, arrays))), (in_jax, tuple(jax.tree.map(jnp.array, arrays)))
    )
    print(found)
    print(f"{time.perf_counter() - clock:.1f} s, {time.process_time() - processor:.1f} s of the processor")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
