"""The first picture: errors beside what is allowed on one log axis, and how small an error would have been seen.

SVG written by hand: it takes its colours from the page, and needs no library.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from ..tally.hero import LEAST, MOST
from .elsewhere import MISTAKES, Check, MistakeSize, checks

TICKS = range(-16, 3)
LABELLED = (-16, -12, -8, -4, 0)


class PictureWords(NamedTuple):
    """What the picture says, in the page's language."""

    dot: str
    line: str
    beyond: str
    wrong: str
    axis: str
    seen: str
    thin: str
    mistakes: str
    short: str
    """The two first on a phone."""
    names: dict[str, str]
    """Of checks and mistakes, where the language has words of its own."""


class Frame(NamedTuple):
    """Where things stand: on a wide page names are beside the strips, on a phone above them."""

    width: int
    left: int
    strip: int
    above: int
    """From the top of a strip's row to the strip."""
    gap: int

    def x(self, log: float) -> float:
        """Where log10 of a relative error stands."""
        return self.left + (min(max(log, LEAST), MOST) - LEAST) / (MOST - LEAST) * (self.width - self.left)


WIDE, NARROW = Frame(1120, 176, 48, 0, 12), Frame(358, 0, 48, 22, 14)


def hero(pictures: dict[str, Any], names: Sequence[str], words: PictureWords, frame: Frame) -> str:
    """The picture as SVG; "" where no calm float64 network was judged."""
    strips = pictures.get("hero") or {}
    shown = [name for name in names if name in strips]
    if not shown:
        return ""
    parts, y = [], 24.0
    parts += _legend(words, frame)
    for name in shown:
        parts += _strip(name, strips[name], words, frame, y)
        y += frame.above + frame.strip + frame.gap
    parts += _axis(words, frame, y - frame.gap + 8)
    y += 62
    parts += _seen(pictures.get("see") or {}, words, frame, y)
    height = y + _seen_height(pictures.get("see") or {}, frame)
    label = escape(f"{', '.join(shown)}: {words.dot}; {words.line}; {words.beyond}")
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {height:.0f}" role="img"'
    return f'{head} aria-label="{label}">{"".join(parts)}</svg>'


