"""What is certified: a training step, its programs as graphs, what was executed, and the gradients as they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from ...reference.arithmetic_state import guarded
from ...reference.graph.graph import Graph, OpenBranch, SourceLine, Unsupported
from ..errors import UsageError
from ..judging.verdict import Verdict


class StepGraphs(NamedTuple):
    """The loss and its gradient as two graphs over the same inputs (one graph twice where both are one).

    `inputs` are the executed floats, one an input; `parameters` say which of them the gradient is taken in;
    `gradients` are the gradient graph's values for those (None: the framework gives none, that is 0).
    """

    forward: Graph
    loss: int
    gradient: Graph
    gradients: tuple[int | None, ...]
    inputs: tuple[Any, ...]
    parameters: tuple[int, ...]


class CustomUnit(NamedTuple):
    """An operation with a backward of its own: its nodes, and cotangents that the program has for it.

    One without nodes is a hook: it stands where what its users passed on arrives, and `name` is what it hangs on.
    `incoming` are cotangents of `results`, `outgoing` those of `sources`; forward values by their number in the
    forward graph, cotangents by theirs in the gradient graph.
    """

    name: str
    source: SourceLine | None
    nodes: frozenset[int]
    results: tuple[int, ...]
    incoming: tuple[int, ...]
    sources: tuple[int, ...]
    outgoing: tuple[int | None, ...]


Theirs = Callable[[Mapping[int, Any]], Sequence[Any]]
"""Our own cotangents of the forward values → the values that a unit's `incoming` and `outgoing` number."""


class ExecutedOperation(NamedTuple):
    """One executed operation as a graph of its own: the floats it was given and gave, an input and output each."""

    name: str
    source: SourceLine | None
    phase: str
    graph: Graph
    given: tuple[Any, ...]
    gave: tuple[Any, ...]
    otherwise: Mapping[Verdict, Callable[[], Graph | None]] = MappingProxyType({})
    """The same by other formulas, and what an entry is that only such a one explains: `lossy` by the textbook's,
    where that cancels and is in use; `known` by what the library is listed to compute instead.
    """


class ModeAnswer(NamedTuple):
    """The gradient as a user gets it in one mode; `failure` says why there is none."""

    mode: str
    gradients: tuple[Any, ...] = ()
    failure: str = ""


class StepSubject(Protocol):
    """A step of one framework."""

    framework: str
    version: str
    flushes: bool
    """Whether its arithmetic may flush subnormal numbers to 0."""
    names: tuple[str, ...]
    dtypes: tuple[str, ...]
    loss: float
    notes: list[str]
    program: StepGraphs
    otherwise: Mapping[Verdict, Callable[[], StepGraphs | None]]
    """The programs by other formulas, and what an answer's entry is that only they explain, as of an operation."""

    def operations(self) -> Iterable[ExecutedOperation]:
        """What was executed, forward and backward."""

    def units(self, values: Sequence[Any]) -> Iterable[tuple[CustomUnit, Theirs]]:
        """What has a backward of its own, in the order of the backward pass; `values` are the forward graph's."""

    def answers(self) -> Iterable[ModeAnswer]:
        """The gradient in each mode that was requested."""


T = TypeVar("T")


def foreign(call: Callable[[], T], note: Callable[[str], object]) -> T:
    """What the user's code gives. What it leaves of the arithmetic's state is put back, and noted.

    Raises UsageError where it fails or ends the process.
    """
    try:
        with guarded("the step", note):
            return call()
    except (UsageError, Unsupported, OpenBranch):
        raise
    except SystemExit as error:
        raise UsageError(f"the step ends the process (exit code {error.code})") from None
    except Exception as error:
        raise UsageError(f"the step raised {said(error)}") from error


def said(error: Exception) -> str:
    """An error's kind and message on one line, cut short."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
