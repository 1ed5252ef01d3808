"""Parameters that a run makes itself: paths with the shapes of layers that the run changes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from .....manual.shapes import Array
from .arguments import Handed
from .chain import GRADIENT_LIKE, WEIGHT_LIKE, Chain, chained, find, template, widths_of
from .entries.entry import EntryPoint
from .numbers import ExampleLayout, NetworkAndBatch
from .outlets import FIT, common_scale, fits_of, multiple, rate_of
from .plan import Fixed, Outlet, ReadingPlan, Unread, slots
from .tracer import Path, Tracer, Version

STEPS = 12
"""Versions of an array among which its first step is looked for."""
Move = tuple[Version, Version, list[tuple[float, Version, bool]]]


def first_widths(tracer: Tracer, numbers: NetworkAndBatch) -> tuple[int, ...] | None:
    """The widths of the weight matrices that were there first, where they are not ours: of those that are called so,
    else of all that hold no examples.
    """
    first = sorted((versions[0] for versions in tracer.versions.values()), key=lambda version: version.at)
    distinct = {version.value.tobytes(): version for version in reversed(first)}
    held = [(v.path, v.value.shape) for v in first if distinct[v.value.tobytes()] is v]
    others = [(path, shape) for path, shape in held if len(shape) == 2 and numbers.examples not in shape]
    fixed = widths_of(held) or chained(others, [])
    return fixed if fixed != numbers.widths else None


def late(
    tracer: Tracer,
    numbers: NetworkAndBatch,
    rate_of_chain: Callable[[Chain], float],
    of: tuple[EntryPoint, ExampleLayout, Handed, float],
    like: ReadingPlan | None = None,
) -> ReadingPlan:
    """Parameters that the run makes itself: paths with the shapes of layers that are changed by a recorded array.

    The chain is that of `like` where the run has changed all that stand in it.
    """
    every = sorted((v for versions in tracer.versions.values() for v in versions), key=lambda v: v.at)
    moves = _of_parameters(list(_moves(tracer, every)))
    moves += _still(tracer, {template(before.path) for before, *_ in moves})
    listed = [(before.path, before.value.shape) for before, _, _ in moves]
    there = {path for path, _ in listed}
    again = like is not None and all(place.path in there for place in slots(like.chain))
    chain = like.chain if like is not None and again else find(listed, numbers.widths, turned=of[1].wide)
    if chain is None and (plan := _without_step(tracer, numbers, of)) is not None:
        return plan
    if chain is None:
        if fixed := first_widths(tracer, numbers) or _moved_widths(moves, numbers):
            raise Fixed(fixed)
        raise Unread("no complete chain of weight matrices was found")
    _refuse_more(chain, [before for before, *_ in moves], numbers.widths)
    by_path = {before.path: (before, after, fits) for before, after, fits in reversed(moves)}
    rows = [by_path[place.path] for place in slots(chain)]
    rate = rate_of_chain(chain)
    scale = common_scale([fits for _, _, fits in rows], rate)
    outlets = []
    for _, after, fits in rows:
        best = [one for one in fits if scale is not None and abs(one[0] - scale) <= FIT * abs(scale)]
        if best:
            c, version, turned = best[0]
            outlets.append(Outlet("trace", version.path, version.number, -1.0 if c > 0 else 1.0, turned))
        else:
            outlets.append(Outlet("late change", after.path, after.number, -1 / rate_of(scale, rate)))
    untouched = () if any(chain.biases) else _untouched(tracer, chain, numbers)
    return ReadingPlan(*of, chain, tuple(outlets), tuple(before.number for before, *_ in rows), untouched)


def _of_parameters(moves: list[Move]) -> list[Move]:
    """The moves without those of matrices of sums by which another path is changed."""
    causes = {version.path for *_, fits in moves for _, version, _ in fits if min(version.value.shape) > 1}
    return [move for move in moves if move[2] or move[0].path not in causes or np.any(move[0].value)]


def _without_step(
    tracer: Tracer, numbers: NetworkAndBatch, of: tuple[EntryPoint, ExampleLayout, Handed, float]
) -> ReadingPlan | None:
    """Parameters that nothing changes, with their gradients in variables whose names say so."""
    first = sorted((versions[0] for versions in tracer.versions.values()), key=lambda version: version.at)
    like = {v.path: bool(GRADIENT_LIKE.search(str(v.path[-1]))) for v in first}
    chain = find([(v.path, v.value.shape) for v in first if not like[v.path]], numbers.widths, turned=of[1].wide)
    if chain is None or not all(WEIGHT_LIKE.search(str(place.path[-1])) for place in chain.weights):
        return None
    last = [tracer.versions[v.path][-1] for v in first if like[v.path]]
    found = find([(v.path, v.value.shape) for v in last], numbers.widths, chain)
    if found is None or any(b is None for b, there in zip(found.biases, chain.biases, strict=True) if there):
        return None
    biases = [place for place, there in zip(found.biases, chain.biases, strict=True) if there is not None]
    places = [*found.weights, *filter(None, biases)]
    outlets = [Outlet("trace", place.path, tracer.versions[place.path][-1].number) for place in places]
    return ReadingPlan(*of, chain, tuple(outlets), (0,) * len(outlets))


def _moved_widths(moves: Sequence[Move], numbers: NetworkAndBatch) -> tuple[int, ...] | None:
    """The widths of the matrices that a step changes, whatever their names, where they are not ours."""
    first = sorted((before for before, *_ in moves if before.value.ndim == 2), key=lambda version: version.at)
    distinct = {version.value.tobytes(): version for version in reversed(first)}
    matrices = [(v.path, v.value.shape) for v in first if distinct[v.value.tobytes()] is v and min(v.value.shape)]
    fixed = chained(matrices, [(before.path, before.value.shape) for before, *_ in moves])
    return fixed if fixed != numbers.widths else None


def _untouched(tracer: Tracer, chain: Chain, numbers: NetworkAndBatch) -> tuple[Path, ...]:
    """Paths that are named and shaped as the biases of the chain, and stay what they are."""
    shapes = {shape for n in numbers.widths[1:] for shape in ((n,), (n, 1), (1, n))}
    taken = {place.path for place in chain.weights}
    return tuple(
        path
        for path, versions in tracer.versions.items()
        if path not in taken
        and len(versions) == 1
        and versions[0].value.shape in shapes
        and re.match(r"\.?b(ias|_|\d|$|[ho])", str(path[-1]), re.I)
    )


def _refuse_more(chain: Chain, found: Sequence[Version], widths: tuple[int, ...]) -> None:
    """Raises Fixed or Unread where there are more layers than the chain has."""
    taken, kind = {place.path for place in chain.weights}, template(chain.weights[-1].path)
    if not any(one.path not in taken and template(one.path) == kind and min(one.value.shape) > 0 for one in found):
        return
    alike = sorted((one for one in found if template(one.path) == kind), key=lambda one: one.at)
    fixed = widths_of([(one.path, one.value.shape) for one in alike])
    raise Fixed(fixed) if fixed and fixed != widths else Unread("there are more layers than one chain has")


def _moves(tracer: Tracer, every: Sequence[Version]) -> Iterator[Move]:
    """The first change of every path, those that are a multiple of an array recorded before in front."""
    loose: list[Move] = []
    for versions in tracer.versions.values():
        for first, second in itertools.islice(itertools.pairwise(versions), STEPS):
            if first.value.shape != second.value.shape or not _decisive(second.value, first.value):
                continue
            fits = fits_of(every, second, first.value, {first.value.tobytes()})
            if found := [one for one in fits if one[1].path != first.path]:
                yield first, second, found
                break
            if not GRADIENT_LIKE.search(str(first.path[-1])):
                loose.append((first, second, []))
                break
    yield from loose


def _still(tracer: Tracer, kinds: set[Path]) -> Iterator[Move]:
    """Vectors named like others that are changed, which stay what they are: their gradient may happen to be 0."""
    for path, (first, *more) in tracer.versions.items():
        same = all(np.array_equal(first.value, other.value) for other in more)
        if same and template(path) in kinds and sum(n > 1 for n in first.value.shape) <= 1:
            yield first, replace(first, number=first.number + 1), []


def _decisive(after: Array, before: Array) -> bool:
    """More than one number moved, and it is no mere multiple of what stood there."""
    moved = after - before
    if after.size == 1 or not np.any(before):
        return bool(np.any(moved))
    return bool(np.count_nonzero(moved) > 1) and multiple(moved, before) is None
