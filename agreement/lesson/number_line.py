"""One number under the microscope: the floats around it, where each program landed, and what rounding allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from ...manual.gradients import Place
from . import numbers
from .columns import LIBRARIES, Columns
from .words import Words

CLOSE = 1e3
"""Numbers that are further off, in ulps, do not fit on the line."""
WIDTH, HEIGHT, LEFT, RIGHT = 600, 210, 20, 580
MIDDLE = (LEFT + RIGHT) / 2


@dataclass(frozen=True)
class Landing:
    """Where a program landed, in ulps from the certified truth."""

    name: str
    ulps: float


@dataclass(frozen=True)
class NumberLine:
    """One entry: its place and index, the truth, its radius and the bound in ulps, the offset of the nearest float
    below the truth, and the landings.
    """

    place: Place
    index: tuple[int, ...]
    truth: str
    radius: float
    allowed: float
    offset: float
    landings: tuple[Landing, ...]

    @property
    def reach(self) -> int:
        """How many ulps the line shows on either side."""
        return max(2, math.ceil(max(abs(one.ulps) for one in self.landings) + 0.6))


def number_line(columns: Columns) -> NumberLine | None:
    """The entry of a gradient in which the programs differ most from the truth; None where none has an ulp."""
    shown = [column for column in columns.shown if column.name in LIBRARIES]
    best: tuple[float, Place, tuple[int, ...]] | None = None
    for place in columns.truth:
        findings = [column.findings[place] for column in shown if place in column.findings]
        if place.quantity not in ("BP3", "BP4") or not findings:
            continue
        errors = np.abs(np.stack([finding.ulps[0] for finding in findings]))
        worst = np.where((errors < CLOSE).all(axis=0), errors.max(axis=0), -1.0)
        at = np.unravel_index(int(worst.argmax()), worst.shape)
        if worst[at] >= 0 and (best is None or worst[at] > best[0]):
            best = float(worst[at]), place, tuple(map(int, at))
    return None if best is None else _line(columns, best[1], best[2])


def _line(columns: Columns, place: Place, at: tuple[int, ...]) -> NumberLine:
    shown = [column for column in columns.shown if column.name in LIBRARIES and place in column.findings]
    whole, here = shown[0].findings[place].whole, (0, *at)
    ulp, true = float(whole.ulp[here]), float(whole.truth.hi[here])
    landings = tuple(Landing(column.name, float(column.findings[place].ulps[here])) for column in shown)
    got = float(shown[0].findings[place].got[here])
    return NumberLine(
        place,
        at,
        numbers.full(true, columns.dtype),
        float(whole.truth.radius[here]) / ulp,
        float(whole.allowed[here]) / ulp,
        float((got - true) / ulp - float(whole.truth.lo[here]) / ulp) % 1.0,
        landings,
    )


def drawing(line: NumberLine, words: Words) -> str:
    """The line as an SVG: floats as ticks, programs as dots, the truth as a mark; below it the allowed range."""
    body = "".join([*_ticks(line, words), *_dots(line, words), *_overview(line, words)])
    label = escape(words.plain("ulp.picture"), quote=True)
    return f'<svg class="ulps" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{body}</svg>'


def _x(line: NumberLine, ulps: float) -> float:
    return MIDDLE + ulps / line.reach * (RIGHT - LEFT) / 2


def _ticks(line: NumberLine, words: Words) -> Iterator[str]:
    yield f'<path class="axis" d="M{LEFT} 90H{RIGHT}"/>'
    floats = [line.offset + k for k in range(-line.reach - 1, line.reach + 1)]
    floats = [place for place in floats if abs(place) <= line.reach]
    yield from (f'<path class="tick" d="M{_x(line, place):.1f} 82V98"/>' for place in floats)
    a, b = _x(line, floats[0]), _x(line, floats[1])
    yield f'<path class="brace" d="M{a:.1f} 104V110H{b:.1f}V104"/>'
    yield f'<text class="small" x="{a:.1f}" y="127">{escape(words.plain("ulp.one"))}</text>'
    yield f'<path class="truth" d="M{MIDDLE:g} 66V114"/>'
    yield f'<text class="true" x="{MIDDLE:g}" y="132" text-anchor="middle">{escape(words.plain("ulp.truth"))}</text>'


def _dots(line: NumberLine, words: Words) -> Iterator[str]:
    stacked: dict[float, int] = {}
    for one in line.landings:
        at = round(one.ulps, 3)
        level = stacked.get(at, 0)
        stacked[at] = level + 1
        x, y, kind = _x(line, one.ulps), 90 - 22 * level, "a" if one.name == "numpy" else "other"
        name = f"{words.plain(f'column.{one.name}')} {numbers.ulps(one.ulps)}"
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="7"/>'
        end = x > RIGHT - 160
        yield (
            f'<text class="who" x="{x + (-12 if end else 12):.1f}" y="{y - 11}" '
            f'text-anchor="{"end" if end else "start"}">{escape(name)}</text>'
        )


def _overview(line: NumberLine, words: Words) -> Iterator[str]:
    """The whole allowed range, with the part that the line above shows."""
    half = (RIGHT - LEFT) / 2
    zoom = min(half, half * line.reach / line.allowed)
    yield f'<path class="zoom" d="M{LEFT} 98L{MIDDLE - zoom:.1f} 160M{RIGHT} 98L{MIDDLE + zoom:.1f} 160"/>'
    yield f'<rect class="allowed" x="{LEFT}" y="160" width="{RIGHT - LEFT}" height="14"/>'
    yield f'<path class="end" d="M{LEFT} 155V179M{RIGHT} 155V179"/>'
    yield f'<rect class="seen" x="{MIDDLE - zoom:.1f}" y="158" width="{2 * zoom:.1f}" height="18"/>'
    reach = numbers.plain(line.allowed)
    yield f'<text class="small" x="{LEFT}" y="196">−{reach} ulp</text>'
    yield f'<text class="small" x="{RIGHT}" y="196" text-anchor="end">+{reach} ulp</text>'
    yield f'<text class="small" x="{MIDDLE:g}" y="196" text-anchor="middle">{escape(words.plain("ulp.allowed"))}</text>'