def _text(
    x: float, y: float, said: str, fill: str = "ink", anchor: str = "start", size: int = 13, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    where = f'x="{x:.1f}" y="{y:.1f}" fill="var(--{fill})" font-size="{size}" text-anchor="{anchor}"'
    return f"<text {where}{weight}>{said}</text>"


def power(value: float) -> str:
    """A magnitude as 1.1 × 10^−15, the exponent raised."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = math.floor(math.log10(value) + 1e-9)
    digits = round(value / 10.0**exponent, 1)
    exponent, digits = (exponent + 1, 1.0) if digits >= 10 else (exponent, digits)
    if exponent == 0:
        return f"{digits:g}"
    raised = f'10<tspan dy="-.45em" font-size=".75em">{str(exponent).replace("-", "−")}</tspan>'
    return raised if digits == 1 else f"{digits:g} × {raised}"


def _legend(words: PictureWords, frame: Frame) -> list[str]:
    if frame is NARROW:
        colours = (("a", words.short), ("b", words.beyond))
        told = (f'<tspan fill="var(--{colour})">{escape(said)}</tspan>' for colour, said in colours)
        return [_text(0, 13, " · ".join(told))]
    return [
        _text(frame.left, 12, escape(words.dot), "a"),
        _text(frame.left + 214, 12, escape(words.line)),
        _text(frame.width, 12, escape(words.beyond), "b", "end"),
    ]


def _strip(name: str, strip: dict[str, Any], words: PictureWords, frame: Frame, y: float) -> Iterator[str]:
    """Entries of one backend in rows, the tightest bound on top; the line is what is allowed of each."""
    top, step = y + frame.above, frame.strip / max(len(strip["dots"]), 1)
    count = words.wrong.format(over=f"{strip['over']:,}", n=f"{strip['n']:,}")
    fill, quiet = ("b", "b") if strip["over"] else ("ink", "quiet")
    if frame is NARROW:
        yield _text(0, y + 14, escape(name), fill, bold=True)
        yield _text(frame.width, y + 14, escape(count), quiet, "end")
    else:
        yield _text(0, top + 22, escape(name[:22]), fill, size=15, bold=True)
        yield _text(0, top + 41, escape(count), quiet)
    rows = [(frame.x(e), frame.x(b), top + (n + 0.5) * step, e > b) for n, (e, b) in enumerate(strip["dots"])]
    edge = "L".join(f"{x:.1f} {row:.1f}" for _, x, row, _ in rows)
    first, last = rows[0][1], rows[-1][1]
    line = f"M{first:.1f} {top:.1f}L{edge}L{last:.1f} {top + frame.strip:.1f}"
    size = f'width="{frame.width - frame.left}" height="{frame.strip}"'
    yield f'<rect x="{frame.left}" y="{top}" {size} fill="var(--atint)"/>'
    yield f'<path d="{line}H{frame.width}V{top}z" fill="var(--btint)"/>'
    yield f'<path d="{line}" fill="none" stroke="var(--ink)" stroke-width="1.5"/>'
    dots = "".join(f"M{x:.1f} {row:.1f}h.01" for x, _, row, over in rows if not over)
    crosses = "".join(f"M{x - 2:.1f} {row - 2:.1f}l4 4m-4 0l4-4" for x, _, row, over in rows if over)
    yield f'<path d="{dots}" stroke="var(--a)" stroke-width="3" style="stroke-linecap:round" stroke-opacity=".62"/>'
    yield f'<path d="{crosses}" fill="none" stroke="var(--b)" stroke-width="1.4"/>' if crosses else ""


def _axis(words: PictureWords, frame: Frame, y: float) -> Iterator[str]:
    yield f'<path d="M{frame.left} {y:.1f}H{frame.width}" stroke="var(--quiet)"/>'
    for tick in TICKS:
        long = tick in LABELLED
        yield f'<path d="M{frame.x(tick):.1f} {y:.1f}v{7 if long else 4}" stroke="var(--quiet)"/>'
        if long:
            yield _text(frame.x(tick), y + 22, power(10.0**tick), "quiet", "middle")
    yield _text(0, y + (22 if frame is WIDE else 40), escape(words.axis), "quiet")


def _seen(see: dict[str, Any], words: PictureWords, frame: Frame, y: float) -> Iterator[str]:
    """From which relative error on each check sees one in a single gradient, and the size of two mistakes."""
    yield _text(0, y, escape(words.seen), size=15 if frame is WIDE else 13, bold=True)
    if frame is WIDE:
        yield _text(frame.width, y, escape(words.thin), "quiet", "end")
    step = 24 if frame is WIDE else 44
    y += 27 if frame is WIDE else 28
    rows = list(checks(see))
    for mistake in MISTAKES if frame is WIDE else ():
        x = frame.x(math.log10(mistake.half))
        yield f'<path d="M{x:.1f} {y - 12}V{y + step * len(rows) - 8}" stroke="var(--b)" stroke-dasharray="2 3"/>'
    for row in rows:
        yield from _check(row._replace(name=words.names.get(row.name, row.name)), frame, y)
        y += step
    if frame is WIDE:
        yield _text(0, y + 6, escape(words.mistakes), "b", bold=True)
    for mistake in MISTAKES:
        yield from _mistake(mistake._replace(name=words.names.get(mistake.name, mistake.name)), frame, y + 2)
        y += 0 if frame is WIDE else 28


def _seen_height(see: dict[str, Any], frame: Frame) -> int:
    rows = len(list(checks(see)))
    return 27 + 24 * rows + 18 if frame is WIDE else 28 + 44 * rows + 28 * len(MISTAKES)


def _check(row: Check, frame: Frame, y: float) -> Iterator[str]:
    half, most = (frame.x(math.log10(value)) for value in (row.half, row.ninety_nine))
    colour, ink = ("a", "ink") if row.ours else ("grey", "quiet")
    if frame is WIDE:
        yield _text(0, y, escape(row.name), ink, bold=row.ours)
        yield _text(half - 8, y, power(row.half), ink, "end")
    else:
        yield _text(0, y, escape(row.name), ink, bold=row.ours)
        yield _text(frame.width, y, power(row.half), ink, "end")
    level = y - 4 if frame is WIDE else y + 14
    yield f'<path d="M{half:.1f} {level}H{most:.1f}" stroke="var(--{colour})" stroke-width="2"/>'
    yield f'<path d="M{most:.1f} {level}H{frame.width}" stroke="var(--{colour})" stroke-width="8"/>'


def _mistake(row: MistakeSize, frame: Frame, y: float) -> Iterator[str]:
    least, half, most = (frame.x(math.log10(value)) for value in row[1:])
    yield f'<path d="M{least:.1f} {y}H{most:.1f}" stroke="var(--b)" stroke-width="2"/>'
    yield f'<path d="M{half:.1f} {y - 5}l5 5l-5 5l-5 -5z" fill="var(--b)"/>'
    yield _text(least - 8, y + 5, escape(row.name), "b", "end")
