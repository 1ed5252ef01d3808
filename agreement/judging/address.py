"""How something of a user's own is named on a command line: by the file that holds it, and its name there."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

from ...reference import registry
from ...reference.protocol import Backend


def address(value: object) -> str | None:
    """`FILE.py:NAME` of a function or a class; None for one that no file holds at its top level."""
    name, module = getattr(value, "__qualname__", ""), inspect.getmodule(value)
    try:
        file = Path(inspect.getfile(value))  # type: ignore[arg-type]  # TypeError where it is of no file
    except (OSError, TypeError):
        return None
    if not name.isidentifier() or getattr(module, name, None) is not value or file.suffix != ".py":
        return None
    return f"{os.path.relpath(file) if file.is_relative_to(Path.cwd()) else file}:{name}"


def backend_address(backend: Backend) -> str | None:
    """What `--backend` takes for it: its name, or the class of a file that makes another; None for other objects."""
    if backend.name in registry.names():
        return backend.name
    kind = type(backend)
    try:
        _ = inspect.signature(kind).bind()
    except (TypeError, ValueError):
        return None
    return address(kind)
