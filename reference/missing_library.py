"""What to say of a library that a backend or a user's file needs, and that is not installed."""

from __future__ import annotations

BROUGHT = ("torch", "jax", "autograd", "mygrad", "tinygrad", "tensorflow", "keras", "mlx")
"""An extra of this name brings each."""


def reason(error: ImportError) -> str:
    """Why an import failed, and how to install what is missing where an extra brings it."""
    library = (error.name or "").partition(".")[0]
    missing = isinstance(error, ModuleNotFoundError) and library in BROUGHT
    return f"{error}: pip install 'backproof[{library}]'" if missing else str(error)
