"""Turns the tables of the page on accuracy into heat maps when the site is built: digits lost, function × library.

The page itself stays as `backproof accuracy` writes it; a cell opens to the largest error, its argument, and the
command that finds it again.
"""

from __future__ import annotations

import math
import re
from html import escape
from typing import Any

PAGE = "accuracy.md"
TABLE = re.compile(r"<table>\s*<thead>\s*<tr>\s*<th>function</th>\s*<th>dtype</th>(.*?)</table>", re.DOTALL)
ROW, CELL = re.compile(r"<tr>(.*?)</tr>", re.DOTALL), re.compile(r"<t[dh]>(.*?)</t[dh]>", re.DOTALL)
DIGITS = {"float64": 16, "float32": 7}
FUNCTIONS = re.compile(r"[a-z_0-9]+")
KEY = (
    '<p class="heat-key">Digits lost of the largest error found: <b>0</b> none, <b>16</b> all of a float64, '
    "<b>7</b> all of a float32; × a listed deviation or no number. Open a cell for its argument and command.</p>"
)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """The page with its tables as heat maps."""
    return TABLE.sub(_map, html) if page.file.src_path == PAGE else html


def _map(found: re.Match[str]) -> str:
    table = found[0]
    head, *rows = [CELL.findall(row) for row in ROW.findall(table)]
    if head[:2] != ["function", "dtype"] or "backends" in head:
        return table
    names = head[2:]
    titles = "".join(f'<th scope="col"><span>{name}</span></th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{function} <small>{dtype}</small></th>'
        + "".join(_cell(text, function, dtype, name) for text, name in zip(cells, names, strict=True))
        + "</tr>"
        for function, dtype, *cells in rows
    )
    return f'{KEY}<table class="heat"><thead><tr><th>function</th>{titles}</tr></thead><tbody>{body}</tbody></table>'


def digits_lost(text: str, dtype: str) -> int | None:
    """Digits lost by an error of so many ulp; None for a cell without a number, all of them where it is not one."""
    number = re.match(r"[0-9.]+(e[+-]?[0-9]+)?", text)
    if number is None:
        return DIGITS[dtype] if text.startswith("no number") else None
    return min(DIGITS[dtype], max(0, round(math.log10(max(float(number[0]), 1.0)))))


def _cell(text: str, function: str, dtype: str, backend: str) -> str:
    lost = digits_lost(text, dtype)
    if lost is None:
        return '<td class="none">–</td>'
    share, marked = lost / DIGITS[dtype], "<strong>" in text
    found = FUNCTIONS.match(function)
    command = f"backproof accuracy --backend {backend} --activation {found[0] if found else function} --dtype {dtype}"
    if " on " in function or "cost" in function or "entropy" in function:
        command = f"backproof accuracy --backend {backend} --cost all --dtype {dtype}"
    said = f"<p>{text}</p><code>{escape(command)}</code>"
    mark = " ×" if marked else ""
    return f'<td style="--lost: {share:.2f}"><details name="heat"><summary>{lost}{mark}</summary>{said}</details></td>'
