"""Pairs that are written otherwise and are the same function; and others, each told by its cause."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement import same_function
from backproof.agreement.porting.port import judge_port
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as torch names it

RNG = np.random.default_rng(3)


def drawn(*shape: int) -> Any:
    return RNG.normal(size=shape).astype(np.float32)


W, V, U, X, WORDS = drawn(4, 4), drawn(4, 12), drawn(4, 4), drawn(5, 4), drawn(7, 4)
LABELS = np.array([1, 0, 5, 6, 2])


def in_torch(loss: Any, *arrays: Any) -> Any:
    return loss, jax.tree.map(torch.tensor, arrays)


def in_jax(loss: Any, *arrays: Any) -> Any:
    return loss, jax.tree.map(jnp.array, arrays)


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.out = nn.Embedding(7, 4), nn.Linear(4, 7, bias=False)
        self.words.weight.data = torch.tensor(WORDS)
        self.out.weight = self.words.weight

    def forward(self, k: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.words(k)))


def tied() -> Any:
    return lambda m, k: F.cross_entropy(m(k), k), (Tied(), torch.tensor(LABELS))


def classes(table: Any, out: Any, k: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(jnp.tanh(table[k]) @ out.T), k[:, None], 1).mean()


def test_tied_weights_on_both_sides() -> None:
    assert same_function(tied(), in_jax(lambda p, k: classes(p, p, k), WORDS, LABELS)).same


def test_weights_tied_on_one_side_alone_are_told_by_name() -> None:
    two = in_jax(lambda p, k: classes(p["table"], p["out"], k), {"table": WORDS, "out": WORDS}, LABELS)
    found = judge_port(tied(), two)
    assert told(found) == [("operand", "words.weight", "out")]
    assert "it holds the numbers of words.weight = table" in " ".join(str(found).split())


def told(found: Any) -> list[tuple[str, str, str]]:
    return [(p.named.convention.id, p.named.first, p.named.second) if p.named else ("", "", "") for p in found.partings]


def test_channels_first_and_last() -> None:
    w, x = drawn(3, 2, 3, 3), drawn(2, 2, 5, 5)

    def mine(k: Any, x: Any) -> Any:
        numbers = ("NHWC", "HWIO", "NHWC")
        return (
            jax.nn.relu(jax.lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=numbers)).max((1, 2)).sum()
        )

    of_second = in_torch(lambda w, x: torch.relu(F.conv2d(x, w, padding=1)).amax((2, 3)).sum(), w, x)
    assert same_function(of_second, in_jax(mine, w.transpose(2, 3, 1, 0), x.transpose(0, 2, 3, 1))).same


def looped(p: Any, x: Any) -> Any:
    h = torch.zeros(4)
    for row in x:
        h = torch.tanh(row @ p["w"].T + h @ p["u"].T)
    return h.square().sum()


def scanned(p: Any, x: Any, turned: bool = True) -> Any:
    def one(h: Any, row: Any) -> Any:
        return jnp.tanh(row @ p["w"].T + h @ (p["u"].T if turned else p["u"])), None

    return jnp.square(jax.lax.scan(one, jnp.zeros(4), x)[0]).sum()


def test_a_scan_and_a_loop() -> None:
    p = {"w": W, "u": U}
    assert same_function(in_torch(looped, p, X), in_jax(scanned, p, X)).same
    wrong = judge_port(in_torch(looped, p, X), in_jax(lambda p, x: scanned(p, x, turned=False), p, X))
    assert told(wrong) == [("transposed-weight", "W", "Wᵀ, W being u")]


SAME: dict[str, tuple[Any, Any]] = {
    "jit inside jit": (
        in_torch(lambda w, x: F.gelu(x @ w).sum(), W, X),
        in_jax(jax.jit(lambda w, x: jax.jit(lambda h: jax.nn.gelu(h, approximate=False))(x @ w).sum()), W, X),
    ),
    "vmap": (
        in_torch(lambda w, x: torch.tanh(x @ w).square().mean(), W, X),
        in_jax(lambda w, x: jnp.square(jax.vmap(lambda row: jnp.tanh(w.T @ row))(x)).mean(), W, X),
    ),
    "an unused parameter": (
        in_torch(lambda p, x: torch.tanh(x @ p["w"]).sum(), {"w": W, "idle": drawn(2)}, X),
        in_jax(lambda p, x: jnp.tanh(x @ p["w"]).sum(), {"w": W}, X),
    ),
    "a dict and a list": (
        in_torch(lambda p, x: torch.tanh(torch.tanh(x @ p["a"]) @ p["b"]).sum(), {"a": W, "b": U}, X),
        in_jax(lambda p, x: jnp.tanh(jnp.tanh(x @ p[0]) @ p[1]).sum(), [W, U], X),
    ),
    "float16": (
        in_torch(lambda w, x: torch.tanh(x @ w).sum(), W.astype(np.float16), X.astype(np.float16)),
        in_jax(lambda w, x: jnp.tanh(x @ w).sum(), W.astype(np.float16), X.astype(np.float16)),
    ),
    "bfloat16": (
        (lambda w, x: torch.tanh(x @ w).sum(), tuple(torch.tensor(a).bfloat16() for a in (W, X))),
        (lambda w, x: jnp.tanh(x @ w).sum(), tuple(jnp.array(a, jnp.bfloat16) for a in (W, X))),
    ),
    "a constant folded": (
        in_torch(lambda w, x: (torch.tanh(x @ w / 8**0.5) * (2 / 3)).sum(), W, X),
        in_jax(lambda w, x: 2 * (jnp.tanh(x @ w * np.float32(8**-0.5)) / 3).sum(), W, X),
    ),
    "dropout in evaluation": (
        in_torch(lambda w, x: F.dropout(torch.tanh(x @ w), 0.5, training=False).sum(), W, X),
        in_jax(lambda w, x: jnp.tanh(x @ w).sum(), W, X),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_function_written_otherwise(name: str) -> None:
    found = same_function(*SAME[name])
    assert found.partings == ()
    assert found.gradients is not None
    assert found.gradients.same


def attended(order: str, soft: Any, split: Any) -> Any:
    def loss(w: Any, x: Any) -> Any:
        parts = dict(zip(order, split(x @ w), strict=True))
        return (soft(parts["q"] @ parts["k"].T / 2) @ parts["v"] * x).sum()

    return loss


THEIRS = in_torch(attended("qkv", lambda s: torch.softmax(s, -1), lambda h: h.chunk(3, -1)), V, X)


@pytest.mark.parametrize(("order", "name"), [("kqv", "query-key"), ("qvk", "operand")])
def test_the_order_of_fused_weights(order: str, name: str) -> None:
    mine = in_jax(attended(order, jax.nn.softmax, lambda h: jnp.split(h, 3, -1)), V, X)
    assert {row[0] for row in told(judge_port(THEIRS, mine))} == {name}


def test_the_weight_of_a_penalty_is_no_mean() -> None:
    of_second = in_torch(lambda w, x: torch.tanh(x @ w).sum() + 1e-2 * w.square().sum(), W, X)
    mine = in_jax(lambda w, x: jnp.tanh(x @ w).sum() + 5e-3 * jnp.square(w).sum(), W, X)
    assert told(judge_port(of_second, mine)) == [("constant", "0.01", "0.005")]


def test_two_layers_of_one_shape_exchanged() -> None:
    of_second = in_torch(lambda p, x: torch.tanh(torch.tanh(x @ p["a"]) @ p["b"]).sum(), {"a": W, "b": U}, X)
    mine = in_jax(lambda p, x: jnp.tanh(jnp.tanh(x @ p["b"]) @ p["a"]).sum(), {"a": W, "b": U}, X)
    assert {row[0] for row in told(judge_port(of_second, mine))} == {"operand"}
