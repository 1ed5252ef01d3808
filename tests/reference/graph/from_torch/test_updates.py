"""What a call leaves in arguments that it does not give back is worked out, not taken as it was executed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from backproof.reference.graph.arrays import to_floats
from backproof.reference.graph.exact import walk
from backproof.reference.graph.from_torch.program import graph_of_call
from torch.nn import functional as F  # noqa: N812 - as torch names it


def kept(training: bool, momentum: float) -> Any:
    """Running statistics after a batch norm: the graph's values and torch's own."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, 2, generator=rng, dtype=torch.float64)
    mean, var = torch.randn(3, generator=rng, dtype=torch.float64), torch.rand(3, generator=rng, dtype=torch.float64)

    def program(tensors: Any) -> list[Any]:
        x, mean, var = tensors
        F.batch_norm(x, mean, var, training=training, momentum=momentum)
        return [mean * 1.0, var * 1.0]

    graph, inputs, results = graph_of_call(program, [x, mean, var])
    values = walk(graph, inputs)
    return graph, [to_floats(values[k]) for k in results], [mean.numpy(), var.numpy()]


@pytest.mark.parametrize("momentum", [0.1, 0.75])
def test_running_statistics_are_torchs(momentum: float) -> None:
    graph, found, executed = kept(True, momentum)
    for own, theirs in zip(found, executed, strict=True):
        np.testing.assert_allclose(own, theirs, rtol=1e-14)
    assert set(graph.outputs) <= graph.depends_on(graph.inputs)


def test_in_evaluation_they_stay_the_inputs() -> None:
    graph, found, executed = kept(False, 0.1)
    for own, theirs in zip(found, executed, strict=True):
        np.testing.assert_array_equal(own, theirs)
    assert set(graph.outputs) <= graph.depends_on(graph.inputs[1:])
