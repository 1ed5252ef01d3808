"""A training step of torch as a graph: recorded as it is executed, each ATen call an expansion in primitives."""

from .recording import Executed, Operand, Recording
from .single import Single, otherwise, single
from .step import NoGradient, Recorded, prepared, record, run
from .translate import Step, graph_of

__all__ = [
    "Executed",
    "NoGradient",
    "Operand",
    "Recorded",
    "Recording",
    "Single",
    "Step",
    "graph_of",
    "otherwise",
    "prepared",
    "record",
    "run",
    "single",
]
