"""The same models in jax. `changed` names the convention that is changed; its line ends with its name in brackets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .in_torch import HEADS, D

P = dict[str, Any]
silu, sigmoid = jax.nn.silu, jax.nn.sigmoid


def norm(x: Any, scale: Any, shift: Any, changed: str, axes: Any = -1, eps: float = 1e-5) -> Any:
    where = tuple(range(1, x.ndim)) if changed == "norm-axes" and x.ndim > 2 else axes
    mean = x.mean(where, keepdims=True)  # [norm-axes]
    around = x if changed == "norm-centre" else x - mean
    squares = (around**2).mean(where, keepdims=True)  # [norm-centre]
    if changed == "variance":
        squares = x.var(axes, keepdims=True, ddof=1)  # [variance]
    small = 1e-3 if changed == "epsilon" else eps
    root = jnp.sqrt(squares + small)  # [epsilon]
    if changed == "epsilon-place":
        root = jnp.sqrt(squares) + eps  # [epsilon-place]
    return (x - mean) / root * scale + shift


def gelu(x: Any, changed: str) -> Any:
    if changed == "activation":
        return silu(x)  # [activation]
    return jax.nn.gelu(x, approximate=changed == "gelu")  # [gelu]


def dense(p: P, name: str, x: Any, changed: str = "") -> Any:
    w = p[f"{name}.weight"]
    out = x @ (w if changed == "transposed-weight" else w.T)  # [transposed-weight] [bias]
    return out if changed == "bias" else out + p[f"{name}.bias"]  # [bias]


def classes(logits: Any, labels: Any, changed: str) -> Any:
    if changed == "softmax-twice":
        logits = jax.nn.softmax(logits)  # [softmax-twice]
    logs = jax.nn.log_softmax(logits)  # [softmax-twice]
    picked = jnp.take_along_axis(logs, labels[:, None], 1)
    if changed == "label-smoothing":
        return -(0.9 * picked.mean() + 0.1 * logs.mean())  # [label-smoothing]
    return -picked.sum() if changed == "reduction" else -picked.mean()  # [reduction]


def squares(out: Any, y: Any, changed: str) -> Any:
    total = ((out - y) ** 2).sum()
    return total / (len(y) if changed == "reduction" else y.size)  # [reduction]


def mlp(p: P, x: Any, labels: Any, changed: str) -> Any:
    h = gelu(
        norm(dense(p, "inner", x, changed if changed == "bias" else ""), p["norm.weight"], p["norm.bias"], changed),
        changed,
    )
    h = dense(p, "middle", h, changed if changed == "transposed-weight" else "")
    h = jax.nn.leaky_relu(h, 0.2 if changed == "leaky-slope" else 0.01)  # [leaky-slope]
    return classes(dense(p, "out", h), labels, changed)


def conv(p: P, name: str, x: Any, stride: int, padding: Any, changed: str = "", groups: int = 1) -> Any:
    w = p[f"{name}.weight"]
    w = w[..., ::-1, ::-1] if changed == "kernel-flip" else w
    w = w.swapaxes(2, 3) if changed == "kernel-axes" else w
    padding = {"padding": [(padding[0][0] - 1, padding[0][1] + 1)] * 2 if stride == 1 else "SAME"}.get(changed, padding)
    out = jax.lax.conv_general_dilated(  # [padding] [kernel-flip] [kernel-axes] [bias]
        x, w, (stride, stride), padding, feature_group_count=groups
    )  # [padding] [kernel-flip] [kernel-axes] [bias]
    bias = p.get(f"{name}.bias")
    return out if bias is None or changed == "bias" else out + bias[:, None, None]  # [bias]


def resnet(p: P, x: Any, y: Any, changed: str) -> Any:
    def batch(h: Any, name: str) -> Any:
        scale, shift = (p[f"{name}.{part}"][:, None, None] for part in ("weight", "bias"))
        return norm(h, scale, shift, changed if changed != "norm-axes" else "", (0, 2, 3))

    of_conv = changed if changed.startswith(("kernel", "padding")) else ""
    h = jax.nn.relu(batch(conv(p, "first", x, 2, [(1, 1)] * 2, of_conv), "norm"))
    if changed == "activation":
        h = jax.nn.silu(batch(conv(p, "first", x, 2, [(1, 1)] * 2), "norm"))  # [activation]
    h = batch(conv(p, "second", h, 1, [(1, 1)] * 2), "other")
    short = conv(p, "shortcut", x, 2, [(0, 0)] * 2, "bias" if changed == "bias" else "")
    h = jax.nn.relu(h + short)
    h = h.transpose(0, 2, 3, 1) if changed == "flatten-order" else h
    flat = h.reshape(len(h), -1)
    return squares(flat @ p["out.weight"].T + p["out.bias"], y, changed)  # [flatten-order]


def attention(p: P, x: Any, changed: str) -> Any:
    def split(part: Any) -> Any:
        if changed == "heads":
            return part.reshape(len(x), D // HEADS, HEADS).transpose(2, 0, 1)
        return part.reshape(len(x), HEADS, D // HEADS).transpose(1, 0, 2)

    q, k, v = map(split, jnp.split(dense(p, "qkv", x, "bias" if changed == "bias" else ""), 3, -1))
    q, k = (k, q) if changed == "query-key" else (q, k)
    k, v = (v, k) if changed == "operand" else (k, v)
    scale = {"attention-scale": 1 / D**0.5}.get(changed, 1 / (D // HEADS) ** 0.5)
    scores = q @ k.mT * scale  # [attention-scale] [heads] [causal-mask] [operand] [query-key]
    hidden = np.triu(np.ones((len(x), len(x)), bool), 1)
    masked = jnp.where(hidden, -5.0 if changed == "mask-value" else -jnp.inf, scores)  # [mask-value] [softmax-axis]
    if changed == "causal-mask":
        masked = scores
    weights = jax.nn.softmax(masked, -1)  # [causal-mask]
    if changed == "softmax-axis":
        weights = jax.nn.softmax(masked, 1)  # [softmax-axis]
    mixed = (weights @ v).transpose(1, 0, 2)  # [heads]
    return dense(p, "back", mixed.reshape(len(x), D), "transposed-weight" if changed == "transposed-weight" else "")


def transformer(p: P, words: Any, labels: Any, changed: str) -> Any:
    begin = 1 if changed == "positions" else 0
    places = p["places"][begin : begin + len(words)]  # [positions]
    x = p["words.weight"][words]  # [embedding-scale]
    x = x if changed == "embedding-scale" else x * D**0.5
    x = x + places  # [embedding-scale] [positions]
    of_norm = changed if changed.startswith(("norm", "epsilon", "variance")) else ""
    x = x + attention(p, norm(x, p["before.weight"], p["before.bias"], of_norm), changed)
    h = norm(x, p["after.weight"], p["after.bias"], of_norm)
    x = x + dense(p, "down", gelu(dense(p, "up", h), changed))
    return classes(dense(p, "out", x), labels, changed)


def lstm(p: P, x: Any, y: Any, changed: str) -> Any:
    h = c = jnp.zeros((len(x), 4), x.dtype)
    for t in range(x.shape[1]):
        z = x[:, t] @ p["cell.weight_ih_l0"].T + p["cell.bias_ih_l0"] + h @ p["cell.weight_hh_l0"].T  # [bias]
        z = z if changed == "bias" else z + p["cell.bias_hh_l0"]  # [bias]
        i, f, g, o = jnp.split(z, 4, -1)  # [gate-order]
        if changed == "gate-order":
            i, g, f, o = i, f, g, o
        squashed = jax.nn.relu(g) if changed == "activation" else jnp.tanh(g)  # [gate-order] [activation]
        c = sigmoid(f) * c + sigmoid(i) * squashed  # [gate-order]
        h = sigmoid(o) * jnp.tanh(c)  # [gate-order]
    return squares(dense(p, "out", h), y, changed)


def gru(p: P, x: Any, y: Any, changed: str) -> Any:
    h = jnp.zeros((len(x), 4), x.dtype)
    w, u = p["cell.weight_ih_l0"], p["cell.weight_hh_l0"]
    for t in range(x.shape[1]):
        from_x = jnp.split(x[:, t] @ w.T + p["cell.bias_ih_l0"], 3, -1)  # [gru-reset]
        from_h = jnp.split(h @ u.T + (0 if changed == "bias" else p["cell.bias_hh_l0"]), 3, -1)  # [bias]
        r, z = (sigmoid(a + b) for a, b in zip(from_x[:2], from_h[:2], strict=True))  # [bias] [gate-order] [gru-update]
        r, z = (z, r) if changed == "gate-order" else (r, z)
        inner = r * from_h[2]  # [gate-order] [gru-reset]
        if changed == "gru-reset":
            inner = (r * h) @ u[8:].T + p["cell.bias_hh_l0"][8:]  # [gru-reset]
        n = jnp.tanh(from_x[2] + inner)  # [gru-reset] [gate-order]
        z = 1 - z if changed == "gru-update" else z  # [gru-update]
        h = (1 - z) * n + z * h  # [gru-update] [gate-order]
    return squares(dense(p, "out", h), y, changed)


def convnext(p: P, x: Any, y: Any, changed: str) -> Any:
    of_conv = changed if changed.startswith(("kernel", "padding", "bias")) else ""
    h = conv(p, "deep", x, 1, [(1, 1)] * 2, of_conv, groups=4).transpose(0, 2, 3, 1)  # [bias] [norm-axes]
    h = norm(h, p["norm.weight"], p["norm.bias"], changed, eps=1e-6)
    h = dense(p, "down", gelu(dense(p, "up", h), changed)) * p["scale"]
    h = (x + h.transpose(0, 3, 1, 2)).mean((-2, -1))
    return squares(dense(p, "out", h), y, changed)


NORMS = ("epsilon", "epsilon-place", "variance", "norm-centre")
CONVOLUTIONS = ("padding", "kernel-flip", "kernel-axes")
CLASSES = ("softmax-twice", "label-smoothing", "reduction", "bias")
ATTENTION = ("attention-scale", "query-key", "operand", "heads", "mask-value", "causal-mask", "softmax-axis")
MODELS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "mlp": (mlp, (*NORMS, *CLASSES, "gelu", "activation", "transposed-weight", "leaky-slope")),
    "resnet": (resnet, (*NORMS[:3], *CONVOLUTIONS, "activation", "flatten-order", "bias", "reduction")),
    "transformer": (
        transformer,
        (*NORMS, *CLASSES, *ATTENTION, "gelu", "activation", "transposed-weight", "positions", "embedding-scale"),
    ),
    "lstm": (lstm, ("gate-order", "activation", "bias", "reduction")),
    "gru": (gru, ("gate-order", "gru-update", "gru-reset", "bias", "reduction")),
    "convnext": (convnext, (*NORMS, "norm-axes", *CONVOLUTIONS, "gelu", "activation", "bias", "reduction")),
}
"""By model: its loss, and the conventions that can be changed in it."""


def made(name: str, torch_step: Any, changed: str = "") -> Any:
    """The step with the parameters and data of one of torch."""
    _, (module, *data) = torch_step
    wide = next(module.parameters()).dtype.itemsize == 8
    loss, _ = MODELS[name]
    with jax.enable_x64(wide):
        p = {key: jnp.array(value.detach().numpy()) for key, value in module.named_parameters()}
        arrays = [jnp.array(x.numpy()) for x in data]

    def step(p: P, x: Any, y: Any) -> Any:
        return loss(p, x, y, changed)

    return step, (p, *arrays)


PAIRS = [(name, changed) for name, (_, conventions) in MODELS.items() for changed in conventions]
