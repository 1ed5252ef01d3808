"""Packs drawn ahead of the one that is judged, so that what must be compiled for them is compiled meanwhile."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from ...manual.case import Pack
from ...reference.protocol import Backend, Preparable
from ..cases.corpus import Work

AHEAD = 12
"""Packs."""


def drawn(work: Sequence[Work], backends: Sequence[Backend]) -> Iterator[tuple[Work, Pack, tuple[str, ...]]]:
    """Each piece of work with its pack and regimes, in order."""
    slow = [backend for backend in backends if isinstance(backend, Preparable)]
    waiting: deque[tuple[Work, Pack, tuple[str, ...]]] = deque()
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        for piece in work:
            pack, regimes = piece.draw()
            for backend in slow:
                pool.submit(_prepare, backend, pack)
            waiting.append((piece, pack, regimes))
            if len(waiting) > AHEAD * bool(slow):
                yield waiting.popleft()
        yield from waiting
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _prepare(backend: Preparable, pack: Pack) -> None:
    """What goes wrong here goes wrong once more where the backend is asked, and is reported there."""
    with suppress(Exception):
        if backend.supports(pack.architecture, pack.dtype.name) is None:
            backend.prepare(pack)
