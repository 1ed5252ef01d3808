"""Indices and exponents of a sentence as the page sets them: σ′(z^l) is a z with a raised l."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

SCRIPT = re.compile(r"([_^])(\{[^{}]*\}|[A-Za-z0-9]+)")
ELEMENTS = {"_": "sub", "^": "sup"}


def typeset(sentence: str) -> Markup:
    """The sentence, escaped, with every ^{…} and _{…} as an element."""
    return Markup(SCRIPT.sub(_script, str(escape(sentence))))


def _script(found: re.Match[str]) -> str:
    element = ELEMENTS[found[1]]
    return f"<{element}>{found[2].strip('{}')}</{element}>"
