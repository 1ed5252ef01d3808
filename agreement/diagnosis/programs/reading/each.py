"""Numbers that stand one by one: the weights of neurons that are objects, dictionaries or scalars, as arrays."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

import numpy as np

from .....manual.shapes import Array
from .tracer import DEEPEST, Path, at, children, set_at


class Every(Enum):
    """In a path: each of the parts that are there, in their order."""

    EACH = "…"


EACH = Every.EACH
WHOLE = re.compile(r"grad|^\.d|val|^\.?b(ias)?$", re.I)
"""What is a number that happens to be whole: a gradient that nothing was added to, a bias of 0."""
MOST = 5000
"""Numbers that are looked at."""


def gathered(root: Any, defines: Callable[[Any], bool], path: Path) -> Iterator[tuple[Path, Array]]:
    """Every array that numbers or vectors below a value make up, with EACH in place of their indices."""
    grids: dict[Path, dict[tuple[int, ...], Any]] = defaultdict(dict)
    for found, value in itertools.islice(_leaves(root, defines, path), MOST):
        places = [n for n, key in enumerate(found) if type(key) is int]
        for axes in (1, 2)[: 2 - np.ndim(value)]:
            if len(places) >= axes:
                chosen = places[-axes:]
                shared = tuple(EACH if n in chosen else key for n, key in enumerate(found))
                grids[shared][tuple(found[n] for n in chosen)] = value
    for shared, parts in grids.items():
        if (array := _array(parts)) is not None:
            yield shared, array


def _leaves(value: Any, defines: Callable[[Any], bool], path: Path) -> Iterator[tuple[Path, Any]]:
    """Every number and every vector of numbers, each container once."""
    seen: set[int] = set()

    def below(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
        if _is_number(value, path):
            yield path, value
        elif len(path) <= DEEPEST + 3 and id(value) not in seen:
            seen.add(id(value))
            if _is_vector(value):
                yield path, value
            for key, part in children(value, defines):
                yield from below(part, (*path, key))

    yield from below(value, path)


def _is_number(value: Any, path: Path) -> bool:
    """A float, or what is none only as it is still 0."""
    if isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return True
    return type(value) is int and isinstance(path[-1], str) and bool(WHOLE.search(path[-1]))


def _is_vector(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind == "f"
    return type(value) is list and bool(value) and all(isinstance(part, float) for part in value)


def _array(parts: Mapping[tuple[int, ...], Any]) -> Array | None:
    """The parts as one array; None where they leave gaps."""
    shape = tuple(max(index) + 1 for index in zip(*parts, strict=True))
    sizes = {np.shape(value) for value in parts.values()}
    if len(parts) != np.prod(shape) or len(sizes) != 1:
        return None
    return np.array([parts[index] for index in sorted(parts)], dtype=float).reshape(*shape, *sizes.pop())


def gather(root: Any, keys: Path) -> Any:
    """What stands at the end of keys below a root, as nested lists where one of them is EACH."""
    if EACH not in keys:
        return at(root, keys)
    n = keys.index(EACH)
    return [gather(part, keys[n + 1 :]) for part in at(root, keys[:n])]


def scatter(root: Any, keys: Path, new: Array) -> None:
    """Put the numbers of an array in their places."""
    n = keys.index(EACH)
    holder = at(root, keys[:n])
    for index, part in enumerate(new):
        rest = keys[n + 1 :]
        if EACH in rest:
            scatter(holder[index], rest, part)
        else:
            set_at(holder, (index, *rest), _as_it_was(at(holder, (index, *rest)), part))


def _as_it_was(there: Any, new: Array) -> Any:
    """Numbers in the form of what stands there."""
    if isinstance(there, list):
        return new.tolist()
    return np.array(new, dtype=there.dtype) if isinstance(there, np.ndarray) else float(new)
