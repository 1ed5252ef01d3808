"""Backends of a run: load them by name, ask what they support, take their answers or say why not, ask twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from ...manual import costs
from ...manual.activations import CORE
from ...manual.case import Architecture, Pack
from ...manual.gradients import Gradients
from ...manual.rounding.formats import DTYPES
from ...manual.shapes import Array
from ...reference import registry
from ...reference.arithmetic_state import Note, guarded, warn
from ...reference.protocol import CPU, Backend, Movable, Named, traits
from ..cases.layouts import CONTIGUOUS, in_words, laid_out
from ..errors import UsageError
from .complaints import complaints, written

N = TypeVar("N", bound=Named)


class BackendFailed(Exception):
    """A backend raised or exited, answered otherwise than it was asked for, or wrote to its input."""


def load_all(
    names: Iterable[str], device: str = CPU, of_function: Callable[[registry.Function], Backend] | None = None
) -> tuple[list[Backend], list[str]]:
    """The backends that can be had, and why the others cannot; `of_function` makes one of a function of a file.

    UsageError where there is no such name or device, or two call themselves the same.
    """
    backends, missing = loaded(names, lambda name: registry.load(name, of_function))
    return moved(backends, device), missing


def loaded(names: Iterable[str], load: Callable[[str], N]) -> tuple[list[N], list[str]]:
    """What `load` gives for each name, and why it gives nothing for others.

    UsageError where there is no such name, or two call themselves the same.
    """
    found: list[N] = []
    missing: list[str] = []
    for name in names:
        try:
            found.append(load(name))
        except registry.Unavailable as reason:
            missing.append(f"{name}: {reason}")
        except ValueError as error:
            raise UsageError(str(error)) from None
    _refuse_namesakes(found)
    return found, missing


def _refuse_namesakes(backends: Iterable[Named]) -> None:
    """UsageError where two have one name: what is counted of them could not be told apart."""
    counts = Counter(backend.name for backend in backends)
    for name, n in counts.items():
        if n > 1:
            raise UsageError(f"{n} backends call themselves {name!r}: give each a `name` of its own")


def moved(backends: list[Backend], device: str) -> list[Backend]:
    """Those that can compute on other devices, on this one; UsageError where there is none such."""
    if device == CPU:
        return backends
    if not any(isinstance(backend, Movable) for backend in backends):
        names = ", ".join(backend.name for backend in backends)
        raise UsageError(f"device is {device!r}: none of {names} computes anywhere but on the cpu")
    try:
        return [backend.on(device) if isinstance(backend, Movable) else backend for backend in backends]
    except ValueError as error:
        raise UsageError(str(error)) from None


def reason_against(backend: Backend, architecture: Architecture, dtype: str) -> str | None:
    """The reason this network is not judged, or None: the bounds, the backend's traits, or the backend itself.

    BackendFailed where asking it fails.
    """
    requested = traits(backend).dtypes
    reason = None if dtype in requested else f"not asked in {dtype}: its traits say {', '.join(requested)}"
    return reason or unbounded(architecture, dtype) or supports(backend, architecture, dtype)


def supports(backend: Backend, architecture: Architecture, dtype: str) -> str | None:
    """What the backend itself says; BackendFailed where it says nothing, or leaves."""
    try:
        with guarded(backend.name, warn):
            return backend.supports(architecture, dtype)
    except SystemExit as error:
        raise BackendFailed(f"{backend.name} called exit({error.code!r}) when asked what it supports") from error
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise BackendFailed(f"{backend.name} raised {what}, when asked what it supports") from error


def unbounded(architecture: Architecture, dtype: str) -> str | None:
    """Why there is no bound for a network in 16 bits, if there is none."""
    rows = {*architecture.activations, architecture.cost} - {*CORE, *costs.CORE}
    return f"no bound is derived for {min(rows)} in {dtype}" if rows and dtype not in DTYPES else None


def answer(backend: Backend, pack: Pack, note: Note = warn, layout: str = CONTIGUOUS) -> Gradients[Array]:
    """The backend's gradients of a pack; BackendFailed where it gives none that can be judged.

    It is handed a copy that lies so, so that nothing it does to its input reaches the next one. `note` is given a
    sentence for every default and every part of the floating-point state that the call left changed;
    it is put back (reference/arithmetic_state.py).
    """
    return answered(backend.name, pack, backend.gradients, note, layout)


def answered(
    backend: str,
    pack: Pack,
    gradients: Callable[[Pack], Gradients[Array]],
    note: Note = warn,
    layout: str = CONTIGUOUS,
) -> Gradients[Array]:
    """What a function of a pack, of a backend of this name, gives for it; with the same failures."""
    handed, of = laid_out(pack, layout), f"{pack.architecture}{in_words(layout)}"
    try:
        with guarded(backend, note):
            got = gradients(handed)
    except SystemExit as error:
        raise BackendFailed(f"{backend} called exit({error.code!r}) on {of}") from error
    except Exception as error:
        raise BackendFailed(f"{backend} raised {type(error).__name__} on {of}: {error}") from error
    for complaint in (*written(pack, handed), *complaints(got, pack)):
        raise BackendFailed(f"{backend} {complaint}")
    return got.map(lambda part: part)  # a list of layers becomes a tuple


def unsteady(backend: Backend, pack: Pack) -> list[str]:
    """A sentence where two answers to one pack differ in some bit; none where there is no answer."""
    try:
        if reason_against(backend, pack.architecture, pack.dtype.name) is not None:
            return []
        first, second = answer(backend, pack), answer(backend, pack)
    except BackendFailed:
        return []
    moved = [str(place) for place, same in first.map(_same_bits, second).items() if not same]
    if not moved:
        return []
    return [f"{backend.name} gave other bits when asked again on {pack.architecture}, {pack.dtype}: {', '.join(moved)}"]


def _same_bits(first: Array, second: Array) -> bool:
    return np.asarray(first).tobytes() == np.asarray(second).tobytes()
