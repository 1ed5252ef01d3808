"""torch's tape: the graph behind the cost as it is, and what flows through each node on the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...manual.case import Case
from ...manual.shapes import Array
from ...reference.torch_backends.torch_autograd import ACTIVATIONS, AUTOGRAD
from .tape import TapeLine


@dataclass(frozen=True)
class GraphNode:
    """A node behind the cost: its number in the order of `backward`, what it hands to, and what flowed in and out.

    `leaf` is the weight or bias whose gradient it gathers.
    """

    number: int
    name: str
    leaf: str
    to: tuple[int, ...]
    inward: tuple[Array, ...]
    outward: tuple[Array, ...]

    @property
    def text(self) -> str:
        """As the tape lists it."""
        hands = ", ".join(f"({number})" for number in self.to)
        return f"({self.number}) {self.name}{f' {self.leaf}' if self.leaf else ''}{' → ' if hands else ''}{hands}"


def lines(case: Case) -> list[TapeLine]:
    """A line a node, in the order in which `backward` runs them."""
    return [TapeLine(node.text, node.inward, node.outward) for node in graph(case)]


def graph(case: Case) -> list[GraphNode]:
    """The nodes, in the order in which `backward` runs them, after it ran."""
    with torch.enable_grad():
        cost, leaves = _cost(case)
        nodes = _nodes(cost.grad_fn)
        flows: dict[int, tuple[list[Array], list[Array]]] = {}
        for i, node in enumerate(nodes):
            node.register_hook(_note(flows, i))
        cost.backward()  # type: ignore[no-untyped-call]  # torch leaves it without annotations
    return [_node(i, node, nodes, leaves, flows) for i, node in enumerate(nodes)]


def _cost(case: Case) -> tuple[torch.Tensor, dict[int, str]]:
    leaves: dict[int, str] = {}
    a, y = torch.from_numpy(case.x.copy()), torch.from_numpy(case.y.copy())
    z = a
    for layer, (w, b, name) in enumerate(zip(case.weights, case.biases, case.architecture.activations, strict=True), 1):
        weight, bias = (torch.from_numpy(array.copy()).requires_grad_() for array in (w, b))
        leaves |= {id(weight): f"W{layer}", id(bias): f"b{layer}"}
        z = weight @ a + bias[:, None]
        a = ACTIVATIONS[name](z)
    output = case.architecture.activations[-1]
    cost = AUTOGRAD.costs.get((case.architecture.cost, output), _half_square)(z, a, y)
    return cost * case.share, leaves


def _half_square(z: torch.Tensor, a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.mse_loss(a, y, reduction="sum") / 2


def _nodes(last: Any) -> list[Any]:
    """The graph from the cost to the leaves, each node after all that feed it."""
    order: list[Any] = []

    def visit(node: Any) -> None:
        if node is not None and node not in order:
            for child, _ in reversed(node.next_functions):
                visit(child)
            order.append(node)

    visit(last)
    return order[::-1]


def _note(flows: dict[int, tuple[list[Array], list[Array]]], i: int) -> Any:
    def hook(outward: Any, inward: Any) -> None:
        flows[i] = (_arrays(inward), _arrays(outward))

    return hook


def _arrays(tensors: Any) -> list[Array]:
    return [np.asarray(t.detach().numpy()) for t in tensors if t is not None]


def _node(i: int, node: Any, nodes: list[Any], leaves: dict[int, str], flows: Any) -> GraphNode:
    inward, outward = flows.get(i, ([], []))
    name = node.name().removeprefix("torch::autograd::")
    leaf = leaves.get(id(getattr(node, "variable", None)), "")
    to = tuple(nodes.index(child) + 1 for child, _ in node.next_functions if child is not None)
    return GraphNode(i + 1, name, leaf, to, tuple(inward), tuple(outward))
