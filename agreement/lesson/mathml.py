"""A small notation for formulas, written out as MathML.

`δ_j^{l+1}` has a sub- and a superscript, `frac{∂C}{∂z}` is a fraction, `[W2:(W^2)^⊤]` marks the
part of the page that a symbol stands for, `'in'` is an upright word; the rest stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_TOKEN = re.compile(r"frac|'[^']*'|\d+(?:\.\d+)?|\[[A-Za-z0-9.-]+:|\s+|.")
_OPENING, _CLOSING, _MINUS, _SUM = "(", ")", "−", "<mo>∑</mo>"
_MANNERS = dict.fromkeys("()‖", ' stretchy="false"') | {"′": ' lspace="0" rspace="0"'}
"""Brackets stay the size of their line, a prime stands close to its letter."""


def math(formula: str, block: bool = False) -> str:
    """The formula as a `<math>` element; ValueError where a bracket is left open."""
    reader = _FormulaReader(formula)
    body = reader.row(())
    if reader.ahead is not None:
        raise ValueError(f"unexpected {reader.ahead!r} in the formula {formula!r}")
    return f'<math display="{"block" if block else "inline"}">{body}</math>'


class _FormulaReader:
    """Reads a formula a token at a time."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self._tokens: Iterator[str] = (t for t in _TOKEN.findall(formula) if not t.isspace())
        self.ahead = next(self._tokens, None)

    def take(self) -> str:
        token = self.ahead
        if token is None:
            raise ValueError(f"the formula {self.formula!r} ends too early")
        self.ahead = next(self._tokens, None)
        return token

    def row(self, ends: tuple[str, ...]) -> str:
        """Items up to an end."""
        items = []
        while self.ahead is not None and self.ahead not in (*ends, "}", "]"):
            items.append(self.item())
        return "".join(items) if len(items) == 1 else f"<mrow>{''.join(items)}</mrow>"

    def item(self) -> str:
        """A base with its scripts."""
        base, below, above = self.base(), None, None
        while self.ahead in ("_", "^"):
            if self.take() == "_":
                below = self.argument()
            else:
                above = self.argument()
        if base == _SUM and below:
            return f"<munder>{base}{below}</munder>"
        if below and above:
            return f"<msubsup>{base}{below}{above}</msubsup>"
        if below:
            return f"<msub>{base}{below}</msub>"
        return f"<msup>{base}{above}</msup>" if above else base

    def argument(self) -> str:
        if self.ahead == "{":
            return self.group("}")
        return self.base()

    def group(self, end: str) -> str:
        self.take()
        body = self.row((end,))
        if self.ahead != end:
            raise ValueError(f"a bracket is left open in the formula {self.formula!r}")
        self.take()
        return body

    def base(self) -> str:
        if self.ahead == "{":
            return self.group("}")
        if self.ahead == _OPENING:
            return f"<mrow>{_leaf('(')}{self.group(_CLOSING)}{_leaf(')')}</mrow>"
        if self.ahead is not None and self.ahead.startswith("[") and self.ahead != "[":
            part = self.ahead[1:-1]
            return f'<mrow class="symbol" data-part="{part}">{self.group("]")}</mrow>'
        token = self.take()
        if token == "frac":
            return f"<mfrac>{self.argument()}{self.argument()}</mfrac>"
        return _leaf(token)


def _leaf(token: str) -> str:
    if token.startswith("'"):
        return f"<mtext>{escape(token[1:-1])}</mtext>"
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token.isalpha() or token == "∇":
        return f"<mi>{token}</mi>"
    return f"<mo{_MANNERS.get(token, '')}>{escape(_MINUS if token == '-' else token)}</mo>"
