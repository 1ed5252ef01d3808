"""What correct executions give lies in the enclosure, and what is off by four bounds does not."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from backproof.reference.graph.arrays import lift, magnitudes
from backproof.reference.graph.contract import Contract, Pullback
from backproof.reference.graph.from_jaxpr import precision_of, trace
from flint import arb, ctx
from helpers.every import every, none_of
from helpers.later import long_but

jax = pytest.importorskip("jax")
jnp, lax, nn = jax.numpy, jax.lax, jax.nn
RNG = np.random.default_rng(5)


def layer_norm(x: Any, w: Any, b: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred * lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * w + b


def attention(q: Any, k: Any, v: Any) -> Any:
    return nn.softmax(q @ k.T / 8.0**0.5) @ v


def convolution(x: Any, w: Any) -> Any:
    return nn.gelu(lax.conv(x, w, (1,), "SAME"))


FUNCTIONS = {
    "layer_norm": (layer_norm, ((6, 16), (16,), (16,))),
    "attention": (attention, ((12, 8), (12, 8), (12, 8))),
    "convolution": (convolution, ((2, 3, 9), (4, 3, 3))),
    "mlp": (lambda x, w, u: jnp.tanh(x @ w) @ u, ((5, 7), (7, 9), (9, 3))),
    "logsumexp": (lambda x: nn.logsumexp(x, -1), ((6, 11),)),
    "cumulative": (lambda x: jnp.cumsum(jnp.exp(x), 1) * x, ((4, 9),)),
    "embedding": (lambda t: nn.silu(t[np.array([0, 2, 2, 1, 2])]), ((3, 4),)),
    "norm": (jnp.linalg.norm, ((5, 4),)),
    "max pool": (lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (3,), (1,), "SAME"), ((9,),)),
    "cumulative maximum": (lambda x: lax.cummax(x, 0) * lax.cumlogsumexp(x, 0), ((9,),)),
    "product": (lambda x: x.prod(1), ((4, 6),)),
}


def _case(name: str, dtype: str, seed: int) -> tuple[Any, list[Any], Any, Pullback]:
    function, shapes = FUNCTIONS[name]
    rng = np.random.default_rng(seed)
    arguments = [np.asarray(jnp.asarray(rng.standard_normal(s), "float32")).astype(dtype) for s in shapes]
    with precision_of(arguments):
        out = jax.eval_shape(function, *arguments)
    cotangent = rng.standard_normal(out.shape).astype(np.float32).astype(dtype)
    graph = trace(function, *arguments)
    pullback = Pullback(graph, arguments, {graph.outputs[0]: lift(cotangent, str(cotangent.dtype))}, graph.inputs)
    return function, arguments, cotangent, pullback


def _gradients(function: Any, arguments: list[Any], cotangent: Any, jit: bool) -> list[Any]:
    with precision_of(arguments):
        found = _pullback(function, jit)(*map(jnp.asarray, arguments), jnp.asarray(cotangent))
        return [np.asarray(g) for g in found]


@cache
def _pullback(function: Any, jit: bool) -> Any:
    """One function for all seeds, so that jax compiles it once."""

    def back(*given: Any) -> Any:
        return jax.vjp(function, *given[:-1])[1](given[-1])

    return jax.jit(back) if jit else back


DTYPES = ("float32", "float64", "bfloat16", "float16")
QUICK = [(name, "float32") for name in ("layer_norm", "attention", "mlp", "max pool")] + [
    ("mlp", "float64"),
    ("mlp", "bfloat16"),
]


@pytest.mark.parametrize(("name", "dtype"), long_but(*QUICK, of=product(FUNCTIONS, DTYPES)))
def test_jax_lies_in_the_enclosure(name: str, dtype: str) -> None:
    import ml_dtypes

    held = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
    for seed in range(3):
        function, arguments, cotangent, pullback = _case(name, held, seed)
        with ctx.workprec(160):
            allowed = pullback.enclosed(Contract(flushes=True), textbook=True)
        for jit in (False, True):
            for found, enclosure in zip(_gradients(function, arguments, cotangent, jit), allowed, strict=True):
                pairs = zip(np.ravel(found).astype(float).tolist(), np.ravel(enclosure), strict=True)
                assert every(ball.contains(arb(x)) for x, ball in pairs), (seed, jit)


LINEAR = {
    "solve": (lambda a, b: jnp.linalg.solve(a + 4 * jnp.eye(5), b), ((5, 5), (5,))),
    "cholesky": (lambda a: jnp.linalg.cholesky(a @ a.T + jnp.eye(4)), ((4, 6),)),
    "triangular": (lambda a, b: lax.linalg.triangular_solve(a + 3 * jnp.eye(4), b, lower=True), ((4, 4), (3, 4))),
}


@pytest.mark.parametrize("dtype", long_but("float32", of=("float32", "float64")))
@pytest.mark.parametrize("name", LINEAR)
def test_linear_systems_do_too(name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTIONS, name, LINEAR[name])
    test_jax_lies_in_the_enclosure(name, dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_four_bounds_off_lies_beside_it(name: str) -> None:
    _, _, _, pullback = _case(name, "float64", 0)
    with ctx.workprec(160):
        for exact, enclosure in zip(pullback.exact(), pullback.enclosed(Contract()), strict=True):
            bound = magnitudes(enclosure - exact)
            entries = zip(np.ravel(exact), np.ravel(bound), np.ravel(enclosure), strict=True)
            assert none_of(b > 0 and ball.contains(e + arb(4 * b)) for e, b, ball in entries)


def test_the_enclosure_is_about_rounding() -> None:
    """Of calm operands it is a small part of the largest entry, in each dtype its own."""
    for dtype, part in (("float64", 1e-12), ("float32", 1e-3)):
        for name in FUNCTIONS:
            _, _, _, pullback = _case(name, dtype, 1)
            with ctx.workprec(160):
                for exact, enclosure in zip(pullback.exact(), pullback.enclosed(Contract()), strict=True):
                    assert magnitudes(enclosure - exact).max() < part * magnitudes(exact).max(), (name, dtype)


def test_overflow_is_noticed() -> None:
    x = np.array([1e30, 1e20], np.float32)
    graph = trace(lambda x: (x * x).sum(), x)
    pullback = Pullback(graph, [x], {graph.outputs[0]: lift(np.float32(1))}, graph.inputs)
    with ctx.workprec(100):
        pullback.enclosed(Contract())
    assert pullback.largest > 1


def test_a_contract_says_what_it_allows() -> None:
    assert str(Contract()) == "as the tensors' dtypes say"
    assert str(Contract(products="tf32", flushes=True)) == "products in tf32, subnormal numbers flushed"
