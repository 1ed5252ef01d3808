"""The words of the page in one language, with their formulas, code and computed values put in."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup

from ..languages import in_language, strings
from .mathml import math

_MARKED = re.compile(r"\$([^$]+)\$([.,;:?!)，。；：？！、）]*)|`([^`]+)`|\*([^*]+)\*")
"""A formula with the punctuation that stays on its line, code, or emphasis."""


@cache
def table() -> dict[str, dict[str, str]]:
    """Every string by its key, in every language."""
    groups = strings(str(__package__), "strings.toml")
    return {f"{group}.{name}": row for group, rows in groups.items() for name, row in rows.items()}


class Words:
    """The strings of one language; KeyError for one that isn't there."""

    def __init__(self, language: str) -> None:
        self.language = language

    def plain(self, key: str, **values: Any) -> str:
        """A string without markup, for a label."""
        return self._filled(key, values).replace("$", "")

    def _filled(self, key: str, values: dict[str, Any]) -> str:
        """A string with its values."""
        return re.sub(r"⟨(\w+)⟩", lambda match: str(values[match[1]]), in_language(table()[key], self.language))

    def __call__(self, key: str, **values: Any) -> Markup:
        """A string as HTML."""
        return Markup("".join(_pieces(self._filled(key, values))))

    def group(self, name: str) -> dict[str, str]:
        """The strings of a group by name, with their slots, for the page's script."""
        return {
            key.partition(".")[2]: in_language(row, self.language)
            for key, row in table().items()
            if key.startswith(f"{name}.")
        }

    def options(self, key: str) -> list[Markup]:
        """The answers to choose from."""
        return [Markup("".join(_pieces(option.strip()))) for option in self._filled(key, {}).split("|")]


def _pieces(text: str) -> list[str]:
    pieces, end = [], 0
    for match in _MARKED.finditer(text):
        formula, closing, code, stressed = match.groups()
        pieces.append(escape(text[end : match.start()], quote=False))
        if formula:
            pieces.append(f'<span class="nb">{math(formula)}{closing}</span>' if closing else math(formula))
        elif code:
            pieces.append(f"<code>{escape(code)}</code>")
        else:
            pieces.append(f"<em>{''.join(_pieces(stressed))}</em>")
        end = match.end()
    return [*pieces, escape(text[end:], quote=False)]
