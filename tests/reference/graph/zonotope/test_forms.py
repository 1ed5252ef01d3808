"""The bound by forms: an adversary comes near it, and nothing passes it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from backproof.reference.graph.exact import walk
from backproof.reference.graph.from_jaxpr import trace
from backproof.reference.graph.graph import OpenBranch
from backproof.reference.graph.rounding import widen, with_rounded_literals
from backproof.reference.graph.zonotope.execution import COMPILED, OP_BY_OP
from backproof.reference.graph.zonotope.walk import error_radii
from flint import ctx
from helpers.jax_blocks import BLOCKS, block
from helpers.jax_programs import BINARY, ELEMENTWISE, PRODUCTS, PROGRAMS, REDUCTIONS
from helpers.later import long_but
from helpers.rounding_adversary import computed_again, executed, random_sides, worst_sides

LIMIT = 1e9
NEAR = dict.fromkeys(BLOCKS, 0.97) | {
    "MLP": 0.85,
    "ResNet": 0.8,
    "transformer": 0.8,
    "ConvNeXt": 0.7,
    "mixture of experts": 0.7,
}
"""How much of the bound the worst of a few entries must reach."""
OPEN = ("median",)
"""Programs whose integers are open within the running bound: no form is carried through them."""


def bounded(graph: Any, inputs: Any, execution: Any, split: bool = False) -> Any:
    stored = with_rounded_literals(graph)
    try:
        with ctx.workprec(64):
            enclosed = walk(stored, inputs, adjust=widen(stored))
    except OpenBranch:
        return None
    return error_radii(graph, inputs, enclosed, execution, flushes=False, limit=LIMIT, split=split)


def passed(graph: Any, inputs: Any, radii: Any, aim: Any, sides: Any, exact: Any) -> float:
    """The largest error/bound of the outputs in one execution; `aim` are the outputs of the graph it executes."""
    got, worst = executed(graph, inputs, sides), 0.0
    for old, new in zip(radii, aim, strict=True):
        off = np.array([float(abs(x - y).mid()) for x, y in zip(got[new].ravel(), exact[old].ravel(), strict=True)])
        bound = radii[old].ravel()
        worst = max(worst, float(np.max(np.where(off > 0, off / np.where(bound > 0, bound, 1e-300), 0), initial=0)))
    return worst


def gradient(name: str) -> tuple[Any, Any]:
    loss, arguments = block(name)
    leaves = jax.tree.leaves(arguments)
    return trace(lambda *x: jax.grad(loss)(*x), *arguments), [np.asarray(leaf) for leaf in leaves]


@pytest.mark.parametrize(("name", "near"), NEAR.items())
def test_an_adversary_comes_near_and_never_passes(name: str, near: float) -> None:
    graph, inputs = gradient(name)
    with ctx.workprec(128):
        exact, radii = walk(graph, inputs), bounded(graph, inputs, OP_BY_OP)
        assert radii is not None
        rng, ratios = np.random.default_rng(1), []
        for number in list(radii)[:4]:
            entry = int(rng.integers(radii[number].size))
            sides = worst_sides(graph, exact, number, entry)
            ratios.append(passed(graph, inputs, radii, list(radii), sides, exact))
        ratios.append(passed(graph, inputs, radii, list(radii), random_sides(rng), exact))
    assert max(ratios) <= 1
    assert max(ratios) > near


@pytest.mark.parametrize("name", ["MLP", "transformer"])
def test_factors_taken_apart_are_a_little_wider(name: str) -> None:
    graph, inputs = gradient(name)
    with ctx.workprec(128):
        whole, split = (bounded(graph, inputs, OP_BY_OP, way) for way in (False, True))
    assert whole is not None
    assert split is not None
    shares = np.concatenate([(split[k] / np.maximum(whole[k], 1e-300)).ravel() for k in whole])
    assert shares.min() >= 0.999
    assert 1.0 < np.median(shares) < 2


def test_a_graph_that_is_too_large_has_no_forms() -> None:
    graph, inputs = gradient("MLP")
    with ctx.workprec(64):
        enclosed = walk(graph, inputs)
        assert error_radii(graph, inputs, enclosed, OP_BY_OP, flushes=False, limit=1e4) is None


@pytest.mark.parametrize("name", BLOCKS)
def test_what_is_computed_again_for_each_use_is_within_the_bound_of_compiled_programs(name: str) -> None:
    graph, inputs = gradient(name)
    apart = computed_again(graph)
    with ctx.workprec(128):
        exact, radii = walk(graph, inputs), bounded(graph, inputs, COMPILED)
        assert radii is not None
        values, ratios = walk(apart, inputs), []
        aims = [k for k, old in zip(apart.outputs, graph.outputs, strict=True) if graph.values[old].is_float]
        for number in aims[:3]:
            sides = worst_sides(apart, values, number, 0)
            ratios.append(passed(apart, inputs, radii, aims, sides, exact))
    assert max(ratios) <= 1
    assert max(ratios) > 0.25


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_execution_of_a_primitive_passes(name: str) -> None:
    _never_passed(name, np.float32)


@pytest.mark.parametrize("name", long_but(*BINARY, *PRODUCTS, of=[*ELEMENTWISE, *BINARY, *REDUCTIONS, *PRODUCTS]))
def test_what_is_left_of_second_order_is_in_the_bound(name: str) -> None:
    """In half precision it is a part of the bound that one can see."""
    _never_passed(name, np.float16)


NEAR_TIE = np.array([0.3, np.nextafter(np.float32(0.3), np.float32(1))], np.float32)
TIES = {
    "where": lambda x: jnp.where(x > NEAR_TIE[::-1], 3 * x, -x),
    "max": lambda x: jnp.max(x, 0) * jnp.array([3.0, -2.0], jnp.float32),
    "maximum": lambda x: jnp.maximum(x, NEAR_TIE[::-1]) * 3,
    "pool": lambda x: jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (2,), (1,), "SAME") * 3,
    "abs": lambda x: jnp.abs(x - NEAR_TIE[::-1]),
}
"""Programs in which the operand's rounding decides which entry is taken."""


@pytest.mark.parametrize("name", TIES)
def test_both_sides_of_a_tie_are_within_the_bound(name: str) -> None:
    _within(TIES[name], [NEAR_TIE], name)


def _never_passed(name: str, dtype: Any) -> None:
    function, arguments = PROGRAMS[name]
    _within(function, [_cast(x, dtype) for x in arguments], name)


def _within(function: Any, inputs: list[Any], name: str) -> None:
    rng = np.random.default_rng(2)
    graph = trace(lambda *x: _twice(function, x), *inputs)
    with ctx.workprec(128):
        for execution in (OP_BY_OP, COMPILED):
            radii = bounded(graph, inputs, execution)
            if radii is None:
                assert name in OPEN
                continue
            exact = walk(graph, inputs)
            for number in radii:
                sides = [random_sides(rng)]
                sides += [worst_sides(graph, exact, number, 0)] if radii[number].size else []
                assert max(passed(graph, inputs, radii, list(radii), side, exact) for side in sides) <= 1


def _cast(x: Any, dtype: Any) -> Any:
    held = np.asarray(x)
    return held.astype(dtype) if held.dtype.kind == "f" else held


def _twice(function: Any, arguments: Any) -> Any:
    """With operands that are off themselves."""
    return function(*(x * 1.25 / 1.5 * 1.2 if jnp.issubdtype(x.dtype, jnp.floating) else x for x in arguments))
