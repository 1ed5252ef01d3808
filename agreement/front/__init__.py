"""Backproof: does your automatic differentiation compute right gradients?

`backproof.agreement` judges, `backproof.reference` is what gradients are held against, `backproof.manual` is
back-propagation by hand. `backproof.__version__` is the version that is installed.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("backproof")
