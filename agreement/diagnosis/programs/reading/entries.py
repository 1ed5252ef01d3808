"""Entries: the calls that make a program compute gradients, those whose names promise it first."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import FunctionType
from typing import Any

from ..loading.program import Program
from .arguments import Arguments, Bound, Unbindable, alternatives, choices, literals, named_values, parameters_of
from .kinds import kinds_of
from .script import loops

TRAINS = re.compile(r"train|fit|learn|sgd|descent|update|step|optimi[sz]e|epoch|model|mini_?batch", re.I)
BACKWARD = re.compile(r"back|grad|bprop|nabla|loss|propagate_error|bwd", re.I)
FORWARD = re.compile(
    r"^_*(forward|feed|fwd|fprop|predict|propagat|activate|query|think|compute|run|infer|output|front|net)|forward|feed",
    re.I,
)
STARTS = re.compile(r"init|create|make|build|setup|random", re.I)
NOT = re.compile(
    r"check|numeric|test|plot|predict|accuracy|eval|score|relu|sigmoid|softmax|tanh|deriv|activ|print|save|load|adam|momentum|rmsprop|conv|pool|lstm|rnn|batchnorm|dropout",
    re.I,
)
MOST = 8
OWN = "submission"
"""The module name of the program's own file."""
SCRIPT = "<script>"
"""The entry that runs a program's own statements, with our data in place of its own."""


@dataclass(frozen=True)
class Call:
    """A call of a function of the program, or of a method of what was made."""

    name: str
    arguments: Arguments
    method: bool = False


@dataclass(frozen=True)
class Entry:
    """What is made first (an object, by its class, or parameters, by a function), then the calls."""

    maker: Call | None
    calls: tuple[Call, ...]

    def __str__(self) -> str:
        made = [f"{self.maker.name}(…)"] if self.maker else []
        return ", ".join(
            [*made, *(("." if one.method else "") + f"{one.name}({', '.join(one.arguments)})" for one in self.calls)]
        )

    @property
    def script(self) -> bool:
        """It runs the program's own statements."""
        return self.calls[-1].name == SCRIPT

    @property
    def complete(self) -> bool:
        """Its last call has the name of a training: what it holds is a network, however few its layers."""
        return bool(TRAINS.search(self.calls[-1].name)) or self.script

    @property
    def kinds(self) -> set[str]:
        """The kinds of everything that it is handed."""
        calls = [*([self.maker] if self.maker else []), *self.calls]
        return {bound.kind for one in calls for bound in one.arguments.values()}


def entries(program: Program, name: str | None = None) -> Iterator[Entry]:
    """Every entry of a program, the likeliest first; only those of one function or class where it is named."""
    own = [(key, value) for key, value in program.definitions() if name is None or key == name]
    if name is None and any(value.__module__ == OWN for _, value in own):
        own = [(key, value) for key, value in own if value.__module__ == OWN]
    classes = [(key, value) for key, value in own if inspect.isclass(value)]
    functions = {key: value for key, value in program.definitions() if isinstance(value, FunctionType)}
    queues = [_of_class(program, key, value) for key, value in sorted(classes, key=_class_rank)]
    queues.append(_of_functions(program, functions, name if name in functions else None, [key for key, _ in own]))
    if any(BACKWARD.search(key) or TRAINS.search(key) for key, _ in own) and not _complete(classes):
        queues = [queues[-1], *queues[:-1]]
    if name is None and len(own) < len(functions):
        others = [key for key in functions if key not in dict(own) and (TRAINS.search(key) or BACKWARD.search(key))]
        queues.append(_of_functions(program, functions, None, others))
    for queue in queues:
        yield from queue
    if name is None:
        for loop in loops(program)[:MOST]:
            yield Entry(None, (Call(SCRIPT, {"loop": Bound("constant", value=loop)}),))
        yield Entry(None, (Call(SCRIPT, {}),))


def _complete(classes: list[tuple[str, Any]]) -> bool:
    return any(TRAINS.search(method) for _, value in classes for method in vars(value))


def _class_rank(item: tuple[str, type]) -> tuple[bool, bool, int]:
    methods = [key for key, value in vars(item[1]).items() if isinstance(value, FunctionType)]
    trains, back = any(map(TRAINS.search, methods)), any(map(BACKWARD.search, methods))
    return (not (trains and back), not (trains or back), -len(methods))


def _methods(cls: type) -> dict[str, FunctionType]:
    found: dict[str, FunctionType] = {}
    for part in reversed(cls.__mro__):
        found |= {
            key: value for key, value in vars(part).items() if isinstance(value, FunctionType) and part is not object
        }
    return found


def _of_class(program: Program, name: str, cls: type) -> Iterator[Entry]:
    methods = _methods(cls)
    sequences = list(islice(_sequences(methods), MOST))
    for maker in _makers(program, name, cls):
        for sequence in sequences:
            for calls in _bound_calls(program, sequence, methods):
                yield Entry(maker, calls)


