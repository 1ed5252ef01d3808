"""What of an equation and of a source line a mistake is about: the term to strike, the expression to underline."""

from __future__ import annotations

import ast
from typing import Literal, NamedTuple

Manner = Literal["left_out", "other"]


class BlamedTerm(NamedTuple):
    """A term of an equation, named as in page/equations.html; left out, or another stands there."""

    term: str
    manner: Manner


_LEFT_OUT: dict[str, str] = {"M01": "slope", "M06": "slope", "M07": "transpose"}
_OTHER: dict[str, tuple[str, ...]] = {
    "slope": ("M02", "M04", "M05", "M11", "M29", "M33", "M34"),
    "cost": ("M03", "M26", "M27", "M28", "M31"),
    "product": ("M08", "M09", "M10"),
    "error": ("M12", "M15", "M16", "M17", "M18", "M19", "M44", "M45", "M46"),
    "weights": ("M13", "M14"),
    "activation": ("M24", "M25"),
}
TERMS: dict[str, BlamedTerm] = {
    **{mistake: BlamedTerm(term, "left_out") for mistake, term in _LEFT_OUT.items()},
    **{mistake: BlamedTerm(term, "other") for term, mistakes in _OTHER.items() for mistake in mistakes},
}
"""By the mistake's id; a mistake that is about no single term stands nowhere."""


def underlined(line: str) -> tuple[int, int] | None:
    """Where in a line of source the expression stands whose value it keeps: what is assigned, or handed on.

    Returns its first column and the one behind its last; None where the line is no statement by itself.
    """
    text = line.strip()
    try:
        (statement,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr) and isinstance(value, ast.Call) and value.args:
        value = value.args[-1]
    if value is None or value.end_col_offset is None:
        return None
    before = len(line) - len(line.lstrip())
    columns = (len(text.encode()[:at].decode()) for at in (value.col_offset, value.end_col_offset))
    first, last = columns
    return before + first, before + last
