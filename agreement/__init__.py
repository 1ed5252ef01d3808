"""Holds the gradients together and says how well they agree.

Names are imported when they are first used: a plugin that loads in every pytest run stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cases import strategies
    from .certificates.certify import certify
    from .crosscheck import cross_check
    from .diagnosis.diagnose import diagnose
    from .errors import Disagreement, Incomplete, UsageError
    from .porting.port import same_function
    from .vjp.compare import compare
    from .vjp.judge import cross_check_vjp

__all__ = [
    "Disagreement",
    "Incomplete",
    "UsageError",
    "certify",
    "compare",
    "cross_check",
    "cross_check_vjp",
    "diagnose",
    "same_function",
    "strategies",
]

_HOMES = {
    "Disagreement": ".errors",
    "Incomplete": ".errors",
    "UsageError": ".errors",
    "certify": ".certificates.certify",
    "compare": ".vjp.compare",
    "cross_check": ".crosscheck",
    "cross_check_vjp": ".vjp.judge",
    "diagnose": ".diagnosis.diagnose",
    "same_function": ".porting.port",
}


def __getattr__(name: str) -> Any:
    if name == "strategies":
        from .extras import needed_for

        with needed_for("backproof.agreement.strategies"):
            return import_module(".cases.strategies", __package__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __package__), name)


def __dir__() -> list[str]:
    return __all__
