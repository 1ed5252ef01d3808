"""Right kernels in the forms that are in use are never wrong; faults beside them are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.vjp.against_reference import judge_against

jax = pytest.importorskip("jax")
jnp, nn = jax.numpy, jax.nn
F = np.float32
CASES = 14
MASK = np.triu(np.full((4, 4), -1e4, F), 1)
ERF = np.vectorize(__import__("math").erf, otypes=[F])


def normal(*shape: int, scale: float = 1.0, shift: float = 0.0) -> Any:
    return (np.random.default_rng(0).standard_normal(shape) * scale + shift).astype(F)


def shifted(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def through_lse(x: Any) -> Any:
    top = x.max(-1, keepdims=True)
    return np.exp(x - (top + np.log(np.exp(x - top).sum(-1, keepdims=True))))


def base_two(x: Any) -> Any:
    t = x * F(1.4426950408889634)
    e = np.exp2(t - t.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def online(x: Any) -> Any:
    top, total = np.full((*x.shape[:-1], 1), -np.inf, F), np.zeros((*x.shape[:-1], 1), F)
    for k in range(0, x.shape[-1], 4):
        new = np.maximum(top, x[..., k : k + 4].max(-1, keepdims=True))
        total = total * np.exp(top - new) + np.exp(x[..., k : k + 4] - new).sum(-1, keepdims=True)
        top = new
    return np.exp(x - top) / total


def softmax_back(probabilities: Any) -> Any:
    def back(x: Any, v: Any) -> Any:
        p = probabilities(x)
        return p * (v - (p * v).sum(-1, keepdims=True))

    return back


def masked(q: Any, k: Any, v: Any) -> Any:
    return nn.softmax(q @ k.T + MASK[: len(q), : len(k)], -1) @ v


def masked_back(q: Any, k: Any, v: Any, g: Any) -> Any:
    p = shifted(q @ k.T + MASK[: len(q), : len(k)])
    inner = (g * (p @ v)).sum(-1, keepdims=True)
    to_scores = p * (g @ v.T - inner)
    return to_scores @ k, to_scores.T @ q, p.T @ g


def gelu_back(x: Any, v: Any) -> Any:
    density = np.exp(-x * x / 2) * F(1 / np.sqrt(2 * np.pi))
    return v * (F(0.5) * (1 + ERF(x * F(np.sqrt(0.5)))) + x * density)


def silu_back(x: Any, v: Any) -> Any:
    s = 1 / (1 + np.exp(-x))
    return v * s * (1 + x * (1 - s))


def naive(x: Any) -> Any:
    return jnp.exp(x) / jnp.exp(x).sum(-1, keepdims=True)


WIDE = normal(3, 7, scale=30)
RIGHT = {
    "softmax, shifted, of wide logits": (softmax_back(shifted), naive, (WIDE,)),
    "softmax, online": (softmax_back(online), nn.softmax, (WIDE,)),
    "softmax through the log-sum-exp": (softmax_back(through_lse), nn.softmax, (normal(3, 7, shift=1000),)),
    "softmax in base two": (softmax_back(base_two), nn.softmax, (normal(3, 7, shift=-1000),)),
    "attention with an additive mask": (masked_back, masked, (normal(4, 8), normal(4, 8), normal(4, 3))),
    "gelu by 1 + erf": (gelu_back, lambda x: nn.gelu(x, approximate=False), (WIDE,)),
    "silu whose exponential overflows": (silu_back, nn.silu, (WIDE,)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_kernel_in_a_usual_form_is_not_wrong(name: str) -> None:
    kernel, reference, arguments = RIGHT[name]
    report = judge_against(kernel, reference, arguments, cases=CASES)
    assert not report.disagrees, str(report)
    assert report.verdicts[Verdict.ACCURATE] + report.verdicts[Verdict.LOSSY] > report.verdicts[Verdict.BLIND]


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("factor", [-1, 1.01])
def test_the_same_kernel_off_is_wrong(name: str, factor: float) -> None:
    kernel, reference, arguments = RIGHT[name]

    def off(*given: Any) -> Any:
        made = kernel(*given)
        return tuple(p * F(factor) for p in made) if isinstance(made, tuple) else made * F(factor)

    assert judge_against(off, reference, arguments, cases=CASES).verdicts[Verdict.WRONG] > 100


def test_the_wrong_axis_of_a_square_is_seen_though_none_was_given() -> None:
    def back(x: Any, v: Any) -> Any:
        return v - v.mean(0 if len(x) != x.shape[1] else 1, keepdims=True)

    report = judge_against(back, lambda x: x - x.mean(0, keepdims=True), (normal(4, 6),))
    assert report.verdicts[Verdict.WRONG] > 20
    assert "6 → 4" in str(report) or "4 → 6" in str(report)
