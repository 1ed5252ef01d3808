"""A record as one page: no network, no other file, the same bytes for the same record."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ..errors import UsageError
from ..files import write_text
from ..languages import LANGUAGES, Language, strings
from ..record.record import Record
from .view import view

FILE = "report.html"


def _part(name: str) -> str:
    return resources.files(__package__).joinpath("page", name).read_text("utf-8")


@cache
def texts(lang: str) -> dict[str, Any]:
    """The words of the page in one language; UsageError where it does not speak it."""
    if lang not in LANGUAGES:
        raise UsageError(f"unknown language {lang!r}: choose from {', '.join(LANGUAGES)}")
    return strings(str(__package__), "page", f"{lang}.toml")


def render(record: Record, folder: Path, lang: Language = "en", earlier: Record | None = None) -> str:
    """The page; `folder` is where record.json and the case files lie, `earlier` the run before."""
    said = texts(lang)
    environment = Environment(
        loader=FunctionLoader(_part), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    inline = {name: Markup(_part(name)) for name in ("style.css", "page.js")}
    page = environment.get_template("report.html.j2")
    return page.render(t=said, lang=said["lang"], v=view(record, folder, earlier, lang), inline=inline)


def save(record: Record, folder: Path, lang: Language = "en", earlier: Record | None = None) -> None:
    """Write report.html beside record.json."""
    write_text(folder / FILE, render(record, folder, lang, earlier))
