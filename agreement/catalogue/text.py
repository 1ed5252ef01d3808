"""What is said of each mistake, in English and Chinese: the rows of text.toml."""

from __future__ import annotations

from typing import NamedTuple

from ..languages import Language, in_language, strings


class Text(NamedTuple):
    """A mistake's name, why it is wrong, how to mend it, where it hides."""

    name: str
    why: str
    mend: str
    hides: str


def text(id: str, language: Language = "en") -> Text:
    """The text of a mistake."""
    row = strings(str(__package__), "text.toml")[id]
    return Text(*(in_language(row[key], language) for key in Text._fields))
