"""The backends of a run: loaded by name, with a sentence for each that cannot be had."""

from __future__ import annotations

from collections.abc import Iterable

from ...reference import registry
from ...reference.protocol import CPU, Backend, Movable
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