def _makers(program: Program, name: str, cls: type) -> list[Call]:
    init = getattr(cls, "__init__", None)
    if not isinstance(init, FunctionType):
        return [Call(name, {})]
    try:
        parameters = parameters_of(init)[1:]
    except Unbindable:
        return []
    told = literals(program.trees, name, [p.name for p in parameters])
    options = {p.name: choices(p, told.get(p.name)) for p in parameters}
    for index, p in enumerate(parameters):
        if not options[p.name] and p.default is p.empty:
            options[p.name] = [Bound("width", index)] if len(parameters) <= 4 else []
            options[p.name] += [Bound("constant", value=told[p.name])] if p.name in told else []
    _add_own(program, name, parameters, options)
    made = list(islice((Call(name, one) for one in alternatives(options)), MOST))
    made[1:1] = [Call(f"={own}", {}) for own in _instances(program, name)]
    required = [p.name for p in parameters if p.default is p.empty]
    if required and all(one in told for one in required):
        made.append(Call(name, {key: Bound("constant", value=value) for key, value in told.items() if key in options}))
    return made


def _instances(program: Program, name: str) -> list[str]:
    """The names to which the program itself assigns an object of a class."""
    found = []
    for node in (node for tree in program.trees[:1] for node in ast.walk(tree)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == name:
            found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [own for own in dict.fromkeys(found) if program.namespace.has(own)][:2]


def _sequences(methods: dict[str, FunctionType]) -> Iterator[tuple[str, ...]]:
    """Training methods alone; backward ones after each forward one, then alone."""
    public = [key for key in methods if not (key.startswith("__") and key != "__call__")]
    trains = [key for key in public if TRAINS.search(key) and not NOT.search(key)]
    back = [key for key in public if BACKWARD.search(key) and not NOT.search(key)]
    forward = sorted(
        (key for key in public if FORWARD.search(key) and key not in back + trains), key=lambda key: "forw" not in key
    )
    trains.sort(key=lambda key: (not re.search("train|fit|sgd", key, re.I), "batch" in key))
    for key in trains:
        yield (key,)
    for key in back:
        for first in forward[:3]:
            yield (first, key)
        if key not in trains:
            yield (key,)
    for key in public:
        if key not in trains + back + forward:
            yield (key,)


def _bound_calls(
    program: Program, sequence: tuple[str, ...], methods: dict[str, FunctionType]
) -> Iterator[tuple[Call, ...]]:
    *before, last = sequence
    results = {name: index for index, name in enumerate(before)}
    try:
        firsts = [next(_options(program, methods[name], name, {}, True), None) for name in before]
        lasts = list(islice(_options(program, methods[last], last, results, True), MOST))
    except Unbindable:
        return
    for arguments in lasts:
        if all(one is not None for one in firsts):
            yield (
                *(Call(name, one or {}, True) for name, one in zip(before, firsts, strict=True)),
                Call(last, arguments, True),
            )


def _options(
    program: Program, function: FunctionType, name: str, results: dict[str, int], method: bool
) -> Iterator[Arguments]:
    parameters = parameters_of(function)[1 if method else 0 :]
    told = literals(program.trees, name, [p.name for p in parameters])
    options = {p.name: _with_results(program, p, choices(p, told.get(p.name)), results) for p in parameters}
    _add_own(program, name, parameters, options)
    _fill_unknown(options)
    yield from alternatives(options)


def _add_own(
    program: Program, name: str, parameters: Sequence[inspect.Parameter], options: dict[str, list[Bound]]
) -> None:
    """What the program holds under the parameter's name, or hands over itself, is another choice."""
    named = named_values(program.trees, name, [p.name for p in parameters])
    for p in parameters:
        for own in dict.fromkeys([named.get(p.name, ""), p.name, p.name.upper()]):
            first = options[p.name][0].kind if options[p.name] else ""
            if own and program.namespace.has(own) and first not in ("x", "y", "rate", "epochs", "pairs", "w", "b"):
                value = Bound("own", value=own)
                options[p.name] = [*options[p.name], value]
                break


def _with_results(
    program: Program, parameter: inspect.Parameter, found: list[Bound], results: dict[str, int]
) -> list[Bound]:
    """What the forward call before gave under this name; an output or a cache by its kind."""
    kinds = [kind for kind, _ in kinds_of(parameter.name)]
    made: list[Bound] = []
    for name, index in results.items():
        made += [
            Bound("result", value=(index, None if len(names) == 1 else names.index(parameter.name)))
            for names in _outputs(program, name)
            if parameter.name in names
        ]
        if "output" in kinds:
            made += [Bound("result", value=(index, None)), Bound("result", value=(index, 0))]
        if "cache" in kinds:
            made += [Bound("result", value=(index, 1)), Bound("result", value=(index, None))]
    return made + found


def _fill_unknown(options: dict[str, list[Bound]]) -> None:
    """Two parameters of which one is unknown: x comes first, y second."""
    kinds = [bounds[0].kind for bounds in options.values() if bounds]
    for name, bounds in options.items():
        if not bounds:
            missing = [kind for kind in ("x", "y") if kind not in kinds]
            options[name] = [Bound(kind) for kind in missing[:1]]
            kinds += missing[:1]


def _of_functions(
    program: Program, functions: dict[str, FunctionType], name: str | None, own: list[str]
) -> Iterator[Entry]:
    candidates = [
        key for key in functions if key in own and (key == name or not NOT.search(key) or BACKWARD.search(key))
    ]
    candidates.sort(key=lambda key: _function_rank(functions[key], key))
    produced = {key: _outputs(program, key) for key in functions}
    for key in candidates:
        yield from islice(_planned(program, functions, produced, key), MOST)


def _function_rank(function: FunctionType, name: str) -> tuple[int, int]:
    kinds = {kind for p in inspect.signature(function).parameters for kind, _ in kinds_of(p)}
    order = 0 if TRAINS.search(name) and not STARTS.search(name) else 1 if BACKWARD.search(name) else 2
    return (
        order if kinds & {"x", "pairs"} else order + 3,
        function.__code__.co_firstlineno * (-1 if order == 0 else 1),
    )


def _outputs(program: Program, name: str) -> list[list[str]]:
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


def _planned(
    program: Program, functions: dict[str, FunctionType], produced: dict[str, list[list[str]]], target: str
) -> Iterator[Entry]:
    """Calls that give a function what it needs, in their order, and then the function's own."""
    for starting in (True, False):
        plan = _Plan(program, functions, produced, starting)
        options = plan.options(target)
        if options is None:
            continue
        for arguments in alternatives(options):
            yield Entry(plan.maker, (*plan.calls, Call(target, arguments)))
        if plan.maker is None:
            return


class _Plan:
    """Looks for the calls before a function: `starting` takes parameters from the program's own initialiser."""

    def __init__(
        self, program: Program, functions: dict[str, FunctionType], produced: dict[str, list[list[str]]], starting: bool
    ) -> None:
        self.program, self.functions, self.produced, self.starting = program, functions, produced, starting
        self.maker: Call | None = None
        self.calls: list[Call] = []
        self._open: list[str] = []

    def options(self, name: str) -> dict[str, list[Bound]] | None:
        """What each parameter of a function may get; None where one can get nothing."""
        if name in self._open or len(self._open) > 3:
            return None
        self._open.append(name)
        parameters = parameters_of(self.functions[name])
        told = literals(self.program.trees, name, [p.name for p in parameters])
        options = {p.name: self._of(p, told.get(p.name), len(parameters)) for p in parameters}
        _add_own(self.program, name, parameters, options)
        self._open.pop()
        if any(not bounds for bounds in options.values()):
            _fill_unknown(options)
        return options if all(options.values()) else None

    def _of(self, p: inspect.Parameter, literal: Any, count: int) -> list[Bound]:
        found = choices(p, literal)
        kinds = [kind for kind, _ in kinds_of(p.name)]
        open_to_made = self.starting and (not found or {"parameters", "w", "b", "weights", "biases"} & set(kinds))
        if open_to_made and (made := self._made(p.name)) is not None:
            return [made, *found]
        if (
            found
            and found[0].kind in ("x", "y", "parameters", "w", "b", "weights", "biases", "rate", "pairs")
            and kinds[0] not in ("output", "cache")
        ):
            return found
        if (made := self._result(p.name)) is not None:
            return [made, *found]
        return found

    def _made(self, name: str) -> Bound | None:
        """A parameter's place in what an initialiser of the program gives."""
        for function, outputs in self.produced.items():
            if STARTS.search(function) and function not in self._open:
                for names in outputs:
                    if name in names and (self.maker is None or self.maker.name == function):
                        if self.maker is None:
                            arguments = self._maker_arguments(function)
                            if arguments is None:
                                continue
                            self.maker = Call(function, arguments)
                        return Bound("made", value=None if len(names) == 1 else names.index(name))
        return None

    def _maker_arguments(self, function: str) -> Arguments | None:
        try:
            parameters = parameters_of(self.functions[function])
        except Unbindable:
            return None
        told = literals(self.program.trees, function, [p.name for p in parameters])
        options = {p.name: choices(p, told.get(p.name)) for p in parameters}
        _add_own(self.program, function, parameters, options)
        return next(alternatives(options), None)

    def _result(self, name: str) -> Bound | None:
        """A parameter's place in what another function gives, which is then called before."""

        def rank(item: tuple[str, list[list[str]]]) -> tuple[bool, bool]:
            return not (item[1] and name in item[1][0]), not FORWARD.search(item[0])

        for function, outputs in sorted(self.produced.items(), key=rank):
            for names in outputs:
                if (
                    name in names
                    and function not in self._open
                    and not (STARTS.search(function) and not FORWARD.search(function))
                ):
                    index = next((i for i, one in enumerate(self.calls) if one.name == function), None)
                    if index is None:
                        options = self.options(function)
                        arguments = next(alternatives(options), None) if options else None
                        if arguments is None:
                            continue
                        self.calls.append(Call(function, arguments))
                        index = len(self.calls) - 1
                    return Bound("result", value=(index, None if len(names) == 1 else names.index(name)))
        return None
