"""Finding gradients: what parameters are changed by, what is returned, what is left in attributes or variables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .....manual.shapes import Array
from .arguments import RESIDUAL
from .chain import GRADIENT_LIKE, Chain, ParameterPlace, find
from .climbs import direction
from .numbers import NetworkAndBatch
from .plan import Outlet, Unread, place_array, slots
from .run import MADE, RETURNED, Ready
from .tracer import Tracer, Version, as_numbers, walk

FAR = 2.0**24
"""What no number is but after a step of our learning rate."""
FIT = 1e-9
"""How well a change of a parameter has to be a multiple of a recorded array."""


def updates(
    tracer: Tracer, chain: Chain, numbers: NetworkAndBatch, ready: Ready, rate: float
) -> tuple[Outlet, ...] | None:
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
        list(fits_of(every, change, array, contents)) if change is not None else []
        for change, array in zip(changes, arrays, strict=True)
    ]
    scale = common_scale(fits, rate)
    ours = RESIDUAL in ready.entry.kinds  # then whether it wants a − y or y − a is told by its step alone
    sign = -1 if not ours else direction(ready.program.trees) if scale is None else np.sign(scale)
    if not sign:
        raise Unread("whether its step goes down or up was not told")
    factor = float(sign / rate_of(scale, rate))
    outlets = []
    for place, array, change, fit, end in zip(places, arrays, changes, fits, after, strict=True):
        best = [one for one in fit if scale is not None and abs(one[0] - scale) <= FIT * abs(scale)]
        if best:
            c, version, turned = best[0]
            outlets.append(Outlet("trace", version.path, version.number, -1.0 if c > 0 and not ours else 1.0, turned))
        elif end is not None and (change is None or _one_step(array, change.value, end)):
            outlets.append(Outlet("change", place.path, factor=factor))
        elif change is not None:
            outlets.append(Outlet("late change", change.path, change.number, factor))
        else:
            return None
    return tuple(outlets)


def _one_step(before: Array, changed: Array, after: Array) -> bool:
    """Whether what a parameter became first is what it is in the end, or only begins to be: an element at a time."""
    changed = changed.reshape(before.shape)
    return np.array_equal(changed, after.reshape(before.shape)) or bool((changed == before).any())


def rate_of(scale: float | None, rate: float) -> float:
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


def _after(ready: Ready, place: ParameterPlace, before: Array) -> Array | None:
    """The parameter after the run, where it has changed."""
    try:
        array = np.asarray(ready.read(place.path), dtype=float)
    except (LookupError, AttributeError, TypeError):
        return None
    return array if array.shape == before.shape and array.tobytes() != before.tobytes() else None


def fits_of(
    every: Sequence[Version], change: Version, before: Array, contents: set[bytes]
) -> Iterator[tuple[float, Version, bool]]:
    """Recorded arrays that the change is a multiple of, with the factor: the latest before the change first."""
    moved = change.value - before.reshape(change.value.shape)
    if np.count_nonzero(moved) < 2 <= moved.size:
        return  # a step taken number by number has only begun
    for version in reversed(every):
        if version.at > change.at or version.value.size != moved.size or version.value.tobytes() in contents:
            continue
        if version.path == change.path and version.number == change.number:
            continue
        for turned in (False, True):
            value = version.value.T if turned else version.value
            if (
                np.squeeze(value).shape == np.squeeze(moved).shape
                and (c := multiple(moved, value.reshape(moved.shape))) is not None
            ):
                if abs(abs(c) - 1) > FIT or np.abs(value).max() < FAR:  # the changed parameter itself is none
                    yield c, version, turned
                break


def multiple(moved: Array, value: Array) -> float | None:
    """The c with moved = c · value; None where there is none."""
    square = float(np.vdot(value, value))
    if not (np.isfinite(square) and square > 0):
        return None
    c = float(np.vdot(value, moved)) / square
    fits = bool((np.abs(moved - c * value) <= FIT * np.abs(moved).max()).all())
    return c if fits and c != 0 else None


def common_scale(fits: Sequence[Sequence[tuple[float, Version, bool]]], rate: float) -> float | None:
    """The factor that most slots share; that of the learning rate alone among equals."""
    factors = [c for fit in fits for c, *_ in fit]
    if not factors:
        return None

    def shared(c: float) -> tuple[int, bool]:
        covered = sum(any(abs(other - c) <= FIT * abs(c) for other, *_ in fit) for fit in fits)
        return covered, abs(abs(c) - rate) <= FIT * rate

    return max(factors, key=shared)


def changed(chain: Chain, numbers: NetworkAndBatch, ready: Ready, rate: float) -> tuple[Outlet, ...] | None:
    """The changes of parameters that a run has left, where it has changed them all."""
    places = slots(chain)
    after = [_after(ready, place, place_array(chain, n, numbers)) for n, place in enumerate(places)]
    if any(one is None for one in after):
        return None
    return tuple(Outlet("change", place.path, factor=-1 / rate) for place in places)


def returned(answer: Any, chain: Chain, numbers: NetworkAndBatch, ready: Ready) -> tuple[Outlet, ...] | None:
    """The gradients in what the last call returned, or the parameters after a step."""
    arrays = [
        (path, np.asarray(value, dtype=float))
        for path, part in walk(answer, ready.program_owns, (RETURNED,))
        if (value := as_numbers(part)) is not None
    ]
    known = {place_array(chain, n, numbers).tobytes() for n in range(len(slots(chain)))}
    unseen = [(path, value.shape) for path, value in arrays if value.tobytes() not in known]
    outlets = _as_outlets(find(unseen, numbers.widths, chain), chain, RETURNED)
    far = {path for path, value in arrays if np.abs(value).max() > FAR}
    if outlets is None or not (ready.values.steep and any(out.path in far for out in outlets)):
        return outlets
    return tuple(replace(out, source="returned change", factor=-1 / ready.values.rate) for out in outlets)


def stored(tracer: Tracer, chain: Chain, numbers: NetworkAndBatch, ready: Ready) -> tuple[Outlet, ...] | None:
    """Gradients that are left in attributes, or that only ever were in a variable."""
    known = {place_array(chain, n, numbers).tobytes() for n in range(len(slots(chain)))}
    own = {place.path for place in slots(chain)}
    there = [(path, array) for path, array in ready.arrays() if path not in own]
    stored = [(path, array.shape) for path, array in there if array.tobytes() not in known]
    if (found := _as_outlets(find(stored, numbers.widths, chain), chain, MADE)) is not None:
        return found
    last = [versions[-1] for versions in tracer.versions.values() if versions[-1].value.tobytes() not in known]
    last.sort(key=lambda version: -version.at)
    outlets = _as_outlets(find([(v.path, v.value.shape) for v in last], numbers.widths, chain), chain, "trace")
    return outlets and tuple(replace(out, number=tracer.versions[out.path][-1].number) for out in outlets)


def beside(chain: Chain, ready: Ready) -> tuple[Outlet, ...] | None:
    """Gradients that stand beside their parameters: in the same neurons, or the same numbers."""
    there = [(path, array.shape) for path, array in ready.arrays(one_by_one=True)]
    outlets = []
    for place in slots(chain):
        shape = ready.read(place.path).shape
        near = [path for path, other in there if path[:-1] == place.path[:-1] and other == shape and path != place.path]
        found = [path for path in near if GRADIENT_LIKE.search(str(path[-1]))]
        if not found:
            return None
        outlets.append(Outlet(MADE, found[0]))
    return tuple(outlets)


def _as_outlets(found: Chain | None, chain: Chain, source: str) -> tuple[Outlet, ...] | None:
    """The chain of gradients as outlets; None where a slot has none."""
    if found is None or (any(chain.biases) and not all(found.biases)):
        return None
    biases = [place for place, there in zip(found.biases, chain.biases, strict=True) if there is not None]
    places = [*found.weights, *biases]
    return tuple(Outlet(source, place.path) for place in places if place is not None)
