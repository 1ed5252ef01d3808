"""Asking a backend: an answer of the right shapes, or a failure that says what came instead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...manual.case import Pack
from ...manual.gradients import Gradients
from ...manual.shapes import Array
from ...reference.arithmetic_state import Note, guarded, warn
from ...reference.protocol import Backend


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
