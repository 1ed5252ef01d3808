"""A plain reference, in jax or torch, as a graph: traced at the operands of a case, never trusted for numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...reference.graph.arrays import lift
from ...reference.graph.contract import Pullback
from ..errors import UsageError
from .frameworks import JAX, TORCH, Framework, Held

Reference = Callable[..., Any]


class OutputSpec(NamedTuple):
    """Shape and dtype of what the reference gives."""

    shape: tuple[int, ...]
    dtype: str


class Traced(NamedTuple):
    """How a reference of one framework is read."""

    output: Callable[[Reference, Sequence[Any]], OutputSpec]
    pullback: Callable[[Reference, Sequence[Any], Held], Pullback]


def _one(leaves: Sequence[Any]) -> Any:
    if len(leaves) != 1 or not hasattr(leaves[0], "dtype"):
        raise UsageError(f"the reference gives {len(leaves)} results: one array is needed")
    return leaves[0]


def _split(arguments: Sequence[Any]) -> tuple[list[int], Callable[[Sequence[Any]], list[Any]]]:
    """The places of the arrays, and what puts arrays back among the other arguments."""
    places = [i for i, x in enumerate(arguments) if isinstance(x, Held)]

    def whole(arrays: Sequence[Any]) -> list[Any]:
        given = list(arguments)
        for i, x in zip(places, arrays, strict=True):
            given[i] = x
        return given

    return places, whole


def _jax_output(reference: Reference, arguments: Sequence[Any]) -> OutputSpec:
    import jax

    from ...reference.graph.from_jaxpr import precision_of

    places, whole = _split(arguments)
    arrays = [arguments[i].array for i in places]
    with precision_of(arrays):
        made = _one(jax.tree.leaves(jax.eval_shape(lambda *a: reference(*whole(a)), *arrays)))
    return OutputSpec(tuple(made.shape), str(made.dtype))


def _jax_pullback(reference: Reference, arguments: Sequence[Any], cotangent: Held) -> Pullback:
    from ...reference.graph.from_jaxpr import trace

    places, whole = _split(arguments)
    arrays = [arguments[i].array for i in places]
    graph = trace(lambda *a: reference(*whole(a)), *arrays)
    wanted = tuple(k for k in graph.inputs if graph.values[k].is_float)
    return Pullback(graph, arrays, {graph.outputs[0]: lift(cotangent.array, cotangent.dtype)}, wanted)


def _tensors(arguments: Sequence[Any]) -> list[Any]:
    return [TORCH.given(x.array, None) if isinstance(x, Held) else x for x in arguments]


def _torch_output(reference: Reference, arguments: Sequence[Any]) -> OutputSpec:
    import torch

    with torch.no_grad():
        made = reference(*_tensors(arguments))
    result = _one(list(made) if isinstance(made, (tuple, list)) else [made])
    return OutputSpec(tuple(result.shape), str(result.dtype).removeprefix("torch."))


def _torch_pullback(reference: Reference, arguments: Sequence[Any], cotangent: Held) -> Pullback:
    """Recorded as it runs at the operands."""
    from ...reference.graph.from_torch.program import graph_of_call

    tensors = _tensors(arguments)
    places = [i for i, x in enumerate(arguments) if isinstance(x, Held) and x.is_float]

    def program(floats: Sequence[Any]) -> list[Any]:
        given = list(tensors)
        for i, x in zip(places, floats, strict=True):
            given[i] = x
        made = reference(*given)
        return list(made) if isinstance(made, (tuple, list)) else [made]

    graph, inputs, (result,) = graph_of_call(program, [tensors[i].detach().requires_grad_() for i in places])
    if result is None:
        raise UsageError("the reference gives no tensor")
    return Pullback(graph, inputs, {result: lift(cotangent.array, cotangent.dtype)}, graph.inputs)


TRACED = {JAX.name: Traced(_jax_output, _jax_pullback), TORCH.name: Traced(_torch_output, _torch_pullback)}


def traced_by(reference: Reference, arguments: Sequence[Any], kernel: Framework) -> tuple[Traced, OutputSpec]:
    """The front end that can read the reference: the kernel's own framework, or for NumPy whichever takes it."""
    order = [kernel.name] if kernel.name in TRACED else list(TRACED)
    failures = []
    for name in order:
        try:
            return TRACED[name], TRACED[name].output(reference, arguments)
        except UsageError:
            raise
        except Exception as error:  # what a user's function raises can be anything
            failures.append(f"{name}: {type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}")
    raise UsageError("the reference can't be traced at the arguments: " + "; ".join(failures))
