"""JAX's compilation cache on disk, for the duration of a call: `BACKPROOF_JAX_CACHE=FOLDER`.

A shape that was compiled before, by any process, is read instead. JAX's key covers its version,
flags and the machine; an entry that is cut short is compiled again, with a warning of JAX's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

VARIABLE = "BACKPROOF_JAX_CACHE"
SETTINGS: dict[str, Any] = {
    "jax_enable_compilation_cache": True,
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
"""Everything is worth keeping: a small network compiles in 0.1 s."""


@contextmanager
def persistent() -> Iterator[None]:
    """Inside, what JAX compiles is kept in the folder that the variable names; outside, all is as before."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        yield
        return
    requested = {**SETTINGS, "jax_compilation_cache_dir": folder}
    before = {name: getattr(jax.config, name) for name in requested}
    _configure(requested)
    try:
        yield
    finally:
        _configure(before)


def _configure(settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)  # type: ignore[no-untyped-call]  # jax leaves it without annotations
    compilation_cache.reset_cache()  # JAX looks at the folder once and remembers
