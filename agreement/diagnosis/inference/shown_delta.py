"""The δ that a subject works from: those that it shows, or those that its gradients of one example let see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ....manual.backprop import backprop, hidden_activation
from ....manual.case import Case
from ....manual.equations import bp2
from ....manual.gradients import Place, Quantity
from ....manual.shapes import Array
from ...catalogue.trace import examples
from .reading import CaseAnswer, Observed

RUNS = 4.0
"""Bounds between an inferred δ and the one in the batch: each is rounded, and so are both gradients that tell it."""


class ShownDelta(NamedTuple):
    """δ^1 … δ^L in the scale of our own cost; `inferred` from other calls, their rounding is not the batch's."""

    layers: tuple[Array, ...]
    inferred: bool


def shown_deltas(answer: CaseAnswer, case: Case, scale: float) -> Iterator[ShownDelta]:
    """Shown first, then ∂C/∂b of each example alone, then its ∂C/∂W over a; nothing where none can be had."""
    shown = answer.observed.delta if answer.observed else None
    if shown is not None and fit(shown, [(len(b), case.examples) for b in case.biases]):
        for late in {1.0, case.share}:
            yield ShownDelta(tuple(layer / scale * late for layer in shown), False)
    for singles in (_from_biases(answer, case), _from_weights(answer, case, scale)):
        if singles is not None:
            columns = zip(*singles, strict=True)
            yield ShownDelta(tuple(np.stack(column, axis=-1) * case.share / scale for column in columns), True)


def _from_biases(answer: CaseAnswer, case: Case) -> list[tuple[Array, ...]] | None:
    singles = _fitting(answer.singles, "nabla_b", [b.shape for b in case.biases])
    return [one.nabla_b for one in singles] if len(singles) == case.examples else None


def _from_weights(answer: CaseAnswer, case: Case, scale: float) -> list[tuple[Array, ...]] | None:
    singles = _fitting(answer.singles, "nabla_w", [w.shape for w in case.weights])
    if len(singles) != case.examples:
        return None
    with np.errstate(all="ignore"):
        return [_divided(one.nabla_w, examples(case)[i], scale) for i, one in enumerate(singles)]


def _fitting(singles: Sequence[Observed | None], part: str, shapes: Sequence[tuple[int, ...]]) -> list[Observed]:
    return [one for one in singles if one is not None and fit(getattr(one, part), shapes)]


def _divided(nabla_w: Sequence[Array], case: Case, scale: float) -> tuple[Array, ...]:
    """The δ of one example: ∂C/∂W over a; where a is 0, what the right equation makes of the next δ."""
    right = backprop(case)
    assert right.a is not None
    assert right.z is not None
    assert right.delta is not None
    columns: list[Array] = [right.delta[-1][:, 0] * scale]
    for layer in range(case.architecture.depth, 0, -1):
        x = (case.x, *right.a)[layer - 1][:, 0]
        if layer < case.architecture.depth:
            sigma = hidden_activation(case.architecture.activations[layer - 1])
            back = bp2(case.weights[layer], columns[0][:, None], sigma, right.z[layer - 1])
            columns.insert(0, back[:, 0])
        if x.any():
            columns[0] = _over(nabla_w[layer - 1], x[:, None])[:, 0]
    return tuple(columns)


def fit(parts: Sequence[Array], shapes: Sequence[tuple[int, ...]]) -> bool:
    """Every part has its shape."""
    return len(parts) == len(shapes) and all(part.shape == shape for part, shape in zip(parts, shapes, strict=True))


def slack(case: Case, bounds: Mapping[Place, Array], spare: Mapping[Place, Array]) -> dict[Place, Array]:
    """What an equation may be off besides its own rounding where its δ are inferred.

    `bounds` are the end-to-end bounds of δ^l, `spare` what the gradients that they are inferred from may
    be off besides; both go through each equation by absolute values.
    """
    right = backprop(case)
    assert right.a is not None
    assert right.z is not None
    off = [
        RUNS * bounds[Place(Quantity.BP1 if l == case.architecture.depth else Quantity.BP2, l)] for l in _layers(case)
    ]
    for l, below in zip(_layers(case), (case.x, *right.a), strict=False):
        off[l - 1] = off[l - 1] + _seen_through(spare, l, np.abs(below))
    found: dict[Place, Array] = {}
    for l, below in zip(_layers(case), (case.x, *right.a), strict=False):
        found[Place(Quantity.BP3, l)] = off[l - 1].sum(axis=-1)
        found[Place(Quantity.BP4, l)] = off[l - 1] @ np.abs(below).T
        if l == case.architecture.depth:
            found[Place(Quantity.BP1, l)] = off[-1]
        else:
            slope = np.abs(hidden_activation(case.architecture.activations[l - 1]).slope(right.z[l - 1]))
            found[Place(Quantity.BP2, l)] = off[l - 1] + np.abs(case.weights[l]).T @ off[l] * slope
    return found


def _seen_through(spare: Mapping[Place, Array], layer: int, below: Array) -> Array:
    """How far δ^l is off where ∂C/∂b^l or ∂C/∂W^l is off by what is spare."""
    of_b, of_w = spare[Place(Quantity.BP3, layer)], spare[Place(Quantity.BP4, layer)]
    with np.errstate(all="ignore"):
        return np.asarray(of_b[:, None] + np.where(below.any(axis=0), _over(of_w, below), 0.0))


def _over(nabla_w: Array, a: Array) -> Array:
    """For each example the δ for which δ aᵀ is nearest to ∂C/∂W; a may be so small that its square is 0."""
    largest = np.abs(a).max(axis=0)
    unit = a / largest
    return np.asarray(nabla_w @ unit / (unit**2).sum(axis=0) / largest)


def _layers(case: Case) -> range:
    return range(1, case.architecture.depth + 1)
