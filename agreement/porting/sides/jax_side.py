"""A side in jax: a pytree of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from ....reference.graph.from_jaxpr import precision_of, trace
from ....reference.graph.graph import FLOATS
from ...certificates.jax_subject import JaxSubject
from ...certificates.subject import StepSubject, foreign
from ...errors import UsageError
from .side import DATA, PARAMETER, SWITCH_OFF, Leaf, TracedStep


class JaxSide:
    """`loss(first, *rest)` in jax."""

    framework = "jax"

    def __init__(self, loss: Callable[..., Any], first: Any, rest: Sequence[Any]) -> None:
        self.version, self._loss, self._first, self._rest = jax.__version__, loss, first, tuple(rest)
        self._paths, self._tree = jax.tree_util.tree_flatten_with_path(first)
        self._data = [k for k, x in enumerate(self._rest) if _is_arrays(x)]
        self.leaves = tuple(self._leaf(*held) for held in self._held())
        if not any(leaf.role == PARAMETER for leaf in self.leaves):
            raise UsageError("the first argument has no floating-point parameters: a pytree of arrays is needed")

    def _held(self) -> list[tuple[str, Any, str]]:
        """Name, array and role of every leaf of floats."""
        first = [(parameter_name(path), leaf, PARAMETER) for path, leaf in self._paths]
        data = [x for k in self._data for x in jax.tree.leaves(self._rest[k]) if str(x.dtype) in FLOATS]
        return [*first, *((f"argument {k + 1}", x, DATA) for k, x in enumerate(data))]

    def _leaf(self, name: str, array: Any, role: str) -> Leaf:
        dtype = str(getattr(array, "dtype", type(array).__name__))
        if dtype not in FLOATS:
            raise UsageError(f"parameter {name} is {dtype}: {', '.join(FLOATS)} are compared")
        return Leaf(name, np.asarray(array).astype(np.float64), dtype, role)

    def trace(self, moved: Mapping[str, Any]) -> TracedStep:
        """See PortedStep."""
        leaves = [leaf for _, leaf in self._paths]
        with precision_of(leaves):
            held = [
                jax.numpy.asarray(moved[name], leaf.dtype) if name in moved else leaf
                for (name, leaf, role) in self._held()
                if role == PARAMETER
            ]
            return self._traced(jax.tree.unflatten(self._tree, held))

    def _traced(self, first: Any) -> TracedStep:
        def of_arrays(first: Any, arrays: Sequence[Any]) -> Any:
            rest = list(self._rest)
            for k, array in zip(self._data, arrays, strict=True):
                rest[k] = array
            return self._loss(first, *rest)

        data = [self._rest[k] for k in self._data]
        graph = foreign(lambda: trace(of_arrays, first, data), lambda _: None)
        if any("random numbers" in note for note in graph.notes):
            raise UsageError(f"random numbers are drawn: {SWITCH_OFF}")
        _check_scalar([graph.values[k] for k in graph.outputs])
        leaves = jax.tree.leaves((first, data))
        floats = [k for k, leaf in enumerate(leaves) if str(leaf.dtype) in FLOATS]
        names = [name for name, _, _ in self._held()]
        return TracedStep(graph, tuple(map(np.asarray, leaves)), dict(zip(names, floats, strict=True)))

    def subject(self) -> StepSubject:
        """See PortedStep."""
        return JaxSubject(self._loss, self._first, self._rest, ("jit",))


def parameter_name(path: Any) -> str:
    """A place in a pytree, written with dots."""
    parts = [str(getattr(key, "key", getattr(key, "idx", getattr(key, "name", key)))) for key in path]
    return ".".join(parts) or "first"


def _is_arrays(x: Any) -> bool:
    leaves = jax.tree.leaves(x)
    return bool(leaves) and all(hasattr(leaf, "dtype") for leaf in leaves)


def _check_scalar(outputs: Sequence[Any]) -> None:
    if len(outputs) != 1 or outputs[0].shape != () or not outputs[0].is_float:
        found = ", ".join(map(str, outputs))
        raise UsageError(f"the loss is {found[:120] or 'nothing'}: one floating-point number is needed")
