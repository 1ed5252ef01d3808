"""report.html, where the libraries that draw it are installed."""

from __future__ import annotations

from pathlib import Path

from ..extras import MissingExtra, needed_for
from ..record.record import Record


def save_page(record: Record, folder: Path, lang: str = "en") -> str | None:
    """Write report.html beside record.json; the reason where it cannot be drawn here, else None."""
    try:
        with needed_for("report.html"):
            from . import html
    except MissingExtra as missing:
        return f"report.html is not written: {missing}"
    html.save(record, folder, lang)
    return None
