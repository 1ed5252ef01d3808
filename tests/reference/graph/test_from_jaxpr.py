"""What the front end for jax refuses, notes, stops and keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backproof.reference.graph.adjoint import gradient_of
from backproof.reference.graph.arrays import filled, lift, to_floats
from backproof.reference.graph.exact import walk
from backproof.reference.graph.from_jaxpr import execute, trace
from backproof.reference.graph.graph import OpenBranch, Unsupported
from flint import arb, ctx
from helpers.every import every

jax = pytest.importorskip("jax")
jnp, lax = jax.numpy, jax.lax
X = np.array([0.5, -1.0, 2.0], np.float32)


def test_an_unknown_primitive_is_named_with_the_user_s_line() -> None:
    def inner(x: Any) -> Any:
        return jnp.linalg.eigh(jnp.outer(x, x))[0]

    with pytest.raises(Unsupported, match=r"no row for the primitive eigh at .*test_from_jaxpr\.py:\d+ \(.*inner\)"):
        trace(lambda x: inner(x) * 2, abs(X))


def test_complex_numbers_are_refused() -> None:
    with pytest.raises(Unsupported, match=r"complex|fft"):
        trace(lambda x: jnp.fft.fft(x).real, X)


def test_a_branch_is_judged_as_taken_and_said() -> None:
    graph = trace(lambda x: lax.cond(x[0] > 0, jnp.sin, jnp.cos, x), X)
    assert {node.primitive for node in graph.nodes} == {"sin"}
    assert any("judged as taken: number 1" in note for note in graph.notes)


def test_a_loop_that_depends_on_numbers_is_said() -> None:
    graph = trace(lambda x: lax.while_loop(lambda a: a[0] < 10, lambda a: a * 2, x), X)
    assert any("judged as taken: 5 rounds" in note for note in graph.notes)


def test_a_loop_without_an_end_in_sight_is_refused() -> None:
    with pytest.raises(Unsupported, match="more than 10,000 rounds"):
        trace(lambda x: lax.fori_loop(0, 20_000, lambda i, a: a, x), X)


def test_random_numbers_are_as_executed_and_said() -> None:
    def noisy(x: Any) -> Any:
        return x * jax.random.uniform(jax.random.key(3), x.shape)

    graph = trace(noisy, X)
    assert graph.notes == ("random numbers are taken as executed",)
    with ctx.workprec(100):
        values = walk(graph, [X])
    np.testing.assert_allclose(to_floats(values[graph.outputs[0]]), noisy(X), rtol=1e-6)


def test_keys_as_arguments() -> None:
    graph = trace(lambda key, x: x + jax.random.normal(key, x.shape), jax.random.key(0), X)
    with ctx.workprec(100):
        values = walk(graph, [None, X])
    assert np.isfinite(to_floats(values[graph.outputs[0]])).all()


def test_a_stop_passes_no_cotangent_and_is_listed() -> None:
    graph = trace(lambda x: (lax.stop_gradient(x) * x).sum(), X)
    assert [node.primitive for node in graph.stops] == ["stop_gradient"]
    with ctx.workprec(100):
        values = walk(graph, [X])
        (computed,) = gradient_of(graph, values, {graph.outputs[0]: filled((), 1)})
    np.testing.assert_array_equal(to_floats(computed), X)


def test_a_custom_rule_is_kept_and_can_be_asked_alone() -> None:
    @jax.custom_vjp
    def triple(x: Any) -> Any:
        return 3 * x

    triple.defvjp(lambda x: (triple(x), None), lambda _, v: (4 * v,))
    graph = trace(lambda x: triple(x).sum(), X)
    (call,) = graph.calls
    assert (call.name, call.kind) == ("triple", "custom_vjp")
    assert graph.nodes[0].calls == (0,)
    rule = call.derivative()
    with ctx.workprec(100):
        values = walk(rule, [X, np.ones(3, np.float32)])
    np.testing.assert_array_equal(to_floats(values[rule.outputs[0]]), [4, 4, 4])


def test_dead_code_is_left_out() -> None:
    graph = trace(lambda x: (jnp.exp(x), x * 2)[1], X)
    assert [node.primitive for node in graph.nodes if node.primitive == "exp"] == []


def test_every_value_as_executed() -> None:
    graph, values = execute(jax.grad(lambda x: jax.nn.gelu(x).sum()), X)
    assert {k for node in graph.nodes for k in node.results} <= values.keys()
    np.testing.assert_array_equal(values[graph.outputs[0]], jax.grad(lambda x: jax.nn.gelu(x).sum())(X))


def test_double_precision_stays_where_the_argument_has_it() -> None:
    graph = trace(lambda x: x * 2, X.astype(np.float64))
    assert graph.values[graph.outputs[0]].dtype == "float64"


def test_masks_of_minus_infinity_pass() -> None:
    mask = np.array([True, False, True])
    graph = trace(lambda x: jax.nn.softmax(jnp.where(mask, x, -jnp.inf)), X)
    with ctx.workprec(200):
        values = walk(graph, [X])
        (computed,) = gradient_of(graph, values, {graph.outputs[0]: lift(np.array([1.0, 2.0, 3.0]))})
    assert np.isfinite(to_floats(computed)).all()
    assert computed[1] == 0


@pytest.mark.parametrize(
    ("function", "slopes"),
    [
        (lambda x: jnp.maximum(x, 1.0), (0, 1)),
        (jnp.abs, None),
        (lambda x: x.max(), (0, 1)),
        (lambda x: jnp.sort(x)[-1], (0, 1)),
    ],
)
def test_both_branches_at_a_tie(function: Any, slopes: tuple[int, int] | None) -> None:
    x = np.array([0.0, 0.0], np.float32) if slopes is None else np.array([1.0, 1.0], np.float32)
    graph = trace(function, x)
    with ctx.workprec(100):
        values = walk(graph, [x])
        start = filled(graph.values[graph.outputs[0]].shape, 1)
        (computed,) = gradient_of(graph, values, {graph.outputs[0]: start})
    if function.__name__ == "<lambda>" and "sort" in function.__code__.co_names:
        assert [float(v) for v in computed] == [0, 1]  # equal floats keep their order: what is executed is decided
        return
    low, high = slopes or (-1, 1)
    assert every(v.contains(arb(low)) and v.contains(arb(high)) for v in computed)


def test_a_tie_that_decides_an_integer_is_told() -> None:
    graph = trace(lambda x: jnp.argmax(jnp.sin(x) ** 2 + jnp.cos(x) ** 2), X)
    with ctx.workprec(100), pytest.raises(OpenBranch, match=r"argmax.*in argmax at .*test_from_jaxpr"):
        walk(graph, [X])
