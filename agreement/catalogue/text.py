"""What is said of each mistake, in English and Chinese: the rows of text.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Text(NamedTuple):
    """A mistake's name, why it is wrong, how to mend it, where it hides."""

    name: str
    why: str
    mend: str
    hides: str


@cache
def _rows() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files(__package__) / "text.toml").read_text("utf-8"))


def text(id: str, language: Language = "en") -> Text:
    """The text of a mistake."""
    row = _rows()[id]
    return Text(*(row[key][LANGUAGES.index(language)] for key in Text._fields))
