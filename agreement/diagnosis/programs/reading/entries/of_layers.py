"""The entries of a program of layer objects: its own network of them, else one that we put together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from ...loading.program import Program
from ..arguments import Arguments, Bound
from ..assembled import graphs
from ..assembled.builders import containers
from ..assembled.growing import growing
from ..assembled.layers import activated, affine
from ..assembled.rebuilt import can_be_rebuilt
from ..assembled.shown import shown
from .entry import BACK, BUILT, FORTH, GRAPH, GROWN, LAYERS, MOST, PASSES, SHOWN, EntryCall, EntryPoint
from .of_classes import bound_calls, methods_of, sequences

FEW = 3


def of_layers(program: Program) -> Iterator[EntryPoint]:
    """What takes layers, trained on layers of our widths; then the layers alone, forward and back."""
    stacks = list(_stacks(program))
    for (name, by), told in itertools.product(containers(program), stacks[:FEW]):
        methods = methods_of(program.namespace[name])
        maker = EntryCall(BUILT, {**told, "container": _constant(name), "by": _constant(by)})
        for sequence in itertools.islice(sequences(methods), MOST):
            for calls in itertools.islice(bound_calls(program, sequence, methods), FEW):
                yield EntryPoint(maker, calls)
    for told in stacks:
        yield EntryPoint(EntryCall(LAYERS, told), (EntryCall(FORTH, {}), EntryCall(BACK, {})))


def of_nodes(program: Program) -> Iterator[EntryPoint]:
    """A network of a program's nodes, with each of the activations that it has."""
    for activation in graphs.activations(program)[:FEW] if graphs.complete(program) else ():
        yield EntryPoint(EntryCall(GRAPH, {"activation": _constant(activation)}), (EntryCall(PASSES, {}),))


def of_grown(program: Program) -> Iterator[EntryPoint]:
    """Networks to which layers are added by their numbers of neurons, trained."""
    for name, by in growing(program):
        methods = methods_of(program.namespace[name])
        maker = EntryCall(GROWN, {"container": _constant(name), "by": _constant(by)})
        for sequence in itertools.islice(sequences(methods), MOST):
            if by not in sequence:
                for calls in itertools.islice(bound_calls(program, sequence, methods), FEW):
                    yield EntryPoint(maker, calls)


def of_shown(program: Program, assembled: bool, single: set[str]) -> Iterator[EntryPoint]:
    """Networks as the program's own examples build them: of objects, and by calls, where they are `assembled`; what
    is a `single` layer is none.
    """
    for n, one in enumerate(shown(program)):
        alone = one.cls.__name__ in single and not one.extended
        if (one.assembled or one.extended) == assembled and not alone and can_be_rebuilt(program, n):
            methods = methods_of(one.cls)
            told = {"example": n, "container": one.cls.__name__, "where": Path(one.file).name}
            maker = EntryCall(SHOWN, {name: Bound("constant", value=value) for name, value in told.items()})
            for sequence in itertools.islice(sequences(methods), MOST):
                for calls in itertools.islice(bound_calls(program, sequence, methods), FEW):
                    yield EntryPoint(maker, calls)


def _stacks(program: Program) -> Iterator[Arguments]:
    """Layers of weights with what may follow each."""
    for layer in affine(program)[:FEW]:
        for activation in activated(program, layer)[: FEW + 1]:
            yield {"layer": _constant(layer), "activation": _constant(activation)}


def _constant(value: str) -> Bound:
    return Bound("constant", value=value)
