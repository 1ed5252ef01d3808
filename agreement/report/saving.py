"""report.html, where the libraries that draw it are installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ..extras import EXTRAS, MissingExtra, needed_for
from ..languages import Language
from ..record.record import Record


def page_can_be_drawn() -> bool:
    """Whether the libraries are here."""
    return all(find_spec(library) for library, extra in EXTRAS.items() if extra == "report")


def save_page(record: Record, folder: Path, lang: Language = "en", earlier: Record | None = None) -> str | None:
    """Write report.html beside record.json; the reason where it cannot be drawn here, else None.

    What changed since an earlier record stands in it, where there is one.
    """
    try:
        with needed_for("report.html"):
            from . import html

            html.save(record, folder, lang, earlier)  # it draws, too: either library may be the one that is missing
    except MissingExtra as missing:
        return f"report.html is not written: {missing}"
    return None
