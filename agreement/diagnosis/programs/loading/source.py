"""The Python source of a program: of a script in any coding, of a notebook, of Python 2."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from .....reference import user_files
from .python2 import converted, older

SPELLED = {
    "int": "int", "float": "float", "bool": "bool", "object": "object", "str": "str", "float_": "np.float64",
    "mat": "np.asmatrix", "product": "np.prod", "row_stack": "np.vstack", "Inf": "np.inf", "NaN": "np.nan",
}  # fmt: skip
REMOVED = re.compile(rf"\b(np|numpy)\.({'|'.join(sorted(SPELLED, key=len, reverse=True))})\b(?!\s*=[^=])")
"""Names that NumPy has dropped."""

FENCED = re.compile(r"^```[ ]*(?:python|py)?\d*[ ]*\n(.*?)^```", re.M | re.S | re.I)
"""A code block of a Markdown text."""


class Unloadable(Exception):
    """The source is no Python; says what it is, with the line where that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class ParsedSource:
    """Parsed source, its text, and what was done to it on the way."""

    path: Path
    text: str
    tree: ast.Module
    notes: tuple[str, ...] = ()


def read(path: Path) -> ParsedSource:
    """The source of a script or a notebook; raises Unloadable."""
    text, notes = (_of_notebook(path), ["read from a notebook"]) if path.suffix == ".ipynb" else (_decoded(path), [])
    text = _of_markdown(text) if path.suffix.lower() == ".md" else text
    text = "\n".join("" if re.match(r"\s*%{1,2}[a-z]|\s*![a-z]", line) else line for line in text.split("\n"))
    text, older = _of_older_numpy(text)
    tree, text, more = _parsed(text)
    return ParsedSource(path, text, tree, (*notes, *older, *more))


def _of_older_numpy(text: str) -> tuple[str, list[str]]:
    """The text with what NumPy no longer has as it is spelled now, and a note of it."""
    found = dict.fromkeys(name for _, name in REMOVED.findall(text))
    notes = [f"np.{name} of an older NumPy read as {SPELLED[name]}" for name in found]
    return REMOVED.sub(lambda match: SPELLED[match[2]].replace("np.", f"{match[1]}."), text), notes


def _decoded(path: Path) -> str:
    """The text of a file by its byte order mark or its coding line (PEP 263); Latin-1 where it says none."""
    raw = path.read_bytes()
    try:
        coding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(coding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _of_notebook(path: Path) -> str:
    """The cells of a notebook that are Python."""
    try:
        return "\n\n".join(cell if _parses(cell) else "" for cell in user_files.cells(path))
    except ValueError as error:
        raise Unloadable(str(error)) from None


def _of_markdown(text: str) -> str:
    """The code blocks of a text that are Python."""
    return "\n\n".join(block for block in FENCED.findall(text) if _parses(block))


def _parses(text: str) -> bool:
    try:
        _parsed(text)
    except Unloadable:
        return False
    return True


def _parsed(text: str) -> tuple[ast.Module, str, list[str]]:
    """The tree of a text, converted from Python 2 where it is no Python 3, or uses names that this has not."""
    first: Exception | None = None
    try:
        tree = ast.parse(text)
        if not older(tree):
            return tree, text, []
    except (SyntaxError, ValueError) as error:
        first = error
    try:
        text = converted(text)
        return ast.parse(text), text, ["converted from Python 2"]
    except (SyntaxError, ValueError, tokenize.TokenError):
        line = getattr(first, "lineno", None)
        raise Unloadable(f"{type(first).__name__}: {getattr(first, 'msg', first)}", line) from None
