"""A wrong case made small: fewer examples, layers and neurons, then small integers, as long as it stays wrong.

A. Zeller and R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28 (2002),
with reductions that know what a network is. The result depends on the case alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from ...manual.case import Case, Pack
from ...manual.costs import COSTS
from ...manual.shapes import Array
from ...reference.protocol import Backend
from ..cases.layouts import CONTIGUOUS, EXPANDED, has_equal_columns
from .backends import BackendFailed, answer, reason_against
from .discrepancy import MINIMISED, Discrepancy, origin
from .judge import Judge

TRIES = 400
"""The most cases that are judged for one: some seconds."""
MANY = 64
"""From more than so many examples or neurons on, half of them are left out at once."""
PLAIN = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5)
Wrong = Callable[[Case], bool]
T = TypeVar("T")


def minimal(case: Case, backend: Backend, quantity: str, layout: str = CONTIGUOUS) -> tuple[Case, Discrepancy | None]:
    """The smallest case found on which the backend is wrong in the same quantity, and how it is wrong there.

    Contiguous where it is wrong so, too. The case itself, and None, where it is not wrong in this quantity at all.
    """
    for lying in dict.fromkeys((CONTIGUOUS, layout)):
        found = partial(_found, backend=backend, layout=lying)
        if _is(quantity, found(case)):
            small = minimised(case, lambda one, found=found: _is(quantity, found(one)))  # type: ignore[misc]
            return small, found(small)
    return case, None


def minimised(case: Case, wrong: Wrong, tries: int = TRIES) -> Case:
    """Every reduction in turn while it is still wrong, until none helps or the tries are used up."""
    spent = _Spent(wrong, tries)
    before = ""
    while case.id != before:
        before = case.id
        for reductions in (_fewer_options, _fewer_examples, _fewer_layers, _fewer_neurons):
            case = _descended(case, reductions, spent)
        case = _plainer(case, spent)
    return case


class _Spent:
    """Asks at most so many times; afterwards nothing is wrong any more."""

    def __init__(self, wrong: Wrong, tries: int) -> None:
        self._wrong, self._left = wrong, tries
        self._known: dict[str, bool] = {}

    def __call__(self, case: Case) -> bool:
        if case.id not in self._known:
            if not self._left:
                return False
            self._left -= 1
            self._known[case.id] = self._wrong(case)
        return self._known[case.id]


def _found(case: Case, backend: Backend, layout: str) -> Discrepancy | None:
    about = {"architecture": str(case.architecture), "dtype": case.dtype.name, "regime": MINIMISED, "case": case.id}
    about |= {"layout": layout}
    pack = Pack.of([case])
    try:
        if reason_against(backend, case.architecture, case.dtype.name) is not None:
            return None
        if layout == EXPANDED and not has_equal_columns(pack):
            return None
        return origin(Judge(pack).findings(backend, answer(backend, pack, layout=layout)), 0, **about)
    except BackendFailed:
        return None


def _is(quantity: str, found: Discrepancy | None) -> bool:
    return found is not None and found.place.quantity.value == quantity


def _descended(case: Case, reductions: Callable[[Case], Iterator[Case]], wrong: Wrong) -> Case:
    """The first reduction that is wrong, and on from there."""
    while (smaller := next(filter(wrong, reductions(case)), None)) is not None:
        case = smaller
    return case


def _fewer_options(case: Case) -> Iterator[Case]:
    """Without the L2 term, without the weights of the examples."""
    of = case.architecture
    if of.l2:
        yield replace(case, architecture=replace(of, l2=0.0))
    if of.weighted:
        yield replace(case, architecture=replace(of, weighted=False), example_weights=None)


def _fewer_examples(case: Case) -> Iterator[Case]:
    """One example alone, or all but one."""
    m = case.examples
    if m > 1:
        for chosen in (
            *_halves(m),
            *([k] for k in range(m)),
            *([k for k in range(m) if k != gone] for gone in range(m)),
        ):
            yield case.of_examples(chosen)


def _halves(n: int) -> tuple[range, ...]:
    """The first and the last of many."""
    return (range(n // 2), range(n // 2, n), range(n // 2 + 1)) if n > MANY else ()


def _fewer_layers(case: Case) -> Iterator[Case]:
    """Without one hidden layer; the next layer's weights are cut to fit, or padded with zeros."""
    of = case.architecture
    for layer in range(of.depth - 1):
        above = case.weights[layer + 1]
        fitted = np.zeros((len(above), of.widths[layer]), case.dtype)
        n = min(fitted.shape[1], above.shape[1])
        fitted[:, :n] = above[:, :n]
        yield replace(
            case,
            architecture=replace(
                of, widths=_without(of.widths, layer + 1), activations=_without(of.activations, layer)
            ),
            weights=(*case.weights[:layer], fitted, *case.weights[layer + 2 :]),
            biases=_without(case.biases, layer),
        )


