"""The stops of the picture: forward through the layers, then back along the same edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ....manual.case import Architecture
from ..words import Words


@dataclass(frozen=True)
class Stop:
    """What is lit at a stop.

    `key` names its sentence; `edges` and `nodes` are the layers of lit lines and neurons (L + 1 is the cost's);
    a lit line shows `line` (w, wa, wd or dw), and the neurons of lit layers `neuron` (a, z, nabla, delta or back).
    """

    key: str
    layer: int
    forward: bool
    edges: tuple[int, ...] = ()
    nodes: tuple[int, ...] = ()
    line: str = "w"
    neuron: str = "a"

    def as_json(self, words: Words) -> dict[str, Any]:
        """What the page's script needs, with the sentence of the stop as HTML."""
        said = words(f"stop.{self.key}", layer=self.layer, below=self.layer - 1, next=self.layer + 1)
        return {**vars(self), "say": said}


def stops(architecture: Architecture) -> list[Stop]:
    """All stops; 14 with one hidden layer."""
    return [*_forward(architecture), *_backward(architecture)]


def _forward(architecture: Architecture) -> Iterator[Stop]:
    depth = architecture.depth
    yield Stop("input", 0, True, (), (0,))
    for layer in range(1, depth + 1):
        yield Stop("products", layer, True, (layer,), (layer - 1,), "wa")
        yield Stop("sum", layer, True, (), (layer,), neuron="z")
        yield Stop("fires", layer, True, (), (layer,))
    yield Stop("cost", depth, True, (depth + 1,), (depth + 1,))


def _backward(architecture: Architecture) -> Iterator[Stop]:
    depth = architecture.depth
    if architecture.cost != "cross_entropy":
        yield Stop("nabla", depth, False, (), (depth,), neuron="nabla")
    yield Stop("bp1", depth, False, (), (depth,), neuron="delta")
    for layer in range(depth - 1, 0, -1):
        yield Stop("carried", layer, False, (layer + 1,), (layer + 1,), "wd", "delta")
        yield Stop("arrived", layer, False, (), (layer,), neuron="back")
        yield Stop("bp2", layer, False, (), (layer,), neuron="delta")
    layers = tuple(range(1, depth + 1))
    yield Stop("left", depth, False, layers, layers, "dw", "delta")
