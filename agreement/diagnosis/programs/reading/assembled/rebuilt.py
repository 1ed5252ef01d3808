"""A network built once more as a program's own example builds it, with our widths in the place of its own."""

from __future__ import annotations

import builtins
import contextlib
import copy
import io
from collections.abc import Mapping
from itertools import pairwise, product
from typing import Any

import numpy as np

from ...loading.program import Program
from ..arguments import SIZES, Bound, Handed, Unbindable, Values
from ..chain import called_weights, widths_of
from ..each import gathered
from ..entries.entry import FORWARD
from ..kinds import kinds_of
from ..numbers import ExampleLayout, draw
from ..tracer import Path, Tracer, walk
from .recipes import SIZED, Recipe, prepared
from .shown import DATA, ShownNetwork, shown

LINES = 200_000
"""Lines of a program in which an example is looked into."""


class _Names(dict[str, Any]):
    """Where the statements run: numbers by their names, our data under the names of data, else the file's own."""

    def __init__(self, program: Program, one: ShownNetwork, numbers: Mapping[str, int], values: Values) -> None:
        super().__init__(__builtins__=builtins, __name__="example")
        self.program, self.one, self.numbers, self.ours = program, one, numbers, values

    def __missing__(self, name: str) -> Any:
        if name in self.numbers:
            return self.numbers[name]
        if (ours := self._data(name)) is not None:
            return ours
        if not self.one.home.has(name) and (size := self._size(name)) is not None:
            return size
        found = self.one.home[name]
        return copy.deepcopy(found) if self.program.defines(type(found)) else found

    def __setitem__(self, name: str, value: Any) -> None:
        whole = isinstance(value, np.ndarray) or type(value).__name__ == "Stub"
        ours = self._data(name) if whole else None
        super().__setitem__(name, value if ours is None else ours)

    def _size(self, name: str) -> Any:
        """What a parameter of a function that builds is given: a size, or a rate."""
        kind, number = next(iter(kinds_of(name)), ("", 0))
        with contextlib.suppress(Unbindable):
            return self.ours.of(Bound(kind, number)) if kind in (*SIZES, "rate", "depth") else None
        return None

    def _data(self, name: str) -> Any:
        kind = next((kind for kind, _ in kinds_of(name)), "")
        with contextlib.suppress(Unbindable):
            return self.ours.of(Bound("x" if kind == "pairs" else kind)) if kind in DATA else None
        return None


def rebuilt(program: Program, values: Values, example: int) -> Any:
    """The network of an example, of our widths; of its own where these cannot be told in it.

    Raises Unbindable where it has another number of layers.
    """
    one = shown(program)[example]
    recipe = _recipe(program, one, example)
    ours = values.numbers.widths
    if recipe.widths is not None and len(recipe.widths) != len(ours):
        raise Unbindable(f"{len(recipe.widths) - 1} layers")
    numbers = {**recipe.numbers, **{name: ours[width] for name, width in recipe.controls.items()}}
    return _touched(program, _run(program, one, recipe, numbers, values), values)


def can_be_rebuilt(program: Program, example: int) -> bool:
    """Whether the statements of an example run at all."""
    tracer, silent = Tracer(program.files, lambda _: False, LINES, record=False), io.StringIO()
    with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stdout(silent), np.errstate(all="ignore"):
        return tracer.run(lambda: _recipe(program, shown(program)[example], example)) is not None
    return False


def _run(program: Program, one: ShownNetwork, recipe: Recipe, numbers: Mapping[str, int], values: Values) -> Any:
    _emptied(program, one.cls)
    names = _Names(program, one, numbers, values)
    for n, (code, binds, may_fail) in enumerate(recipe.codes):
        recipe.reached = n
        try:
            exec(code, names)
        except Exception:
            if not may_fail or not set(binds) <= set(numbers):
                raise
            names.update({name: numbers[name] for name in binds})
        for name in set(binds) & set(numbers):
            if type(names.get(name)).__name__ == "Stub":
                names.update({name: numbers[name]})
    return names[one.name]


def _emptied(program: Program, cls: type) -> None:
    """Make the lists and dictionaries that all objects of a class share what they were at first."""
    first = program.__dict__.setdefault("_shared", {})
    if cls not in first:
        first[cls] = {
            key: value for key, value in vars(cls).items() if isinstance(value, list | dict) and key[:2] != "__"
        }
        first[cls] = copy.deepcopy(first[cls])
    for key, value in first[cls].items():
        setattr(cls, key, copy.deepcopy(value))


