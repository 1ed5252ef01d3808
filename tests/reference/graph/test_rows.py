"""Every row: its value and its pullback beside jax's, in float64."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np
import pytest
from backproof.reference.graph.adjoint import gradient_of
from backproof.reference.graph.arrays import lift, to_floats
from backproof.reference.graph.exact import walk
from backproof.reference.graph.from_jaxpr import trace
from backproof.reference.graph.rows import PRIMITIVES
from flint import ctx
from helpers.jax_programs import PROGRAMS
from helpers.later import long_but

QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""Compiled once and run once."""
OURS = {"take", "put", "put_add", "trunc", "pvary", "matrix_exp"}
"""Rows that no jaxpr has; they are tested by themselves."""


def _floats(values: Any, numbers: Any) -> list[Any]:
    return [to_floats(values[k]) for k in numbers]


def _with_pullback(function: Any, cotangents: Any, *arguments: Any) -> tuple[Any, tuple[Any, ...]]:
    value, pull = jax.vjp(function, *arguments)
    return value, pull(cotangents)


@pytest.mark.parametrize("name", long_but(*(name for name in PROGRAMS if not name.startswith("cum")), of=PROGRAMS))
def test_value_and_pullback(name: str) -> None:
    function, arguments = PROGRAMS[name]
    graph = trace(function, *arguments)
    with jax.enable_x64(True):
        shapes = jax.eval_shape(function, *arguments)
        cotangents = jax.tree.map(lambda x: np.random.default_rng(1).standard_normal(x.shape), shapes)
        expected, given = jax.jit(partial(_with_pullback, function), compiler_options=QUICKLY)(cotangents, *arguments)
    with ctx.workprec(200):
        values = walk(graph, jax.tree.leaves(arguments))
        starts = {k: lift(v) for k, v in zip(graph.outputs, jax.tree.leaves(cotangents), strict=True)}
        computed = gradient_of(graph, values, starts)
    for got, wanted in zip(_floats(values, graph.outputs), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-13)
    for mine, theirs in zip(computed, given, strict=True):
        np.testing.assert_allclose(to_floats(mine), theirs, rtol=1e-12, atol=1e-12)


def _primitives_of(name: str) -> set[str]:
    function, arguments = PROGRAMS[name]
    forward = trace(function, *arguments)

    def derived(*given: Any) -> Any:
        out, pull = jax.vjp(function, *given)
        return pull(jax.tree.map(lambda x: x, out))

    backward = trace(derived, *arguments)
    return {node.primitive for graph in (forward, backward) for node in graph.nodes}


def test_every_row_is_tried() -> None:
    seen = set().union(*map(_primitives_of, PROGRAMS))
    assert PRIMITIVES.keys() - seen - OURS == set()
