"""What we make and call ourselves where a program has no call of its own for it, by names that no program has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...loading.program import Program
from ..arguments import Bound, Values
from ..entries.entry import (
    APPLIED,
    ARRAYS,
    BACK,
    BUILT,
    FORTH,
    GRAPH,
    GROWN,
    LAYERS,
    NUMBERS,
    OUTPUT,
    PASSES,
    ROUND,
    SCRIPT,
    SHOWN,
    SQUARES,
    WIRED,
    EntryCall,
)
from ..script import run_script
from . import graphs, tensors, wired
from .builders import built
from .growing import grown
from .layers import backward_all, forward_all, stacked
from .rebuilt import rebuilt
from .scalars import ask_squares, network_of, output_of


def _script(program: Program, values: Values, one: EntryCall) -> None:
    only = one.arguments.get("loop")
    run_script(program, values, only.value if only else None)


def _squares(program: Program, values: Values, one: EntryCall) -> None:
    found = values.results[-1]
    if tensors.product_of(type(found)) and program.defines(type(found)):
        tensors.ask_squares(type(found), found, values.of(Bound("y")))
    else:
        ask_squares(program, found, values.of(Bound("y")))


def _output(program: Program, values: Values, one: EntryCall) -> Any:
    return output_of(values.made, values.of(Bound("x")))


def _numbers(program: Program, values: Values, one: EntryCall) -> Any:
    return network_of(program.namespace[one.arguments["number"].value], values.numbers)


def _arrays(program: Program, values: Values, one: EntryCall) -> Any:
    cls = program.namespace[one.arguments["number"].value]
    return tensors.network(cls, values.numbers, one.arguments["biases"].value)


def _applied(program: Program, values: Values, one: EntryCall) -> Any:
    return tensors.output(program, values.made, values.of(Bound("x")))


def _grown(program: Program, values: Values, one: EntryCall) -> Any:
    return grown(program, values, **{name: bound.value for name, bound in one.arguments.items()})


def _shown(program: Program, values: Values, one: EntryCall) -> Any:
    return rebuilt(program, values, one.arguments["example"].value)


def _graph(program: Program, values: Values, one: EntryCall) -> Any:
    return graphs.network(program, values, one.arguments["activation"].value)


def _passes(program: Program, values: Values, one: EntryCall) -> Any:
    return graphs.run(values.made, values.of(Bound("x")), values.of(Bound("y")))


def _layers(program: Program, values: Values, one: EntryCall) -> Any:
    return stacked(program, values, one.arguments["layer"].value, one.arguments["activation"].value)


def _built(program: Program, values: Values, one: EntryCall) -> Any:
    return built(program, values, **{name: bound.value for name, bound in one.arguments.items()})


def _forth(program: Program, values: Values, one: EntryCall) -> Any:
    return forward_all(values.made, values.of(Bound("x")))


def _back(program: Program, values: Values, one: EntryCall) -> Any:
    return backward_all(values.made, values.results[-1], values.of(Bound("y")), values)


def _wired(program: Program, values: Values, one: EntryCall) -> Any:
    return wired.network(program, values, one.arguments["place"].value)


def _round(program: Program, values: Values, one: EntryCall) -> Any:
    return wired.one_round(program, values, one.arguments["place"].value)


DRIVERS: dict[str, Callable[[Program, Values, EntryCall], Any]] = {
    SCRIPT: _script,
    SQUARES: _squares,
    OUTPUT: _output,
    NUMBERS: _numbers,
    ARRAYS: _arrays,
    APPLIED: _applied,
    GROWN: _grown,
    SHOWN: _shown,
    GRAPH: _graph,
    PASSES: _passes,
    LAYERS: _layers,
    BUILT: _built,
    FORTH: _forth,
    BACK: _back,
    WIRED: _wired,
    ROUND: _round,
}
