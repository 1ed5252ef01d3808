"""A plan: where an entry's parameters go in, and where its gradients come out, found in one traced run."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .....manual.shapes import Array
from ..loading.program import Program
from .arguments import Handed
from .chain import GRADIENT_LIKE, Chain, Place, find, template, widths_of
from .entries import Entry
from .numbers import RATE, Form, Numbers
from .run import MADE, RETURNED, Ready, prepare
from .tracer import Path, Tracer, Version, as_numbers, at, walk

BUDGETS = (600, 3000)
"""Lines of a recorded run: the first few show a step of most programs."""
REPLAYED = 20_000
FIT = 1e-9
"""How well a change of a parameter has to be a multiple of a recorded array."""


class Unread(Exception):
    """A run in which no gradients were found; says what was missing."""


class OneLayer(Unread):
    """What was made is a layer of a network, not one."""


@dataclass(frozen=True)
class Outlet:
    """Where a slot's gradient comes out: a version of a traced path, a path of the answer or of a root, or the
    change of the parameter itself; `factor` makes it ∂C.
    """

    source: str
    path: Path
    number: int = 0
    factor: float = 1.0
    turned: bool = False


@dataclass(frozen=True)
class Plan:
    """For networks of one depth: the places of W and b, of the versions to write into where a run makes its own
    parameters, and the outlets in the order of W^1 …, b^1 ….
    """

    entry: Entry
    form: Form
    handed: Handed
    rate: float
    chain: Chain
    outlets: tuple[Outlet, ...]
    inject: tuple[int, ...] = ()
    widths: tuple[int, ...] | None = None
    dtype: str = "float64"

    def gradients(
        self, program: Program, numbers: Numbers, ready: Ready | None = None
    ) -> tuple[list[Array], list[Array]]:
        """∂C/∂W and ∂C/∂b of one call, layer 1 first."""
        ready = ready or self.prepare(program, numbers)
        places = slots(self.chain)
        arrays = [place_array(self.chain, n, numbers) for n in range(len(places))]
        wanted = {(out.path, out.number) for out in self.outlets if out.source in ("trace", "late change")}
        late = {(place.path, k): array for place, k, array in zip(places, self.inject, arrays, strict=False)}
        record = bool(wanted or late)
        tracer = Tracer(program.files, ready.program_owns, REPLAYED, wanted, late, record)
        if not self.inject:
            ready.put(self.chain, numbers)
        answer = ready.call(tracer)
        found = [
            out.factor * self._value(out, place, array, tracer, ready, answer)
            for out, place, array in zip(self.outlets, places, arrays, strict=True)
        ]
        return self._split(found, numbers)

    def prepare(self, program: Program, numbers: Numbers) -> Ready:
        return prepare(program, self.entry, numbers, self.form, self.handed, self.rate)

    def _value(self, out: Outlet, place: Place, before: Array, tracer: Tracer, ready: Ready, answer: Any) -> Array:
        if out.source == "trace":
            versions = [v for v in tracer.versions.get(out.path, []) if v.number == out.number]
            if not versions:
                raise Unread(f"{out.path[-1]} was not computed")
            value = versions[0].value
        elif out.source == RETURNED:
            value = np.array(at({RETURNED: answer}, out.path), dtype=float)
        elif out.source == "change":
            value = ready.read(out.path) - before.reshape(np.shape(ready.read(out.path)))
        elif out.source == "late change":
            versions = [v for v in tracer.versions.get(out.path, []) if v.number == out.number]
            value = versions[0].value - before.reshape(versions[0].value.shape)
        else:
            value = ready.read(out.path)
        return value.T if out.turned else value

    def _split(self, found: Sequence[Array], numbers: Numbers) -> tuple[list[Array], list[Array]]:
        weights, biases = [], []
        depth = len(self.chain.weights)
        for l, place in enumerate(self.chain.weights):
            w, b = place.split(np.asarray(found[l], dtype=float))
            weights.append(w)
            if b is None:
                rank = sum(p is not None for p in self.chain.biases[:l])
                b = (
                    np.asarray(found[depth + rank], dtype=float)
                    if self.chain.biases[l]
                    else np.zeros(len(numbers.biases[l]))
                )
            biases.append(b)
        return weights, [b.reshape(-1) if 1 in b.shape else b for b in biases]

    @property
    def updates(self) -> bool:
        """Its run changes the parameters: what is asked again is asked anew."""
        return bool(self.inject) or any(out.source in ("trace", "change", "late change") for out in self.outlets)

    @property
    def difference(self) -> bool:
        """Some gradient is read as a difference of parameters."""
        return any("change" in out.source for out in self.outlets)


def slots(chain: Chain) -> list[Place]:
    """The places of a chain: every W, then every b that stands by itself."""
    return [*chain.weights, *(place for place in chain.biases if place is not None)]


def place_array(chain: Chain, slot: int, numbers: Numbers) -> Array:
    """What stands in a slot."""
    depth = len(chain.weights)
    if slot < depth:
        return chain.weights[slot].put(numbers.weights[slot], numbers.biases[slot])
    layers = [l for l, place in enumerate(chain.biases) if place is not None]
    place = chain.biases[layers[slot - depth]]
    assert place is not None
    return place.laid(numbers.biases[layers[slot - depth]])


def explore(
    program: Program,
    entry: Entry,
    numbers: Numbers,
    form: Form,
    handed: Handed,
    rate: float = RATE,
    like: Plan | None = None,
) -> Plan:
    """The plan of an entry for networks of this depth; raises Unread, or whatever the program raises.

    Where `like` is given only the paths of its outlets are looked at.
    """
    ready = prepare(program, entry, numbers, form, handed, rate)
    chain = find(ready.shapes(), numbers.widths)
    if chain is None and (fixed := widths_of(ready.shapes())) and fixed != numbers.widths:
        raise Fixed(fixed) if len(fixed) > 2 or entry.complete else OneLayer("it is one layer")
    try:
        _quick(program, ready, chain, numbers)
    except Exception:
        if chain is None and (fixed := _own_widths(program, entry, numbers, form, handed, rate)):
            raise Fixed(fixed) from None
        raise
    for budget in BUDGETS:
        ready = prepare(program, entry, numbers, form, handed, rate)
        tracer = Tracer(program.files, ready.program_owns, budget)
        if chain is not None:
            ready.put(chain, numbers)
        answer = ready.call(tracer)
        try:
            return _read(_only(tracer, like), chain, answer, ready, numbers)
        except Unread:
            if tracer.lines <= budget or budget == BUDGETS[-1]:
                raise
    raise AssertionError


def _only(tracer: Tracer, like: Plan | None) -> Tracer:
    """The tracer with the paths of a plan alone, in its parameters and its outlets."""
    if like is not None:
        paths = {out.path for out in like.outlets} | {place.path for place in slots(like.chain)}
        kept = {v.value.tobytes() for path, versions in tracer.versions.items() if path in paths for v in versions}
        tracer.versions = {
            path: versions
            for path, versions in tracer.versions.items()
            if path in paths or versions[0].value.tobytes() in kept
        }
    return tracer


def _read(tracer: Tracer, chain: Chain | None, answer: Any, ready: Ready, numbers: Numbers) -> Plan:
    """The plan that a recorded run shows; raises Unread."""
    rate = ready.values.rate if ready.values.steep else 1.0
    of = (ready.entry, ready.values.form, ready.values.handed, ready.values.rate)
    if chain is None:
        return _late(tracer, numbers, rate, of)
    outlets = (
        _updates(tracer, chain, numbers, ready, rate)
        or _returned(answer, chain, numbers, ready)
        or _stored(tracer, chain, numbers, ready)
    )
    if outlets is None:
        raise Unread("its parameters were found, their gradients were not")
    return Plan(*of, chain, outlets)


class Fixed(Exception):
    """The program's networks have widths of their own."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__(str(widths))
        self.widths = widths


