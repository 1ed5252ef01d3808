"""A diagnosis as a notebook shows it."""

from __future__ import annotations

from html import escape

from ...catalogue.text import text
from ..equations import EQUATIONS, Status
from ..result import Diagnosis
from .text import FORMULAS, failure_lines, headline

SHADES = {Status.RIGHT: "#1a7f37", Status.INEXACT: "#9a6700", Status.WRONG: "#cf222e", Status.UNSEEN: "#656d76"}


def as_html(diagnosis: Diagnosis) -> str:
    """A heading, a table of the equations, the mistakes, and the case that shows them."""
    parts = [f"<p><b>{escape(headline(diagnosis))}</b></p>"]
    if diagnosis.convention is not None:
        parts.append(f"<p>{escape(str(diagnosis.convention))}</p>")
        parts.append(f"<table>{''.join(_row(diagnosis, equation) for equation in EQUATIONS)}</table>")
    for id in diagnosis.mistakes:
        row = text(id)
        parts.append(f"<p><b>{id}: {escape(row.name)}</b><br>{escape(row.why)}<br>{escape(row.mend)}</p>")
    if diagnosis.failure is not None and not diagnosis.right:
        parts.append(f"<pre>{escape(chr(10).join(failure_lines(diagnosis.failure, 'en')))}</pre>")
    return "".join(parts)


def _row(diagnosis: Diagnosis, equation: str) -> str:
    status = diagnosis.equations.get(equation, Status.UNSEEN)
    colour = f' style="color: {SHADES[status]}"'
    return f"<tr><th>{equation}</th><td>{escape(FORMULAS[equation])}</td><td{colour}>{status.word}</td></tr>"
