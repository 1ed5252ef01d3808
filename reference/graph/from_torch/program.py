"""Any torch function of tensors as a graph: recorded as it runs, without a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ..graph import Graph
from .recording import Recorder
from .step import same_random_numbers
from .translate import Ends, graph_of

Program = Callable[[Sequence[Any]], Sequence[Any]]


def graph_of_call(program: Program, tensors: Sequence[Any]) -> tuple[Graph, list[Any], list[int | None]]:
    """The graph of `program(tensors)`, the floats of its inputs, and the numbers of its results (None for None).

    Raises Unsupported for an operation without a row.
    """
    recorder = Recorder()
    with same_random_numbers(), torch.enable_grad(), recorder:
        inputs = [recorder.operand(t) for t in tensors]
        results = program(tensors)
        out = [recorder.operand(t) if isinstance(t, torch.Tensor) else None for t in results]
    first = next((x for x in out if x is not None), None)
    if first is None:
        raise ValueError("no tensor is given")
    step = graph_of(recorder.recording, Ends(inputs, first, out))
    return step.graph, [recorder.recording.executed(x) for x in inputs], list(step.gradients)
