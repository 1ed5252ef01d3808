"""Text for a screen of 80 columns: words wrapped, never cut; bars; colour where a terminal wants it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator

from ..errors import shown
from ..output import stream

WIDTH = 80
EIGHTHS = " ▏▎▍▌▋▊▉█"
GOOD, BAD, BOLD, DIM = "bright_cyan", "bold bright_red", "bold", "dim"
MARKS = {"✓": GOOD, "✗": BAD, "?": BOLD}
_MARKED = re.compile(r"^( *)([✓✗?])(?= )|⟦(good|bad|bold|dim)⟧(.*?)⟦/⟧", re.DOTALL)
_TAG = re.compile(r"⟦(?:good|bad|bold|dim|/)⟧")
"""Brackets that no source and no data have: x[bad] of a user's line stays what it is."""
_STYLES = {"good": GOOD, "bad": BAD, "bold": BOLD, "dim": DIM}


def columns(text: str) -> int:
    """How many columns a text takes: two for a wide character, as of Chinese, none for a combining one."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in bare(text)
    )


def bare(text: str) -> str:
    """A text without the tags of its styles."""
    return _TAG.sub("", text)


def padded(text: str, width: int) -> str:
    """A text with spaces up to this many columns."""
    return text + " " * max(0, width - columns(text))


def bar(ratio: float, cells: int = 20) -> str:
    """A ratio from 0 to 1 as a bar of so many cells, in eighths of one; │ stands at 1."""
    eighths = min(round(8 * cells * ratio), 8 * cells) if ratio == ratio else 0
    whole, rest = divmod(eighths, 8)
    drawn = "█" * whole + (EIGHTHS[rest] if rest else "")
    return f"⟦good⟧{drawn}⟦/⟧⟦dim⟧{'·' * (cells - len(drawn))}⟦/⟧│"


def wrapped(text: str, width: int = WIDTH, hang: int | None = None) -> list[str]:
    """A line as lines of at most this many columns, broken at spaces and between wide characters.

    Later lines are indented like the first, or by `hang`. A word is never cut: one that is longer than
    the width, such as a path, stands on a line of its own. Spaces between words are kept.
    """
    if columns(text) <= width:
        return [text.rstrip()]
    first = re.match(r" *", text)
    assert first is not None
    indent = first.group() if hang is None else " " * hang
    lines, line = [], ""
    for word in _words(text):
        if line.strip() and columns(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line, word = indent, word.lstrip()
        line += word
    return [*lines, line.rstrip()]


def dimmed(text: str, hang: int | None = None) -> list[str]:
    """A quiet line, broken to the width; every line of it is quiet."""
    return [f"⟦dim⟧{line}⟦/⟧" for line in wrapped(text, hang=hang)]


def _words(text: str) -> list[str]:
    """Pieces that a line may be broken before: a word with the spaces before it, or a wide character."""
    return re.findall(r"\s*(?:[\u2e80-\u9fff\uff00-\uffef][,。;:、)】」]?|[^\s\u2e80-\u9fff\uff00-\uffef]+)|\s+$", text)


def parts(items: Iterable[str], indent: int, width: int = WIDTH, between: str = " · ") -> list[str]:
    """Items side by side while they fit, at this indentation; an item is broken only where it is longer than a line."""
    lines: list[str] = []
    for item in items:
        if lines and columns(lines[-1] + between + item) <= width:
            lines[-1] += between + item
        else:
            lines.append(" " * indent + item)
    return [piece for line in lines for piece in wrapped(line, width)]


def command(words: Iterable[str], indent: int, width: int = WIDTH) -> list[str]:
    r"""A command line to paste, continued with \ where it does not fit."""
    lines = [" " * indent]
    for word in words:
        if lines[-1].strip() and columns(f"{lines[-1]}{word} \\") > width:
            lines[-1] += "\\"
            lines.append(" " * (indent + 2))
        lines[-1] += f"{word} "
    return [line.rstrip() for line in lines]


def table(head: Iterable[str], rows: Iterable[Iterable[str]], width: int = WIDTH) -> Iterator[str]:
    """Columns two spaces apart, as wide as what they hold; the last is wrapped under itself.

    Where the others leave it fewer than 20 columns, it goes on a line below, indented.
    """
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(columns(line[n]) for line in lines) for n in range(len(lines[0]) - 1)]
    start = sum(widths) + 2 * len(widths)
    below = width - start < 20
    for number, line in enumerate(lines):
        left = "  ".join(padded(cell, size) for cell, size in zip(line[:-1], widths, strict=True)).rstrip()
        if below and line[-1]:
            told = [*wrapped(left, width), *wrapped(f"    {line[-1]}", width)]
        else:
            told = wrapped(f"{padded(left, start)}{line[-1]}" if line[-1] else left, width, hang=start)
        yield from (f"⟦dim⟧{one}⟦/⟧" if not number else one for one in told)


def coloured() -> bool:
    """Whether stdout is a terminal; what NO_COLOR and TERM say is heeded besides."""
    return stream().isatty()


def printed(lines: Iterable[str]) -> str:
    """Lines, each broken to the width, as one text ending in a newline; styles only on a terminal."""
    broken = [piece for line in lines for part in line.split("\n") for piece in wrapped(part)]
    text = shown("\n".join(broken)) + "\n"
    return _painted(text) if coloured() else bare(text)


def _painted(text: str) -> str:
    """The tags and marks of a text as a terminal shows them."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=io.StringIO(), force_terminal=True, highlight=False, markup=False)
    for line in text.splitlines():
        told = Text()
        at = 0
        for found in _MARKED.finditer(line):
            told.append(line[at : found.start()])
            told.append(*_piece(found))
            at = found.end()
        console.print(told.append(bare(line[at:])), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _piece(found: re.Match[str]) -> tuple[str, str]:
    """A text and its style."""
    indent, mark, style, text = found.groups()
    return (f"{indent}{mark}", MARKS[mark]) if mark else (text, _STYLES[style])
