"""Every entry of a program, the likeliest first."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType

from ...loading.program import Program
from ..arguments import Bound
from ..assembled.layers import activations, affine
from ..assembled.shown import several
from ..script import goes_back, loops
from .entry import BACKWARD, MOST, SCRIPT, SUBMISSION, TRAINS, EntryCall, EntryPoint
from .of_classes import class_rank, complete, given_data, of_class
from .of_functions import of_functions
from .of_layers import of_grown, of_layers, of_nodes, of_shown
from .of_scalars import of_scalars, of_wired


def entries(program: Program, name: str | None = None) -> Iterator[EntryPoint]:
    """Every entry of a program, the likeliest first; only those of one function or class where it is named."""
    defined = [(key, value) for key, value in program.definitions() if name is None or key == name]
    if name is None and any(value.__module__ == SUBMISSION for _, value in defined):
        defined = [(key, value) for key, value in defined if value.__module__ == SUBMISSION]
    classes = [(key, value) for key, value in defined if inspect.isclass(value)]
    single = {*affine(program), *activations(program), *several(program)} if name is None else set[str]()
    functions = {key: value for key, value in program.definitions() if isinstance(value, FunctionType)}
    whole = [(key, value) for key, value in sorted(classes, key=class_rank) if key not in single]
    of_each = [of_class(program, key, value) for key, value in whole]
    itself = name is None and goes_back(program)
    of_stacks = [of_layers(program)] if single and not itself else []
    queues = [
        of_wired(program) if name is None else iter(()),
        of_nodes(program),
        of_grown(program) if name is None else iter(()),
        of_scalars(program, classes),
        *(of_each + of_stacks if complete(whole) or given_data(whole) else of_stacks + of_each),
    ]
    queues.append(of_functions(program, functions, name if name in functions else None, [key for key, _ in defined]))
    if any(BACKWARD.search(key) or TRAINS.search(key) for key, _ in defined) and not complete(classes):
        queues = [queues[-1], *queues[:-1]]
    if name is None and len(defined) < len(functions):
        others = [key for key in functions if key not in dict(defined) and (TRAINS.search(key) or BACKWARD.search(key))]
        queues.append(of_functions(program, functions, None, others))
    scripts = [_scripts(program)] if name is None else []
    layered = [of_layers(program)] if single and itself else []
    built, plain = ([of_shown(program, one, single)] if name is None else [] for one in (True, False))
    for queue in [*scripts, *layered, *built, *queues] if layered else [*built, *queues, *plain, *scripts]:
        yield from queue


def _scripts(program: Program) -> Iterator[EntryPoint]:
    """Its own statements: with one of its loops, then with all."""
    for loop in loops(program)[:MOST]:
        yield EntryPoint(None, (EntryCall(SCRIPT, {"loop": Bound("constant", value=loop)}),))
    yield EntryPoint(None, (EntryCall(SCRIPT, {}),))
