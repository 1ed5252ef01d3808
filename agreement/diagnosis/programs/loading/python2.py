"""Python 2 as Python 3, where that is mechanical: statements by their tokens, renamed names by a table."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

RENAMED = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "long": "int",
    "basestring": "str",
    "cPickle": "pickle",
    "iteritems": "items",
    "itervalues": "values",
    "iterkeys": "keys",
}
"""Names that Python 3 spells otherwise."""
OPEN, CLOSE = ("(", "[", "{"), (")", "]", "}")
SILENT = (tokenize.COMMENT, tokenize.NL)
STARTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
EXCEPT = re.compile(r"^(\s*except\s+[\w.()\s,]+?)\s*,\s*(\w+)\s*:")
RAISE = re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$")
OCTAL = re.compile(r"(?<![\w.])0([0-7]+)(?![\w.])")


def older(tree: ast.Module) -> bool:
    """Whether what parses as Python 3 uses a name that only Python 2 has, and binds none of that name."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in RENAMED]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    parts = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return bool({"xrange", "raw_input", "unicode"} & ({node.id for node in names} - bound)) or "iteritems" in parts


def converted(text: str) -> str:
    """The text with its Python 2 statements in Python 3's form; raises what tokenize raises."""
    return _printed("\n".join(map(_line, text.expandtabs(8).split("\n"))))


def _line(line: str) -> str:
    for was, now in RENAMED.items():
        line = re.sub(rf"\b{was}\b", now, line)
    line = EXCEPT.sub(r"\1 as \2:", line)
    line = RAISE.sub(r"\1(\2)", line).replace("<>", "!=")
    return OCTAL.sub(lambda found: "0o" + found[1] if found[1].strip("0") else found[0], line)


def _printed(text: str) -> str:
    """Every print statement as a call; a redirection (`>>`) and a trailing comma go."""
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type not in SILENT]
    lines = text.split("\n")
    for start, end in reversed(list(_prints(tokens))):
        given = tokens[start + 1 : end]
        if given and given[0].string == "(" and _closes(given) == len(given) - 1:
            continue
        if given and given[0].string == ">>":
            comma = next((n for n, token in enumerate(given) if token.string == ","), len(given) - 1)
            _replace(lines, given[0].start, given[comma].end, "")
            given = given[comma + 1 :]
        if given and given[-1].string == ",":
            _replace(lines, given[-1].start, given[-1].end, "")
            given = given[:-1]
        last, first = (given[-1] if given else tokens[start]).end, tokens[start].end
        _replace(lines, last, last, ")")
        _replace(lines, first, first, "(")
    return "\n".join(lines)


def _prints(tokens: list[tokenize.TokenInfo]) -> Iterator[tuple[int, int]]:
    """Where a statement `print` starts, and the token after its last."""
    for n, token in enumerate(tokens):
        if token.string == "print" and (n == 0 or tokens[n - 1].type in STARTS or tokens[n - 1].string in (";", ":")):
            depth, end = 0, n + 1
            while tokens[end].type not in (tokenize.NEWLINE, tokenize.ENDMARKER) and (
                depth or tokens[end].string != ";"
            ):
                depth += (tokens[end].string in OPEN) - (tokens[end].string in CLOSE)
                end += 1
            yield n, end


def _closes(tokens: list[tokenize.TokenInfo]) -> int:
    """The place of the bracket that closes the first."""
    depth = 0
    for n, token in enumerate(tokens):
        depth += (token.string in OPEN) - (token.string in CLOSE)
        if depth == 0:
            return n
    return -1


def _replace(lines: list[str], start: tuple[int, int], end: tuple[int, int], new: str) -> None:
    """Put a text between two places of one line."""
    row = start[0] - 1
    lines[row] = lines[row][: start[1]] + new + lines[row][end[1] :]
