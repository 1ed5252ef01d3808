"""A training step of torch as a graph: recorded as it is executed, each ATen call an expansion in primitives."""

from .recording import RecordedCall, Recording, TensorView
from .single import Single, otherwise, single
from .step import NoGradient, Recorded, prepared, record, run
from .translate import TrainingStep, graph_of

__all__ = [
    "NoGradient",
    "Recorded",
    "RecordedCall",
    "Recording",
    "Single",
    "TensorView",
    "TrainingStep",
    "graph_of",
    "otherwise",
    "prepared",
    "record",
    "run",
    "single",
]
