"""One side of a port: its leaves (parameters, buffers, data) and its program as a graph at any parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from ....reference.graph.graph import Graph
from ...certificates.subject import StepSubject

PARAMETER, BUFFER, DATA = "parameter", "buffer", "data"
SWITCH_OFF = "switch dropout off (.eval(), deterministic=True), or pass the numbers as an argument"


class Leaf(NamedTuple):
    """One array of floats that a step is given: `array` is float64 and holds its numbers exactly."""

    name: str
    array: Any
    dtype: str
    role: str

    def __str__(self) -> str:
        return f"{self.name} {self.dtype}[{','.join(map(str, self.array.shape))}]"


class TracedStep(NamedTuple):
    """The loss as a graph (its one output), what its inputs hold, and by name the leaves among the inputs."""

    graph: Graph
    inputs: tuple[Any, ...]
    leaves: Mapping[str, int]


class PortedStep(Protocol):
    """A step of one framework."""

    framework: str
    version: str
    leaves: tuple[Leaf, ...]

    def trace(self, moved: Mapping[str, Any]) -> TracedStep:
        """The forward program with these arrays in the place of leaves' own; the user's objects stay as they are.

        Raises Unsupported or UsageError, naming the operation.
        """

    def subject(self) -> StepSubject:
        """The step with its gradient, as `certify` judges it."""
