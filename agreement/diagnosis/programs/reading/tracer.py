"""A line tracer over a program's own frames: every version of every array that its variables hold."""

from __future__ import annotations

import contextlib
import dis
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FrameType
from typing import Any

import numpy as np

from .....manual.shapes import Array

Path = tuple[Any, ...]
"""Where an array is: a scope and a variable, or an object, then keys, indices and `.attributes`."""
LARGEST, LONGEST, DEEPEST = 700_000, 40, 6


MODULE = "<module>"
"""The scope of what a module itself binds."""


@cache
def stored_globally(code: CodeType) -> tuple[str, ...]:
    """The names of its module that a function binds."""
    found = [one.argval for one in dis.get_instructions(code) if one.opname == "STORE_GLOBAL"]
    return tuple(dict.fromkeys(found)) if code.co_name != MODULE else ()


class Enough(BaseException):
    """What was wanted is there, or the budget of lines is spent; not to be caught by the program."""


_ends: ContextVar[float] = ContextVar("_ends", default=math.inf)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Every traced run ends when the process has been busy for so long: a line may take long where much is held."""
    token = _ends.set(min(_ends.get(), time.process_time() + seconds))
    try:
        yield
    finally:
        _ends.reset(token)


@dataclass(frozen=True)
class Version:
    """The content of a path from a moment on; `at` orders moments, `number` counts the versions of the path."""

    path: Path
    number: int
    at: int
    value: Array
    single: bool = False
    """It was held in single precision."""


def as_numbers(value: Any) -> Array | None:
    """A float array of one or two axes, or a list of numbers as one; None for anything else."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind == "f" and 1 <= value.ndim <= 3 and 0 < value.size <= LARGEST else None
    if type(value) is list and value and (type(value[0]) is float or _is_row(value[0])):
        try:
            array = np.array(value, dtype=float)
        except (ValueError, TypeError):
            return None
        return array if array.size else None
    return None


def _is_row(value: Any) -> bool:
    return type(value) is list and bool(value) and type(value[0]) is float


def children(value: Any, defines: Callable[[Any], bool]) -> Iterator[tuple[Any, Any]]:
    """What a container or an object of the program's own holds, by key, index or `.attribute`."""
    if isinstance(value, dict):
        yield from list(value.items())[:LONGEST]
    elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype == object and value.ndim):
        yield from enumerate(list(value)[:LONGEST])
    elif defines(value):
        slots = {name: getattr(value, name, None) for name in getattr(type(value), "__slots__", ())}
        yield from ((f".{name}", part) for name, part in {**slots, **getattr(value, "__dict__", {})}.items())


