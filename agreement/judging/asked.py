"""Whether a backend is asked for a network in a dtype, or why not."""

from __future__ import annotations

from ...manual import costs
from ...manual.activations import CORE
from ...manual.case import Architecture
from ...manual.rounding.formats import DTYPES
from ...reference.protocol import Backend, traits


def reason_against(backend: Backend, architecture: Architecture, dtype: str) -> str | None:
    """What speaks against it: the bounds, the backend's traits, or the backend itself."""
    asked = traits(backend).dtypes
    reason = None if dtype in asked else f"not asked in {dtype}: its traits say {', '.join(asked)}"
    return reason or unbounded(architecture, dtype) or backend.supports(architecture, dtype)


def unbounded(architecture: Architecture, dtype: str) -> str | None:
    """Why there is no bound for a network in 16 bits, if there is none."""
    rows = {*architecture.activations, architecture.cost} - {*CORE, *costs.CORE}
    return f"no bound is derived for {min(rows)} in {dtype}" if rows and dtype not in DTYPES else None
