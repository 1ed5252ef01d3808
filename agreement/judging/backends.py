"""Backends of a run: load them by name, ask what they support, check their answers for shape and steadiness."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ...manual import costs
from ...manual.activations import CORE
from ...manual.case import Architecture, Pack
from ...manual.gradients import Gradients
from ...manual.rounding.formats import DTYPES
from ...manual.shapes import Array
from ...reference import registry
from ...reference.arithmetic_state import Note, guarded, warn
from ...reference.protocol import CPU, Backend, Movable, traits
from ..errors import UsageError


def load_all(names: Iterable[str], device: str = CPU) -> tuple[list[Backend], list[str]]:
    """The backends that can be had, and why the others cannot; UsageError where there is no such name or device."""
    backends: list[Backend] = []
    missing: list[str] = []
    for name in names:
        try:
            backends.append(registry.load(name))
        except registry.Unavailable as reason:
            missing.append(f"{name}: {reason}")
        except ValueError as error:
            raise UsageError(str(error)) from None
    return moved(backends, device), missing


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
    """What speaks against it: the bounds, the backend's traits, or the backend itself."""
    asked = traits(backend).dtypes
    reason = None if dtype in asked else f"not asked in {dtype}: its traits say {', '.join(asked)}"
    return reason or unbounded(architecture, dtype) or backend.supports(architecture, dtype)


def unbounded(architecture: Architecture, dtype: str) -> str | None:
    """Why there is no bound for a network in 16 bits, if there is none."""
    rows = {*architecture.activations, architecture.cost} - {*CORE, *costs.CORE}
    return f"no bound is derived for {min(rows)} in {dtype}" if rows and dtype not in DTYPES else None


class BackendFailed(Exception):
    """A backend raised, or answered in other shapes than it was asked for."""


def answer(backend: Backend, pack: Pack, note: Note = warn) -> Gradients[Array]:
    """The backend's gradients of a pack; BackendFailed where it raises or the shapes are wrong.

    `note` is given a sentence for every default and every part of the floating-point state that the
    call left changed; it is put back (reference/arithmetic_state.py).
    """
    return shaped(backend.name, pack, lambda: backend.gradients(pack), note)


def shaped(backend: str, pack: Pack, asked: Callable[[], Gradients[Array]], note: Note = warn) -> Gradients[Array]:
    """What comes of asking a backend of this name, with the same failures."""
    try:
        with guarded(backend, note):
            got = asked()
        shapes = {name: _shapes(getattr(got, name)) for name in _needed(pack)}
    except Exception as error:
        raise BackendFailed(f"{backend} raised {type(error).__name__} on {pack.architecture}: {error}") from error
    for name, needed in _needed(pack).items():
        if shapes[name] != needed and (shapes[name] is not None or name.startswith("nabla")):
            raise BackendFailed(f"{backend} answered {name} of shape {shapes[name]} where {needed} is needed")
    return got


def _needed(pack: Pack) -> dict[str, list[tuple[int, ...]]]:
    layers = [(*b.shape, pack.examples) for b in pack.biases]
    return {
        "nabla_w": [w.shape for w in pack.weights],
        "nabla_b": [b.shape for b in pack.biases],
        "delta": layers,
        "z": layers,
        "a": layers,
        "cost": [(len(pack),)],
    }


def _shapes(part: tuple[Array, ...] | Array | None) -> list[tuple[int, ...]] | None:
    if part is None:
        return None
    return [np.shape(array) for array in (part if isinstance(part, tuple | list) else (part,))]


def unsteady(backend: Backend, pack: Pack) -> list[str]:
    """A sentence where two answers to one pack differ in some bit; none where there is no answer."""
    if reason_against(backend, pack.architecture, pack.dtype.name) is not None:
        return []
    try:
        first, second = answer(backend, pack), answer(backend, pack)
    except BackendFailed:
        return []
    moved = [str(place) for place, same in first.map(_same_bits, second).items() if not same]
    if not moved:
        return []
    return [f"{backend.name} gave other bits when asked again on {pack.architecture}, {pack.dtype}: {', '.join(moved)}"]


def _same_bits(first: Array, second: Array) -> bool:
    return np.asarray(first).tobytes() == np.asarray(second).tobytes()
