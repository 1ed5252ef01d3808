"""The entries of functions: each after the calls that give it what it needs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import islice
from types import FunctionType
from typing import Any

from ...loading.program import Program
from ..arguments import SIZES, Arguments, Bound, Unbindable, alternatives, choices, parameters_of
from ..callers import literals
from ..kinds import kinds_of
from .entry import BACKWARD, FORWARD, MOST, NOT, STARTS, TRAINS, EntryCall, EntryPoint
from .options import add_defined, fill_unknown, outputs_of

WHOLE = re.compile("train|fit", re.I)
"""What a function that holds a whole training is called."""


def of_functions(
    program: Program, functions: dict[str, FunctionType], name: str | None, defined: list[str]
) -> Iterator[EntryPoint]:
    """The entries of the program's own functions, or of one of them."""
    candidates = [
        key for key in functions if key in defined and (key == name or not NOT.search(key) or BACKWARD.search(key))
    ]
    candidates.sort(key=lambda key: _function_rank(functions[key], key))
    produced = {key: outputs_of(program, key) for key in functions}
    for key in candidates:
        yield from islice(_planned(program, functions, produced, key), MOST)


def _function_rank(function: FunctionType, name: str) -> tuple[int, int]:
    kinds = {kind for p in inspect.signature(function).parameters for kind, _ in kinds_of(p)}
    order = 0 if TRAINS.search(name) and not STARTS.search(name) else 1 if BACKWARD.search(name) else 2
    return (
        order if kinds & {"x", "y", "pairs"} or WHOLE.search(name) else order + 3,
        function.__code__.co_firstlineno * (-1 if order == 0 else 1),
    )


def _planned(
    program: Program, functions: dict[str, FunctionType], produced: dict[str, list[list[str]]], target: str
) -> Iterator[EntryPoint]:
    """Calls that give a function what it needs, in their order, and then the function's own."""
    for starting in (True, False):
        plan = _Plan(program, functions, produced, starting)
        options = plan.options(target)
        if options is None:
            continue
        for arguments in alternatives(options):
            yield EntryPoint(plan.maker, (*plan.calls, EntryCall(target, arguments)))
        if plan.maker is None:
            return


class _Plan:
    """Looks for the calls before a function: `starting` takes parameters from the program's own initialiser."""

    def __init__(
        self, program: Program, functions: dict[str, FunctionType], produced: dict[str, list[list[str]]], starting: bool
    ) -> None:
        self.program, self.functions, self.produced, self.starting = program, functions, produced, starting
        self.maker: EntryCall | None = None
        self.calls: list[EntryCall] = []
        self._open: list[str] = []

    def options(self, name: str) -> dict[str, list[Bound]] | None:
        """What each parameter of a function may get; None where one can get nothing."""
        if name in self._open or len(self._open) > 3:
            return None
        self._open.append(name)
        parameters = parameters_of(self.functions[name])
        told = literals(self.program.trees, name, [p.name for p in parameters])
        options = {p.name: self._of(p, told.get(p.name), len(parameters)) for p in parameters}
        add_defined(self.program, name, parameters, options)
        self._open.pop()
        if any(not bounds for bounds in options.values()):
            fill_unknown(options)
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
            if self._starts(function) and function not in self._open:
                for names in outputs:
                    if name in names and (self.maker is None or self.maker.name == function):
                        if self.maker is None:
                            arguments = self._maker_arguments(function)
                            if arguments is None:
                                continue
                            self.maker = EntryCall(function, arguments)
                        return Bound("made", value=None if len(names) == 1 else names.index(name))
        return None

    def _starts(self, function: str) -> bool:
        """It makes parameters: by its name, or as it takes sizes alone."""
        kinds = [kinds_of(name) for name in inspect.signature(self.functions[function]).parameters]
        sized = bool(kinds) and all(any(kind in SIZES for kind, _ in found) for found in kinds)
        return sized or bool(STARTS.search(function))

    def _maker_arguments(self, function: str) -> Arguments | None:
        try:
            parameters = parameters_of(self.functions[function])
        except Unbindable:
            return None
        told = literals(self.program.trees, function, [p.name for p in parameters])
        options = {p.name: choices(p, told.get(p.name)) for p in parameters}
        add_defined(self.program, function, parameters, options)
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
                    and not (self._starts(function) and not FORWARD.search(function))
                ):
                    index = next((i for i, one in enumerate(self.calls) if one.name == function), None)
                    if index is None:
                        options = self.options(function)
                        arguments = next(alternatives(options), None) if options else None
                        if arguments is None:
                            continue
                        self.calls.append(EntryCall(function, arguments))
                        index = len(self.calls) - 1
                    return Bound("result", value=(index, None if len(names) == 1 else names.index(name)))
        return None