def _own_widths(
    program: Program, entry: Entry, numbers: Numbers, form: Form, handed: Handed, rate: float
) -> tuple[int, ...] | None:
    """The widths of the weight matrices that a run makes before it fails on ours."""
    ready = prepare(program, entry, numbers, form, handed, rate)
    tracer = Tracer(program.files, ready.program_owns)
    with contextlib.suppress(Exception):
        ready.call(tracer)
    return _first_widths(tracer, numbers)


def _first_widths(tracer: Tracer, numbers: Numbers) -> tuple[int, ...] | None:
    """The widths of the weight matrices that were there first, where they are not ours."""
    first = sorted((versions[0] for versions in tracer.versions.values()), key=lambda version: version.at)
    distinct = {version.value.tobytes(): version for version in reversed(first)}
    fixed = widths_of([(v.path, v.value.shape) for v in first if distinct[v.value.tobytes()] is v])
    return fixed if fixed != numbers.widths else None


def _quick(program: Program, ready: Ready, chain: Chain | None, numbers: Numbers) -> None:
    """A run without records: what raises needs no trace."""
    if chain is not None:
        ready.put(chain, numbers)
    ready.call(Tracer(program.files, ready.program_owns, record=False))


def _updates(tracer: Tracer, chain: Chain, numbers: Numbers, ready: Ready, rate: float) -> tuple[Outlet, ...] | None:
    """For parameters that are changed: the recorded arrays that they are changed by, or the changes themselves."""
    places = slots(chain)
    arrays = [place_array(chain, n, numbers) for n in range(len(places))]
    contents = {array.tobytes() for array in arrays}
    every = sorted((v for versions in tracer.versions.values() for v in versions), key=lambda v: v.at)
    changes = [_change(tracer, array, contents) for array in arrays]
    after = [_after(ready, place, array) for place, array in zip(places, arrays, strict=True)]
    if not all(one is not None for one in changes) and not all(one is not None for one in after):
        return None
    fits = [
        list(_fits(every, change, array, contents)) if change is not None else []
        for change, array in zip(changes, arrays, strict=True)
    ]
    scale = _scale(fits, rate)
    outlets = []
    for place, _array, change, fit, end in zip(places, arrays, changes, fits, after, strict=True):
        best = [one for one in fit if scale is not None and abs(one[0] - scale) <= FIT * abs(scale)]
        if best:
            c, version, turned = best[0]
            outlets.append(Outlet("trace", version.path, version.number, -1.0 if c > 0 else 1.0, turned))
        elif end is not None:
            outlets.append(Outlet("change", place.path, factor=-1 / _rate(scale, rate)))
        elif change is not None:
            outlets.append(Outlet("late change", change.path, change.number, -1 / _rate(scale, rate)))
        else:
            return None
    return tuple(outlets)


