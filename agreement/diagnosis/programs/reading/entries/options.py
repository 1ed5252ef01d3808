"""What the parameters of a call may get beside what their names say."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...loading.program import Program
from ..arguments import RESIDUAL, Bound
from ..callers import named_values
from ..kinds import kinds_of

DATA = ("x", "y", "pairs")
HANDED_DOWN = re.compile(
    r"^_?(d_?(outs?|outputs?|a|y|z|l|al|loss|h|x|scores?|values?|prev|next)|deltas?|dvalues|accum_grad\w*"
    r"|(\w+_)?(grad(ient)?s?|errors?|delta)(_(wrt_)?(outputs?|out|loss|y|a|last|l|signal|next))?|grad_?out(put)?)$",
    re.I,
)
"""How a parameter is called that takes ∂C/∂a of the output."""


def add_defined(
    program: Program, name: str, parameters: Sequence[inspect.Parameter], options: dict[str, list[Bound]]
) -> None:
    """What the program holds under the parameter's name, or hands over itself, is another choice; where the
    parameter's own name says nothing, what it hands over says whether it is data.
    """
    named = named_values(program.trees, name, [p.name for p in parameters])
    for p in parameters:
        for option in dict.fromkeys([named.get(p.name, ""), p.name, p.name.upper()]):
            first = options[p.name][0].kind if options[p.name] else ""
            if (
                option
                and program.namespace.has(option)
                and first not in ("x", "y", "rate", "epochs", "pairs", "w", "b")
            ):
                meant = [] if options[p.name] else [Bound(*one) for one in kinds_of(option) if one[0] in DATA]
                options[p.name] = [*options[p.name], *meant, Bound("own", value=option)]
                break


def by_layer(told: Mapping[str, Any], options: dict[str, list[Bound]]) -> None:
    """Lists of words that a call writes out beside its sizes are of as many words as there are layers."""
    sizes = [len(value) - 1 for value in told.values() if _is_list_of(int, value)]
    for bounds in options.values():
        for n, bound in enumerate(bounds):
            if bound.kind == "constant" and _is_list_of(str, bound.value):
                more = len(bound.value) - sizes[0] if sizes else 0
                bounds[n] = Bound("each", more if abs(more) <= 1 else 0, bound.value)


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(type(part) is kind for part in value)


def with_results(
    program: Program, parameter: inspect.Parameter, found: list[Bound], results: dict[str, int]
) -> list[Bound]:
    """What the forward call before gave under this name; an output or a cache by its kind."""
    kinds = [kind for kind, _ in kinds_of(parameter.name)]
    made: list[Bound] = []
    for name, index in results.items():
        made += [
            Bound("result", value=(index, None if len(names) == 1 else names.index(parameter.name)))
            for names in outputs_of(program, name)
            if parameter.name in names
        ]
        if "output" in kinds:
            made += [Bound("result", value=(index, None)), Bound("result", value=(index, 0))]
        if "cache" in kinds:
            made += [Bound("result", value=(index, 1)), Bound("result", value=(index, None))]
    if HANDED_DOWN.match(parameter.name) and not set(kinds) & {"x", "y"}:
        made += [Bound(RESIDUAL, value=(index, place)) for index in results.values() for place in (None, 0)]
    return made + found


def beside_labels(options: dict[str, list[Bound]]) -> None:
    """What is called as pairs of examples and labels are is x alone where y comes beside it."""
    if any(bounds and bounds[0].kind == "y" for bounds in options.values()):
        for name, bounds in options.items():
            if bounds and bounds[0].kind == "pairs":
                options[name] = [Bound("x"), *bounds]


def fill_unknown(options: dict[str, list[Bound]]) -> None:
    """Two parameters of which one is unknown: x comes first, y second."""
    kinds = [bounds[0].kind for bounds in options.values() if bounds]
    for name, bounds in options.items():
        if not bounds:
            missing = [kind for kind in ("x", "y") if kind not in kinds]
            options[name] = [Bound(kind) for kind in missing[:1]]
            kinds += missing[:1]


def outputs_of(program: Program, name: str) -> list[list[str]]:
    """The names under which a function gives its results: in its own return first, then where it is called."""
    returned: list[list[str]] = []
    called: list[list[str]] = []
    for node in (node for tree in program.trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            returned += [_names(r.value) for r in ast.walk(node) if isinstance(r, ast.Return) and r.value]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == name:
            called.append(_names(node.targets[0]))
    return [names for names in (*returned, *called) if any(names)]


def _names(node: ast.expr) -> list[str]:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    return [part.id if isinstance(part, ast.Name) else "" for part in parts]
