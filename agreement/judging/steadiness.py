"""Whether a backend gives the same bits when it is asked again."""

from __future__ import annotations

import numpy as np

from ...manual.case import Pack
from ...manual.shapes import Array
from ...reference.protocol import Backend
from .answer import BackendFailed, answer
from .asked import reason_against


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
