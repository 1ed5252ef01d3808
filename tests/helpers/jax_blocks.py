"""Eleven blocks that real models are made of, small, in jax: (loss, (parameters, *data)) by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Step = tuple[Callable[..., Any], tuple[Any, ...]]
DTYPE = np.float32


class Drawn:
    """Parameters and data from one seed."""

    def __init__(self, seed: int, dtype: Any) -> None:
        self.rng, self.dtype = np.random.default_rng(seed), dtype

    def __call__(self, *shape: int, scale: float = 0.5) -> Any:
        return np.asarray(self.rng.normal(size=shape) * scale, self.dtype)


def layer_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * w + b


def cross_entropy(z: Any, labels: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], -1).mean()


def mlp(d: Drawn) -> Step:
    def loss(p: Any, x: Any, y: Any) -> Any:
        h = jax.nn.gelu(x @ p["w"] + p["b"], approximate=False)
        return cross_entropy(h @ p["out"], y)

    return loss, ({"w": d(4, 6), "b": d(6), "out": d(6, 3)}, d(5, 4), np.arange(5) % 3)


def convolved(x: Any, w: Any, stride: int = 1) -> Any:
    return lax.conv_general_dilated(x, w, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def batch_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean((0, 1, 2))
    return centred * lax.rsqrt((centred**2).mean((0, 1, 2)) + 1e-3) * w + b


def resnet(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        h = jax.nn.relu(batch_norm(convolved(x, p["w1"]), p["s1"], p["b1"]))
        h = jax.nn.relu(x + batch_norm(convolved(h, p["w2"]), p["s2"], p["b2"]))
        pooled = lax.reduce_window(h, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return (pooled.mean((1, 2)) @ p["out"]).std()

    names = {"w1": d(3, 3, 2, 2), "w2": d(3, 3, 2, 2), "s1": d(2), "b1": d(2), "s2": d(2), "b2": d(2), "out": d(2, 3)}
    return loss, (names, d(2, 4, 4, 2))


def attended(x: Any, p: Any, heads: int, mask: Any) -> Any:
    n, width = x.shape
    q, k, v = (jnp.swapaxes((x @ p[name]).reshape(n, heads, -1), 0, 1) for name in "qkv")
    scores = q @ jnp.swapaxes(k, 1, 2) / np.sqrt(width / heads)
    return jnp.swapaxes(jax.nn.softmax(jnp.where(mask, scores, -1e30)) @ v, 0, 1).reshape(n, width)


def transformer(d: Drawn) -> Step:
    def loss(p: Any, x: Any, y: Any) -> Any:
        h = layer_norm(x, p["w1"], p["b1"])
        x = x + attended(h, p, 2, jnp.tril(jnp.ones((5, 5), bool))) @ p["o"]
        h = layer_norm(x, p["w2"], p["b2"])
        return cross_entropy(x + jax.nn.gelu(h @ p["up"]) @ p["down"], y)

    square = {name: d(4, 4) for name in "qkvo"}
    p = {**square, "w1": d(4), "b1": d(4), "w2": d(4), "b2": d(4), "up": d(4, 6), "down": d(6, 4)}
    return loss, (p, d(5, 4), np.arange(5) % 4)


def rotated(x: Any) -> Any:
    """Rotary positions."""
    n, width = x.shape
    angle = np.outer(np.arange(n), 10000.0 ** (-np.arange(width // 2) / (width // 2))).astype(x.dtype)
    a, b = jnp.split(x, 2, -1)
    return jnp.concatenate([a * jnp.cos(angle) - b * jnp.sin(angle), a * jnp.sin(angle) + b * jnp.cos(angle)], -1)


def modern_transformer(d: Drawn) -> Step:
    """RMS norm, rotary positions, gated silu."""

    def rms(x: Any, w: Any) -> Any:
        return x * lax.rsqrt(jnp.square(x).mean(-1, keepdims=True) + 1e-6) * w

    def loss(p: Any, x: Any, y: Any) -> Any:
        h = rms(x, p["w1"])
        scores = rotated(h @ p["q"]) @ rotated(h @ p["k"]).T / 2.0
        x = x + jax.nn.softmax(scores) @ (h @ p["v"])
        h = rms(x, p["w2"])
        return cross_entropy(x + (jax.nn.silu(h @ p["gate"]) * (h @ p["up"])) @ p["down"], y)

    square = {name: d(4, 4) for name in "qkv"}
    p = {**square, "w1": d(4), "w2": d(4), "gate": d(4, 6), "up": d(4, 6), "down": d(6, 4)}
    return loss, (p, d(5, 4), np.arange(5) % 4)


def lstm(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        def step(state: Any, now: Any) -> Any:
            h, c = state
            i, f, g, o = jnp.split(now @ p["w"] + h @ p["u"] + p["b"], 4)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zero = jnp.zeros(3, x.dtype)
        return jnp.square(lax.scan(step, (zero, zero), x)[1]).sum()

    return loss, ({"w": d(2, 12), "u": d(3, 12), "b": d(12)}, d(4, 2))


def gru(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        def step(h: Any, now: Any) -> Any:
            r, z = jnp.split(jax.nn.sigmoid(now @ p["w"] + h @ p["u"]), 2)
            return (1 - z) * jnp.tanh(now @ p["wn"] + r * (h @ p["un"])) + z * h, None

        return lax.scan(step, jnp.ones(3, x.dtype), x)[0].sum()

    return loss, ({"w": d(2, 6), "u": d(3, 6), "wn": d(2, 3), "un": d(3, 3)}, d(4, 2))


def graph_network(d: Drawn) -> Step:
    """A graph convolution, then attention over edges."""
    senders, receivers = np.array([0, 1, 2, 3, 0, 2, 3]), np.array([1, 2, 3, 0, 2, 0, 1])

    def loss(p: Any, x: Any) -> Any:
        degree = jax.ops.segment_sum(jnp.ones(7, x.dtype), receivers, 4)
        h = jax.nn.relu(jax.ops.segment_sum((x @ p["w"])[senders], receivers, 4) / degree[:, None] + 0.3)
        scores = jax.nn.leaky_relu((h @ p["a"])[senders] + (h @ p["b"])[receivers])
        top = jax.ops.segment_max(scores, receivers, 4)
        weights = jnp.exp(scores - top[receivers])
        weights = weights / jax.ops.segment_sum(weights, receivers, 4)[receivers]
        return jnp.tanh(jax.ops.segment_sum(weights[:, None] * h[senders], receivers, 4)).sum()

    return loss, ({"w": d(3, 4), "a": d(4), "b": d(4)}, d(4, 3))


def convnext(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        depth = lax.conv_general_dilated(
            x, p["deep"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=3
        )
        h = jax.nn.gelu(layer_norm(depth, p["w"], p["b"]) @ p["up"], approximate=False) @ p["down"]
        return jnp.square(x + p["scale"] * h).mean()

    p = {"deep": d(3, 3, 1, 3), "w": d(3), "b": d(3), "up": d(3, 5), "down": d(5, 3), "scale": d(3)}
    return loss, (p, d(2, 4, 4, 3))


def autoencoder(d: Drawn) -> Step:
    def loss(p: Any, x: Any, key: Any) -> Any:
        mean, log_variance = jnp.split(jnp.tanh(x @ p["in"]) @ p["code"], 2, -1)
        z = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape, x.dtype)
        logits = jax.nn.softplus(z @ p["out"]) - 1
        likelihood = (x * jax.nn.log_sigmoid(logits) + (1 - x) * jax.nn.log_sigmoid(-logits)).sum(-1)
        divergence = -0.5 * (1 + log_variance - mean**2 - jnp.exp(log_variance)).sum(-1)
        return (divergence - likelihood).mean()

    return loss, ({"in": d(4, 5), "code": d(5, 4), "out": d(2, 4)}, np.abs(d(3, 4)) / 4, jax.random.PRNGKey(0))


def state_space(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        decay = jnp.exp(-jax.nn.softplus(p["a"]))

        def step(h: Any, now: Any) -> Any:
            h = decay * h + p["b"] * now
            return h, (h * p["c"]).sum()

        return jnp.sin(lax.scan(step, jnp.zeros(4, x.dtype), x)[1]).sum()

    return loss, ({"a": d(4), "b": d(4), "c": d(4)}, d(5))


def experts(d: Drawn) -> Step:
    def loss(p: Any, x: Any) -> Any:
        gates, chosen = lax.top_k(jax.nn.softmax(x @ p["gate"]), 2)
        gates = gates / gates.sum(-1, keepdims=True)
        made = jnp.einsum("ni,eio->neo", x, p["experts"])
        mixed = (jnp.take_along_axis(made, chosen[..., None], 1) * gates[..., None]).sum(1)
        return jnp.log1p(jnp.square(mixed)).mean()

    return loss, ({"gate": d(3, 4), "experts": d(4, 3, 2)}, d(5, 3))


BLOCKS: dict[str, Callable[[Drawn], Step]] = {
    "MLP": mlp,
    "ResNet": resnet,
    "transformer": transformer,
    "modern transformer": modern_transformer,
    "LSTM": lstm,
    "GRU": gru,
    "graph network": graph_network,
    "ConvNeXt": convnext,
    "VAE": autoencoder,
    "state space": state_space,
    "mixture of experts": experts,
}


def block(name: str, dtype: Any = np.float32, seed: int = 0) -> Step:
    return BLOCKS[name](Drawn(seed, dtype))
