"""Libraries that only a part of the project needs; where one is missing, the error names the extra that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import UsageError

EXTRAS = {"jinja2": "report", "markupsafe": "report", "matplotlib": "report", "hypothesis": "hypothesis"}
"""By library; pyproject.toml lists what each extra installs."""


class MissingExtra(UsageError, ImportError):
    """A library of an extra is not installed; the message says what needs it and how to install it."""


@contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Raise MissingExtra where what is imported inside is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in EXTRAS:
            raise
        raise MissingExtra(f"{what} needs {library}: pip install 'backproof[{EXTRAS[library]}]'") from None
