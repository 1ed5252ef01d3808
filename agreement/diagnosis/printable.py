"""A diagnosis that prints itself: as text, and as HTML in a notebook."""

from __future__ import annotations

from .reports.notebook import as_html
from .reports.text import render
from .result import Diagnosis


class PrintableDiagnosis(Diagnosis):
    """What `diagnose` returns."""

    def __str__(self) -> str:
        return render(self)

    def _repr_html_(self) -> str:
        return as_html(self)
