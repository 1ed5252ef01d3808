"""The languages that reports speak, and where their strings are looked up: TOML files beside the code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["en", "zh"]
LANGUAGES: Mapping[Language, str] = {"en": "English", "zh": "中文"}
"""What each is called in itself."""


@cache
def strings(package: str, *path: str) -> dict[str, Any]:
    """The tables of a TOML file that comes with a package."""
    return tomllib.loads(resources.files(package).joinpath(*path).read_text("utf-8"))


def in_language(row: Sequence[str] | Mapping[str, str], language: str) -> str:
    """A string that a row has in every language: in the order of LANGUAGES, or by its name."""
    return row[language] if isinstance(row, Mapping) else dict(zip(LANGUAGES, row, strict=True))[language]  # type: ignore[index]
