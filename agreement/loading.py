"""The backends of a run: loaded by name, with a sentence for each that cannot be had."""

from __future__ import annotations

from collections.abc import Iterable

from ..reference import registry
from ..reference.protocol import Backend
from .errors import UsageError


def load_all(names: Iterable[str]) -> tuple[list[Backend], list[str]]:
    """The backends that can be had, and why the others cannot; UsageError where there is no such name."""
    backends: list[Backend] = []
    missing: list[str] = []
    for name in names:
        try:
            backends.append(registry.load(name))
        except registry.Unavailable as reason:
            missing.append(f"{name}: {reason}")
        except ValueError as error:
            raise UsageError(str(error)) from None
    return backends, missing
