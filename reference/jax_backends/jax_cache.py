"""JAX's compilation cache on disk, for the duration of a call.

In the user's cache folder, or in the one that `BACKPROOF_JAX_CACHE` names; `off` there is none. A shape that
was compiled before, by any process, is read instead. JAX's key covers its version and flags, the folder's name
the machine; an entry that is cut short is compiled again, with a warning of JAX's.
"""

from __future__ import annotations

import hashlib
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import jax
import numpy as np
import platformdirs
from jax.experimental.compilation_cache import compilation_cache

VARIABLE, OFF = "BACKPROOF_JAX_CACHE", "off"
SETTINGS: dict[str, Any] = {
    "jax_enable_compilation_cache": True,
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
"""Everything is worth keeping: a small network compiles in 0.1 s."""
LARGEST = 64 << 20
"""Bytes of the user's folder, some 4,000 shapes: beyond, the older half is dropped."""

_lock = threading.Lock()
_inside: list[dict[str, Any]] = []
"""The caller's settings, once for each thread that is inside."""


@contextmanager
def persistent() -> Iterator[None]:
    """Inside, what JAX compiles is kept; outside, all is as before. A cache of the caller's own is left alone."""
    place = folder()
    if place is None:
        yield
        return
    with _lock:
        _inside.append(_inside[0] if _inside else _configured({**SETTINGS, "jax_compilation_cache_dir": str(place)}))
    try:
        yield
    finally:
        with _lock:
            before = _inside.pop()
            if not _inside:
                _configured(before)


def folder() -> Path | None:
    """Where it is, if anywhere."""
    said = os.environ.get(VARIABLE)
    if said == OFF or (jax.config.jax_compilation_cache_dir and not _inside):  # type: ignore[attr-defined]  # made when jax is loaded
        return None
    return Path(said) if said else _of_user()


@cache
def _of_user() -> Path | None:
    """The user's, if it can be written: of this jax on machines like this one."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    machine = hashlib.sha256(" ".join([platform.machine(), *found]).encode()).hexdigest()[:8]
    place = platformdirs.user_cache_path("backproof") / f"jax-{jax.__version__}-{machine}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        pruned(place)
    except (OSError, RuntimeError):  # no home at all is a RuntimeError
        return None
    return place if os.access(place, os.W_OK | os.X_OK) else None


def pruned(place: Path, largest: int = LARGEST) -> None:
    """Drop the older half of a folder that has grown too large."""
    files = sorted((file.stat().st_mtime_ns, file) for file in place.iterdir())
    if sum(file.stat().st_size for _, file in files) > largest:
        for _, file in files[: (len(files) + 1) // 2]:
            with suppress(OSError):  # another process was faster
                file.unlink()


def _configured(settings: dict[str, Any]) -> dict[str, Any]:
    """Make them so; what they were."""
    before = {name: getattr(jax.config, name) for name in settings}
    for name, value in settings.items():
        jax.config.update(name, value)  # type: ignore[no-untyped-call]  # jax leaves it without annotations
    compilation_cache.reset_cache()  # JAX looks at the folder once and remembers
    return before