def _without(items: Sequence[T], place: int) -> tuple[T, ...]:
    return (*items[:place], *items[place + 1 :])


def _fewer_neurons(case: Case) -> Iterator[Case]:
    """One neuron of a layer alone, or all but one; layer 0 are the inputs."""
    of = case.architecture
    for layer, width in enumerate(of.widths):
        least = 2 if layer == of.depth and of.activations[-1] == "softmax" else 1
        if width > least:
            every = range(width)
            yield from (_narrowed(case, layer, [*half]) for half in _halves(width))
            yield from (_narrowed(case, layer, [*every[k : k + least]]) for k in range(width - least + 1))
            yield from (_narrowed(case, layer, [k for k in every if k != gone]) for gone in every)


def _narrowed(case: Case, layer: int, chosen: list[int]) -> Case:
    """With these neurons of a layer only."""
    of, weights, biases = case.architecture, list(case.weights), list(case.biases)
    x, y = case.x, case.y
    if layer == 0:
        x = x[chosen]
    else:
        weights[layer - 1], biases[layer - 1] = weights[layer - 1][chosen], biases[layer - 1][chosen]
    if layer == of.depth:
        y = y[chosen]
    else:
        weights[layer] = weights[layer][:, chosen]
    widths = (*of.widths[:layer], len(chosen), *of.widths[layer + 1 :])
    return Case(replace(of, widths=widths), tuple(weights), tuple(biases), x, y, case.example_weights)


def _plainer(case: Case, wrong: Wrong) -> Case:
    """Numbers replaced by plain ones: whole arrays, then one by one."""
    arrays = len(_parts(case))
    for place in range(arrays):
        case = _first(case, place, ..., (0.0, 1.0), wrong)
    for place in range(arrays):
        for index in np.ndindex(_parts(case)[place].shape):
            case = _first(case, place, index, PLAIN, wrong)
    return case


def _first(case: Case, place: int, index: Any, numbers: Sequence[float], wrong: Wrong) -> Case:
    """With the first of these numbers in this place that leaves it wrong; as it is where none does."""
    labels = place == 2 * case.architecture.depth + 1 and COSTS[case.architecture.cost].labels
    weights = place == 2 * case.architecture.depth + 2
    for number in numbers[:2] if labels or weights else (*numbers, *_rounded(_parts(case)[place], index)):
        parts = [part.copy() for part in _parts(case)]
        if (parts[place][index] == number).all():
            return case
        parts[place][index] = number
        if wrong(smaller := _of(case, parts)):
            return smaller
    return case


def _rounded(part: Array, index: Any) -> list[float]:
    """One number with three, eight and twenty bits."""
    if index is ...:
        return []
    mantissa, exponent = np.frexp(float(part[index]))
    return [float(np.ldexp(np.round(mantissa * 2**bits) / 2**bits, exponent)) for bits in (3, 8, 20)]


def _parts(case: Case) -> list[Array]:
    weighting = [] if case.example_weights is None else [case.example_weights]
    return [*case.weights, *case.biases, case.x, case.y, *weighting]


def _of(case: Case, parts: list[Array]) -> Case:
    depth = case.architecture.depth
    return Case(case.architecture, tuple(parts[:depth]), tuple(parts[depth : 2 * depth]), *parts[2 * depth :])
