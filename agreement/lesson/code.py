"""The line of the project's own code that a formula is: read from the source, its tokens named."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CodeLine:
    """Where a line stands, and its text in pieces; a piece may stand for a part of the page."""

    file: str
    number: int
    pieces: tuple[tuple[str, str | None], ...]


def returned(function: Callable[..., Any], tokens: Mapping[str, str]) -> CodeLine:
    """The last `return` of a function, with the tokens that stand in it."""
    plain = inspect.unwrap(function)
    lines, first = inspect.getsourcelines(plain)
    last = max(i for i, line in enumerate(lines) if line.strip().startswith("return"))
    text, path = lines[last].strip(), Path(inspect.getsourcefile(plain) or "")
    pieces = tuple((piece, tokens.get(piece)) for piece in _split(text, tokens))
    package = Path(__file__).parents[2]
    return CodeLine(path.relative_to(package).as_posix(), first + last, pieces)


def _split(text: str, tokens: Mapping[str, str]) -> list[str]:
    """The text cut at whole tokens, longest first."""
    words = "|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True))
    return [piece for piece in re.split(rf"(?<![\w.])({words})(?!\w)", text) if piece]
