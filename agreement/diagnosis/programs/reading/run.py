"""One run of an entry: what it is made of, its calls under the tracer, and what is left of them."""

from __future__ import annotations

import contextlib
import copy
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from .....manual.shapes import Array
from ..loading.program import Program
from .arguments import Handed, Unbindable, Values, call
from .assembled.drivers import DRIVERS
from .chain import Arrays, Chain, ParameterPlace
from .each import EACH, gather, gathered, scatter
from .entries.entry import EntryCall, EntryPoint
from .kinds import kinds_of
from .numbers import ExampleLayout, NetworkAndBatch
from .overridden import overridden, steps_globals
from .tracer import Path, Tracer, as_numbers, at, put, set_at, walk

MAKING = 20_000
"""Lines in which an object is made."""
MADE, GIVEN, RETURNED = "made", "given", "returned"


@dataclass
class Ready:
    """A program ready for its calls: the values to hand over, and the roots under which its parameters stand."""

    program: Program
    entry: EntryPoint
    values: Values

    @property
    def roots(self) -> dict[str, Any]:
        return {MADE: self.values.made, GIVEN: self.values.given}

    def arrays(self, one_by_one: bool = False) -> Iterator[tuple[Path, Array]]:
        """Every array below the roots; `one_by_one`, those too that numbers and vectors make up."""
        for name, root in self.roots.items():
            for path, value in walk(root, self.program_owns, (name,)):
                array = as_numbers(value)
                assert array is not None
                yield path, np.asarray(array, dtype=float)
            if one_by_one:
                yield from gathered(root, self.program_owns, (name,))

    def shapes(self, one_by_one: bool = False) -> Arrays:
        return [(path, array.shape) for path, array in self.arrays(one_by_one)]

    def program_owns(self, value: Any) -> bool:
        return owns(self.program, value)

    def read(self, path: Path) -> Array:
        if EACH in path:
            found = np.array(gather(self.roots[path[0]], path[1:]))
            return found if found.dtype.kind == "f" else found.astype(float)
        array = as_numbers(at(self.roots[path[0]], path[1:]))
        if array is None:
            raise Unbindable(str(path))
        return np.array(array)

    def single(self, chain: Chain) -> bool:
        """Whether it holds a parameter in single precision."""
        places = [place.path for place in (*chain.weights, *filter(None, chain.biases)) if place.path[0] in self.roots]
        return any(self.read(path).dtype == np.float32 for path in places)

    def set(self, place: ParameterPlace, value: Array) -> None:
        """Put numbers in their place, into the array that is there where its shape allows."""
        root = self.roots[place.path[0]]
        if EACH in place.path:
            scatter(root, place.path[1:], value)
            return
        there = at(root, place.path[1:])
        if np.shape(there) == value.shape and isinstance(there, np.ndarray) and there.flags.writeable:
            put(there, value)
        elif isinstance(there, list):
            set_at(root, place.path[1:], value.tolist())
        else:
            set_at(root, place.path[1:], value.astype(getattr(there, "dtype", float)))

    def put(self, chain: Chain, numbers: NetworkAndBatch) -> None:
        """Set every parameter."""
        for place, bias, w, b in zip(chain.weights, chain.biases, numbers.weights, numbers.biases, strict=True):
            self.set(place, place.put(w, b))
            if bias is not None:
                self.set(bias, bias.laid(b))

    def call(self, tracer: Tracer) -> Any:
        """Make every call under the tracer; what the last of them returned."""
        for name, root in self.roots.items():
            tracer.adopt(root, (name,))
        self.values.results.clear()

        def calls() -> Any:
            for one in self.entry.calls:
                self.values.results.append(self._call(one))
            return self.values.results[-1]

        seed()
        with quiet(), overridden(self.program, self.entry, self.values):
            return tracer.run(calls)

    def _call(self, one: EntryCall) -> Any:
        if one.name in DRIVERS:
            return DRIVERS[one.name](self.program, self.values, one)
        function = getattr(self.values.made, one.name) if one.method else self.program.namespace[one.name]
        return call(function, one.arguments, self.values)


def owns(program: Program, value: Any) -> bool:
    """Whether a value is an object of one of the program's classes."""
    cls = type(value)
    known = program.__dict__.setdefault("_owned", {})
    if cls not in known:
        known[cls] = (
            cls.__module__ not in ("builtins", "numpy")
            and not isinstance(value, type | FunctionType)
            and program.defines(cls)
        )
    return bool(known[cls])


def prepare(
    program: Program, entry: EntryPoint, numbers: NetworkAndBatch, form: ExampleLayout, handed: Handed, rate: float
) -> Ready:
    """Make what an entry needs before its calls, with the same random numbers each time."""
    values = Values(numbers, form, handed, rate, lookup=lambda name: _value_of(program, name))
    seed()
    if entry.maker is not None:
        with quiet(), overridden(program, entry, values):
            tracer = Tracer(program.files, lambda _: False, MAKING, record=False)
            values.made = tracer.run(lambda: _made(program, entry.maker, values))
        values.steep |= _steep(values.made, rate)
    for one in entry.calls:
        for bound in one.arguments.values():
            if bound.kind in ("w", "b", "weights", "biases", "parameters", "network", "first", "own"):
                values.of(bound)
    if not steps_globals(program, entry):
        with overridden(program, entry, values):
            pass  # the arrays that its globals stand for are parameters, as if they were handed over
    return Ready(program, entry, values)


def _made(program: Program, maker: EntryCall | None, values: Values) -> Any:
    assert maker is not None
    if maker.name in DRIVERS:
        return DRIVERS[maker.name](program, values, maker)
    if maker.name.startswith("="):
        return _value_of(program, maker.name[1:])
    return call(program.namespace[maker.name], maker.arguments, values)


def _value_of(program: Program, name: str) -> Any:
    """A copy of a value that the program's own statements make; raises Unbindable where they make none."""
    cache = program.__dict__.setdefault("_made", {})
    if name not in cache:
        try:
            with quiet():
                cache[name] = Tracer(program.files, lambda _: False, record=False).run(lambda: program.namespace[name])
        except (Exception, SystemExit):
            cache[name] = None
        cache[name] = None if type(cache[name]).__name__ == "Stub" else cache[name]
    if cache[name] is None:
        raise Unbindable(name)
    return copy.deepcopy(cache[name])


def _steep(made: Any, rate: float) -> bool:
    """Make the learning rates that an object holds, itself or in what it holds, ours, and its regularisation 0;
    whether there was a rate.
    """
    seen: set[int] = set()
    found: list[str] = []

    def visit(value: Any, deep: int) -> None:
        if id(value) in seen or deep > 3 or isinstance(value, int | float | str | np.ndarray | None):
            return
        seen.add(id(value))
        for part in value if isinstance(value, list | tuple) else getattr(value, "__dict__", {}).values():
            visit(part, deep + 1)
        for name, part in list(getattr(value, "__dict__", {}).items()):
            kind = next((kind for kind, _ in kinds_of(name)), None)
            if type(part) in (int, float) and kind in STEEP and part != 0:
                with contextlib.suppress(Exception):
                    setattr(value, name, rate if kind == "rate" else type(part)(0))
                    found.append(kind)

    visit(made, 0)
    return "rate" in found


STEEP = ("rate", "reg")


def seed() -> None:
    """Random numbers are the same in every run."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - what programs draw from


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is printed, no floating-point state is left changed."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        np.errstate(all="ignore"),
    ):
        yield