def walk(value: Any, defines: Callable[[Any], bool], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every array below a value (a value's own path first), each object once."""
    seen: set[int] = set()

    def below(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
        if as_numbers(value) is not None:
            yield path, value
        elif len(path) <= DEEPEST + 2 and id(value) not in seen:
            if not isinstance(value, int | float | str | None):
                seen.add(id(value))
            for key, part in children(value, defines):
                yield from below(part, (*path, key))

    yield from below(value, path)


@dataclass
class Tracer:
    """Traces a call: `versions` has what every path held, one after another.

    Only the versions in `wanted` are kept where some are given, and the run ends with the last of them; `inject`
    has what is written into a path when its version of a number appears.
    """

    files: set[str]
    defines: Callable[[Any], bool]
    budget: int = 3000
    wanted: set[tuple[Path, int]] | None = None
    inject: dict[tuple[Path, int], Array] = field(default_factory=dict)
    stepped: frozenset[Path] = frozenset()
    """Parameters that a step changes: where one is changed again, another step has begun."""
    record: bool = True
    to_the_end: bool = False
    """What is left of the run is wanted, too: it is not ended with the last version."""
    versions: dict[Path, list[Version]] = field(default_factory=dict)
    lines: int = 0
    _at: int = 0
    _held: dict[Path, tuple[Any, bytes]] = field(default_factory=dict)
    _count: dict[Path, int] = field(default_factory=dict)
    _homes: dict[int, Path] = field(default_factory=dict)
    _alive: list[Any] = field(default_factory=list)
    _prefixes: set[Path] = field(default_factory=set)
    _last: dict[Path, int] = field(default_factory=dict)
    _left: int = -1

    def __post_init__(self) -> None:
        if self.wanted is not None:
            paths = [path for path, _ in (*self.wanted, *self.inject)]
            self._prefixes = {path[:end] for path in paths for end in range(1, len(path) + 1)}
            self._left = -1 if self.to_the_end else len(self.wanted)
            self._last = {path: max(k for other, k in self.wanted if other == path) for path, _ in self.wanted}

    def adopt(self, value: Any, path: Path) -> None:
        """Give an object, and those below it, their paths."""
        if id(value) in self._homes or len(path) > DEEPEST:
            return
        if self.defines(value):
            self._homes[id(value)] = path
            self._alive.append(value)
        for key, part in children(value, self.defines):
            if not isinstance(part, np.ndarray | int | float | str | None):
                self.adopt(part, (*path, key))

    def run(self, call: Callable[[], Any]) -> Any:
        """What the call returns; None where it was ended because there was enough."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            return call()
        except Enough:
            return None
        finally:
            sys.settrace(before)

    def seen(self, path: Path) -> int:
        """The number of the last version of a path, -1 where there was none."""
        return self._count.get(path, -1)

    def held(self, path: Path) -> Array | None:
        """What a path held last; None where it was never seen."""
        value, content = self._held.get(path, (None, b""))
        return np.frombuffer(content).reshape(np.shape(value)).copy() if content else None

    def _enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if code.co_filename not in self.files:
            return None
        if code.co_name in ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>", "<lambda>"):
            return self._counting
        return self._line

    def _counting(self, frame: FrameType, event: str, arg: Any) -> Any:
        self._spend()
        return self._counting

    def _spend(self) -> None:
        self.lines += 1
        if self.lines > self.budget or time.process_time() > _ends.get():
            raise Enough

    def _line(self, frame: FrameType, event: str, arg: Any) -> Any:
        self._spend()
        if self.record:
            scope = frame.f_code.co_qualname
            for name, value in frame.f_locals.items():
                if self.defines(value):
                    if id(value) not in self._homes:
                        self.adopt(value, (type(value).__name__, len(self._homes)))
                    self._visit(self._homes[id(value)], value)
                elif frame.f_code.co_name != MODULE or not name.startswith("_"):
                    self._visit((scope, name), value)
            for name in stored_globally(frame.f_code):
                self._visit((MODULE, name), dict.get(frame.f_globals, name))
            if self._left == 0:
                raise Enough
        return self._line

    def _visit(self, path: Path, value: Any, deep: int = 0) -> None:
        if self.wanted is not None and path not in self._prefixes:
            return
        array = as_numbers(value)
        if array is not None:
            self._see(path, value, array)
        elif deep < DEEPEST:
            for key, part in children(value, self.defines):
                if not isinstance(part, int | float | str | None):
                    home = self._homes.get(id(part)) if self.defines(part) else None
                    self._visit(home or (*path, key), part, deep + 1)

    def _see(self, path: Path, value: Any, array: Array) -> None:
        single, array = array.dtype == np.float32, np.asarray(array, dtype=float)
        held, content = self._held.get(path, (None, b"")), array.tobytes()
        if held[1] == content and (held[0] is value or type(value) is list):
            return
        number = self._count.get(path, -1) + 1
        if number > self._last.get(path, number) and path in self.stepped:
            raise Enough
        self._count[path] = number
        if (new := self.inject.get((path, number))) is not None:
            put(value, new)
            array = np.asarray(value, dtype=float)
            content = array.tobytes()
        self._held[path] = (value, content)
        if self.wanted is not None and (path, number) not in self.wanted:
            return
        self._left -= 1
        self._at += 1
        self.versions.setdefault(path, []).append(Version(path, number, self._at, np.array(array), single))


def put(value: Any, new: Array) -> None:
    """Write numbers into an array or into nested lists, in place."""
    if isinstance(value, np.ndarray):
        value[...] = np.reshape(new, value.shape) if np.size(new) > 1 else new
    else:
        for index, part in enumerate(np.asarray(new).reshape(np.shape(value)).tolist()):
            value[index] = part


def at(root: Any, keys: Path) -> Any:
    """What stands at the end of keys, indices and `.attributes` below a root."""
    for key in keys:
        root = getattr(root, key[1:]) if isinstance(key, str) and key.startswith(".") else root[key]
    return root


def set_at(root: Any, keys: Path, new: Any) -> None:
    """Put a value there, in the place of what stands there."""
    holder, key = at(root, keys[:-1]), keys[-1]
    if isinstance(key, str) and key.startswith("."):
        setattr(holder, key[1:], new)
    elif isinstance(holder, tuple):
        put(holder[key], new)
    else:
        holder[key] = new
