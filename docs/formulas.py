"""Typesets the formulas of the pages when the site is built: q̄_j is q with an index, W^{l+1} a W with an exponent."""

from __future__ import annotations

import re
from typing import Any

CODE = re.compile(
    r"(^```.*?^```$|^:::.*?$|``[^`]+``|`[^`\n]+`|\]\([^)]*\)|https?://\S+|<!--.*?-->)", re.MULTILINE | re.DOTALL
)
TAGS = re.compile(r"(<(code|pre|h\d|script|style)\b.*?</\2>|<[^>]+>)", re.DOTALL)
SCRIPTED = re.compile(r"([^\W_]|[∇∂Σ∏)\]‖|°\u0300-\u036f′″*ᵀ>])([_^])(\{[^{}]*\}|\([^()]*\)|−?[A-Za-z0-9α-ωΑ-Ω∞]+²?)")
"""A base, _ or ^, and a script: one word, a number, or what stands in braces."""


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Indices and exponents outside code become <sub> and <sup>, before Markdown takes _ and * for emphasis."""
    parts = CODE.split(markdown)
    return "".join(part if i % 2 else typeset(part) for i, part in enumerate(parts))


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """The docstrings of the page of the interface, which Markdown has not seen before."""
    if page.file.src_path != "api.md":
        return html
    ends, pieces = 0, []
    for tag in TAGS.finditer(html):
        pieces += [typeset(html[ends : tag.start()]), tag[0]]
        ends = tag.end()
    return "".join([*pieces, typeset(html[ends:])])


def typeset(text: str) -> str:
    """A stretch of text without code."""
    text = re.sub(r"(?<=[\u0300-\u036f])\*", r"\\*", text)
    while True:
        done = SCRIPTED.sub(_scripted, text)
        if done == text:
            return text
        text = done


def _scripted(found: re.Match[str]) -> str:
    base, kind, script = found.groups()
    before = found.string[: found.start()]
    if re.search(r"[A-Za-z_][0-9]*$", before) and re.match(r"[a-z0-9_]", base) and kind == "_" and script[0] != "{":
        return found[0]  # a name of code in a sentence
    tag = "sub" if kind == "_" else "sup"
    return f"{base}<{tag}>{script.strip('{}')}</{tag}>"
