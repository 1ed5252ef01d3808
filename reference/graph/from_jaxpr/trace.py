"""jax functions as graphs: traced, and executed equation by equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph import Graph
from .equations import as_held, precision_of
from .reader import read


def trace(function: Callable[..., Any], *arguments: Any) -> Graph:
    """The graph of a jax function at these arguments; inputs and outputs are the leaves of its pytrees, in order.

    `arguments` are pytrees of arrays (their values decide branches, loops and random numbers). Raises Unsupported
    with the user's line for what has no row.
    """
    import jax

    leaves = [as_held(x) for x in jax.tree.leaves(arguments)]
    with precision_of(leaves):
        closed = jax.make_jaxpr(function)(*arguments)
        return from_jaxpr(closed, leaves)


class TracedValues(NamedTuple):
    """A graph, and every value in it as jax gives it: equation by equation, each from the floats before."""

    graph: Graph
    values: Mapping[int, Any]


def execute(function: Callable[..., Any], *arguments: Any) -> TracedValues:
    """Trace a jax function and run it equation by equation (eager, no fusion); arrays as NumPy's."""
    import jax

    leaves = [as_held(x) for x in jax.tree.leaves(arguments)]
    with precision_of(leaves):
        closed = jax.make_jaxpr(function)(*arguments)
        reader, graph = read(closed, leaves)
        wanted = {k for node in graph.nodes for k in (*node.operands, *node.results)} | set(graph.outputs)
        return TracedValues(graph, {k: _array(reader.execute(k)) for k in sorted(wanted)})


def _array(x: Any) -> Any:
    return x if str(getattr(x, "dtype", "")).startswith("key") else np.asarray(x)


def from_jaxpr(closed: Any, arguments: Sequence[Any] | None = None) -> Graph:
    """A closed jaxpr as a Graph; `arguments`, one an input, are needed where values decide what is done."""
    return read(closed, arguments)[1]