def _recipe(program: Program, one: ShownNetwork, example: int) -> Recipe:
    """The recipe of an example, looked into once; raises what its statements raise."""
    known: dict[int, Recipe | Exception] = program.__dict__.setdefault("_recipes", {})
    if example not in known:
        try:
            known[example] = _looked_into(program, one)
        except Exception as error:
            known[example] = error
    found = known[example]
    if isinstance(found, Exception):
        raise found
    return found


def _looked_into(program: Program, one: ShownNetwork) -> Recipe:
    recipe = prepared(one)
    values = Values(draw((8, 6, 3), 15), ExampleLayout(), Handed())
    while True:
        try:
            recipe.widths = _widths(program, one, recipe, recipe.numbers, values)
            break
        except Exception:
            if recipe.reached <= recipe.made:
                raise
            recipe.codes = recipe.codes[: recipe.reached]  # what fails afterwards uses the network
    if recipe.widths is None:
        return recipe
    for name, value in list(recipe.numbers.items())[:SIZED]:
        places = [n for n, width in enumerate(recipe.widths) if width == value]
        if len(places) == 1:
            recipe.controls[name] = places[0]
        elif places and (found := _follows(program, one, recipe, name, values)) is not None:
            recipe.controls[name] = found
    return recipe


def _widths(
    program: Program, one: ShownNetwork, recipe: Recipe, numbers: Mapping[str, int], values: Values
) -> tuple[int, ...] | None:
    made = _touched(program, _run(program, one, recipe, numbers, values), values, list(numbers.values()))
    recipe.apart = widths_of(_arrays(program, made)) is None
    return widths_of(_arrays(program, made, recipe.apart))


def _follows(program: Program, one: ShownNetwork, recipe: Recipe, name: str, values: Values) -> int | None:
    """The width that a number says: the only one that becomes another with it, of any weight matrix."""
    before, after = (
        _shapes(program, one, recipe, {**recipe.numbers, name: recipe.numbers[name] + more}, values) for more in (0, 1)
    )
    if not before or not after or len(before) != len(after):
        return None
    turned = all(shape == pair for shape, pair in zip(before, pairwise(recipe.widths or ()), strict=False))
    changed = {
        layer + (axis if turned else 1 - axis)
        for layer, (old, new) in enumerate(zip(before, after, strict=True))
        for axis in (0, 1)
        if old[axis] != new[axis]
    }
    return changed.pop() if len(changed) == 1 else None


def _shapes(
    program: Program, one: ShownNetwork, recipe: Recipe, numbers: Mapping[str, int], values: Values
) -> list[tuple[int, ...]]:
    """The shapes of the weight matrices of an example, in their order."""
    with contextlib.suppress(Exception):
        made = _run(program, one, recipe, numbers, values)
        if not (found := called_weights(_arrays(program, made, recipe.apart))):
            made = _touched(program, made, values, list(numbers.values()))
            found = called_weights(_arrays(program, made, recipe.apart))
        return [shape for _, shape in found]
    return []


def _arrays(program: Program, made: Any, apart: bool = False) -> list[tuple[Path, tuple[int, ...]]]:
    """The shapes of what a network holds; `apart`, of what numbers and vectors that stand apart make up."""

    def defines(value: Any) -> bool:
        return program.defines(type(value))

    found = gathered(made, defines, ()) if apart else walk(made, defines)
    return [(path, np.shape(value)) for path, value in found]


def _touched(program: Program, made: Any, values: Values, sizes: list[int] | None = None) -> Any:
    """The network, sent forward once where its weights are made when it is first used."""
    if any(widths_of(_arrays(program, made, apart)) for apart in (False, True)):
        return made
    methods = [name for name in dir(type(made)) if FORWARD.search(name) and not name.startswith("__")]
    for width in [*(sizes or []), values.numbers.widths[0]]:
        for name, shape in product(methods[:2], ((2, width), (width, 2))):
            with contextlib.suppress(Exception):
                getattr(made, name)(np.full(shape, 0.5))
                if widths_of(_arrays(program, made)):
                    return made
    return made