def _rate(scale: float | None, rate: float) -> float:
    """What a change is a multiple of ∂C by, without its sign."""
    return abs(scale) if scale is not None else rate


def _change(tracer: Tracer, before: Array, contents: set[bytes]) -> Version | None:
    """The first version that follows a parameter at its path and is no parameter itself."""
    content = before.tobytes()
    found: list[Version] = []
    for versions in tracer.versions.values():
        for first, second in itertools.pairwise(versions):
            if (
                first.value.tobytes() == content
                and second.value.shape == first.value.shape
                and second.value.tobytes() not in contents
            ):
                found.append(second)
                break
    return min(found, key=lambda version: version.at, default=None)


def _after(ready: Ready, place: Place, before: Array) -> Array | None:
    """The parameter after the run, where it has changed."""
    try:
        array = ready.read(place.path)
    except (LookupError, AttributeError, TypeError):
        return None
    return array if array.shape == before.shape and array.tobytes() != before.tobytes() else None


def _fits(
    every: Sequence[Version], change: Version, before: Array, contents: set[bytes]
) -> Iterator[tuple[float, Version, bool]]:
    """Recorded arrays that the change is a multiple of, with the factor: the latest before the change first."""
    moved = change.value - before.reshape(change.value.shape)
    for version in reversed(every):
        if version.at > change.at or version.value.size != moved.size or version.value.tobytes() in contents:
            continue
        if version.path == change.path and version.number == change.number:
            continue
        for turned in (False, True):
            value = version.value.T if turned else version.value
            if (
                np.squeeze(value).shape == np.squeeze(moved).shape
                and (c := _multiple(moved, value.reshape(moved.shape))) is not None
            ):
                yield c, version, turned
                break


def _multiple(moved: Array, value: Array) -> float | None:
    square = float(np.vdot(value, value))
    if not (np.isfinite(square) and square > 0):
        return None
    c = float(np.vdot(value, moved)) / square
    fits = bool((np.abs(moved - c * value) <= FIT * np.abs(moved).max()).all())
    return c if fits and c != 0 else None


def _scale(fits: Sequence[Sequence[tuple[float, Version, bool]]], rate: float) -> float | None:
    """The factor that most slots share; that of the learning rate alone among equals."""
    factors = [c for fit in fits for c, *_ in fit]
    if not factors:
        return None

    def shared(c: float) -> tuple[int, bool]:
        covered = sum(any(abs(other - c) <= FIT * abs(c) for other, *_ in fit) for fit in fits)
        return covered, abs(abs(c) - rate) <= FIT * rate

    return max(factors, key=shared)


def _returned(answer: Any, chain: Chain, numbers: Numbers, ready: Ready) -> tuple[Outlet, ...] | None:
    arrays = [
        (path, value)
        for path, part in walk(answer, ready.program_owns, (RETURNED,))
        if (value := as_numbers(part)) is not None
    ]
    known = {place_array(chain, n, numbers).tobytes() for n in range(len(slots(chain)))}
    fresh = [(path, value.shape) for path, value in arrays if value.tobytes() not in known]
    return _as_outlets(find(fresh, numbers.widths, chain), chain, RETURNED)


