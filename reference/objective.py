"""C as a function of W, b and Δz, written once for every library whose arrays know @, + and [:, None]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from .protocol import Architecture, Array, Case, Gradients, Pack

Sigma = Callable[[Any], Any]
CostFunction = Callable[[Any, Any, Any], Any]
"""(z^L, a^L, y) → C summed over the examples."""
Costs = Mapping[tuple[str, str], CostFunction]
"""By cost and output activation."""
Layer = Callable[[Sigma, Any, Any, Any, Any], tuple[Any, Any]]
"""(σ, W, b, Δz, a of the layer below) → (z, a)."""
Objective = Callable[..., tuple[Any, "Shown"]]
"""(W^1 … W^L, b^1 … b^L, Δz^1 … Δz^L, x, y) → (C, what the way there shows); where examples are
weighted, their weights (1, m) come last."""


class Shown(NamedTuple):
    """The forward quantities."""

    z: tuple[Any, ...]
    a: tuple[Any, ...]
    cost: Any


Answer = tuple[Sequence[Any], Shown]
"""The derivatives with respect to every W, b and Δz, and the forward quantities."""


class LibraryWords(NamedTuple):
    """A library's own functions for what architectures name."""

    activations: Mapping[str, Sigma]
    costs: Costs
    of_any_output: Mapping[str, CostFunction]
    """Costs of a − y, by name."""
    total: Callable[[Any], Any] = lambda x: x.sum()
    """The sum of all entries."""

    def cost(self, architecture: Architecture) -> CostFunction | None:
        """The one for this cost on this output, if there is one."""
        head = (architecture.cost, architecture.activations[-1])
        return self.costs.get(head, self.of_any_output.get(architecture.cost))

    def missing(self, architecture: Architecture) -> str | None:
        """What the library has no word for, as a reason."""
        absent = [name for name in architecture.activations if name not in self.activations]
        if absent:
            return f"no mapping for activation {absent[0]!r}"
        return None if self.cost(architecture) else f"no mapping for cost {architecture.cost!r}"


def plain(sigma: Sigma, w: Any, b: Any, nudge: Any, below: Any) -> tuple[Any, Any]:
    """z = W a + b + Δz and σ(z), examples in columns."""
    z = w @ below + b[:, None] + nudge
    return z, sigma(z)


def objective(
    architecture: Architecture, words: LibraryWords, share: float, layer: Layer = plain, parts: int = 1
) -> Objective:
    """The network with its cost, each example counting `share`, times its weight where it has one.

    The L2 term, if any, is cut into so many equal parts, where examples are taken one by one.
    """
    depth, cost_function = architecture.depth, words.cost(architecture)
    assert cost_function is not None, f"asked for what is not supported: {words.missing(architecture)}"

    def cost(*arrays: Any) -> tuple[Any, Shown]:
        *leaves, a, y = arrays[: 3 * depth + 2]
        zs, activations = [], []
        layers = zip(architecture.activations, leaves, leaves[depth:], leaves[2 * depth :], strict=False)
        for name, w, b, nudge in layers:
            z, a = layer(words.activations[name], w, b, nudge, a)
            zs.append(z)
            activations.append(a)
        total = _each(cost_function, *arrays[3 * depth + 2 :])(zs[-1], a, y) * share
        if architecture.l2:
            squares = reduce(add, (words.total(w * w) for w in leaves[:depth]))
            total = total + squares * (share * architecture.l2 / 2 / parts)
        return total, Shown(tuple(zs), tuple(activations), total)

    return cost


def _each(cost: CostFunction, weights: Any = None) -> CostFunction:
    """The cost, or where examples are weighted that of each example alone times its weight, added up."""
    if weights is None:
        return cost

    def weighted(z: Any, a: Any, y: Any) -> Any:
        one_by_one = (slice(k, k + 1) for k in range(y.shape[1]))
        return reduce(add, (cost(z[:, k], a[:, k], y[:, k]) * weights[0, k.start] for k in one_by_one))

    return weighted


def leaves_among(arrays: Sequence[Any]) -> int:
    """How many of an objective's arrays are leaves: W, b and Δz of each layer; data come behind them."""
    return (len(arrays) - 2) // 3 * 3


def too_many(architecture: Architecture, at_most: int | None) -> str | None:
    """Why a mode that takes a pass for each parameter is not asked for so many."""
    dear = at_most is not None and architecture.parameters > at_most
    return f"a pass for each of more than {at_most} parameters takes too long" if dear else None


def arrays_of(inputs: Case | Pack) -> tuple[Array, ...]:
    """What an objective takes: the leaves with a zero Δz for each layer, then the data; copies, all of them."""
    nudges = [np.zeros((*b.shape, inputs.examples), b.dtype) for b in inputs.biases]
    weights = [] if inputs.example_weights is None else [inputs.example_weights[..., None, :]]
    data = (array.copy() for array in (inputs.x, inputs.y, *weights))
    return (*(array.copy() for array in (*inputs.weights, *inputs.biases)), *nudges, *data)


def as_gradients(answer: Answer, to_array: Callable[[Any], Array]) -> Gradients[Array]:
    """The answer of one objective as Gradients."""
    derivatives, shown = answer
    depth = len(shown.z)
    arrays = tuple(map(to_array, derivatives))
    return Gradients(
        nabla_w=arrays[:depth],
        nabla_b=arrays[depth : 2 * depth],
        delta=arrays[2 * depth :],
        z=tuple(map(to_array, shown.z)),
        a=tuple(map(to_array, shown.a)),
        cost=to_array(shown.cost),
    )


def per_example(vmap: Callable[..., Any], gradient: Callable[..., Any], depth: int) -> Callable[..., Answer]:
    """Gradients of one example at a time, mapped over the examples by the library's own vmap, and summed."""

    def of_one(*arrays: Any) -> Any:
        return gradient(*arrays[: 2 * depth], *(column[:, None] for column in arrays[2 * depth :]))

    def of_all(*arrays: Any) -> Answer:
        derivatives, shown = vmap(of_one, (None,) * (2 * depth) + (1,) * (len(arrays) - 2 * depth))(*arrays)
        summed = [each.sum(0) for each in derivatives[: 2 * depth]]
        columns = [[part[..., 0].T for part in parts] for parts in (derivatives[2 * depth :], shown.z, shown.a)]
        return (*summed, *columns[0]), Shown(tuple(columns[1]), tuple(columns[2]), shown.cost.sum())

    return of_all