def _stored(tracer: Tracer, chain: Chain, numbers: Numbers, ready: Ready) -> tuple[Outlet, ...] | None:
    """Gradients that are left in attributes, or that only ever were in a variable."""
    known = {place_array(chain, n, numbers).tobytes() for n in range(len(slots(chain)))}
    stored = [(path, array.shape) for path, array in ready.arrays() if array.tobytes() not in known]
    if (found := _as_outlets(find(stored, numbers.widths, chain), chain, MADE)) is not None:
        return found
    last = [versions[-1] for versions in tracer.versions.values() if versions[-1].value.tobytes() not in known]
    last.sort(key=lambda version: -version.at)
    outlets = _as_outlets(find([(v.path, v.value.shape) for v in last], numbers.widths, chain), chain, "trace")
    return outlets and tuple(replace(out, number=tracer.versions[out.path][-1].number) for out in outlets)


def _as_outlets(found: Chain | None, chain: Chain, source: str) -> tuple[Outlet, ...] | None:
    """The chain of gradients as outlets; None where a slot has none."""
    if found is None or (any(chain.biases) and not all(found.biases)):
        return None
    biases = [place for place, there in zip(found.biases, chain.biases, strict=True) if there is not None]
    places = [*found.weights, *biases]
    return tuple(Outlet(source, place.path) for place in places if place is not None)


def _late(tracer: Tracer, numbers: Numbers, rate: float, of: tuple[Entry, Form, Handed, float]) -> Plan:
    """Parameters that the run makes itself: paths with the shapes of layers that are changed by a recorded array."""
    every = sorted((v for versions in tracer.versions.values() for v in versions), key=lambda v: v.at)
    moves = list(_moves(tracer, every))
    listed = [(before.path, before.value.shape) for before, _, _ in moves]
    chain = find(listed, numbers.widths)
    if chain is None:
        if fixed := _first_widths(tracer, numbers):
            raise Fixed(fixed)
        raise Unread("no complete chain of weight matrices was found")
    _refuse_more(chain, [before for before, *_ in moves], numbers.widths)
    by_path = {before.path: (before, after, fits) for before, after, fits in reversed(moves)}
    rows = [by_path[place.path] for place in slots(chain)]
    scale = _scale([fits for _, _, fits in rows], rate)
    outlets = []
    for _, after, fits in rows:
        best = [one for one in fits if scale is not None and abs(one[0] - scale) <= FIT * abs(scale)]
        if best:
            c, version, turned = best[0]
            outlets.append(Outlet("trace", version.path, version.number, -1.0 if c > 0 else 1.0, turned))
        else:
            outlets.append(Outlet("late change", after.path, after.number, -1 / _rate(scale, rate)))
    return Plan(*of, chain, tuple(outlets), tuple(before.number for before, *_ in rows))


def _refuse_more(chain: Chain, found: Sequence[Version], widths: tuple[int, ...]) -> None:
    """Raises Fixed or Unread where there are more layers than the chain has."""
    taken, kind = {place.path for place in chain.weights}, template(chain.weights[-1].path)
    if not any(one.path not in taken and template(one.path) == kind and min(one.value.shape) > 0 for one in found):
        return
    alike = sorted((one for one in found if template(one.path) == kind), key=lambda one: one.at)
    fixed = widths_of([(one.path, one.value.shape) for one in alike])
    raise Fixed(fixed) if fixed and fixed != widths else Unread("there are more layers than one chain has")


Move = tuple[Version, Version, list[tuple[float, Version, bool]]]


def _moves(tracer: Tracer, every: Sequence[Version]) -> Iterator[Move]:
    """The first change of every path, those that are a multiple of an array recorded before in front."""
    loose: list[Move] = []
    for versions in tracer.versions.values():
        for first, second in itertools.pairwise(versions):
            if first.value.shape != second.value.shape or not _decisive(second.value, first.value):
                continue
            fits = _fits(every, second, first.value, {first.value.tobytes()})
            if found := [one for one in fits if one[1].path != first.path]:
                yield first, second, found
                break
            if not GRADIENT_LIKE.search(str(first.path[-1])):
                loose.append((first, second, []))
                break
    yield from loose


def _decisive(after: Array, before: Array) -> bool:
    """More than one number moved, and it is no mere multiple of what stood there."""
    moved = after - before
    if after.size == 1 or not np.any(before):
        return bool(np.any(moved))
    return bool(np.count_nonzero(moved) > 1) and _multiple(moved, before) is None
