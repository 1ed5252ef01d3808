"""Plots as SVG: axes, lines and points in the page's own classes, so that its colours apply."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import escape

Point = tuple[float, float]
WIDTH, HEIGHT = 480, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 16, 44


@dataclass(frozen=True)
class Axis:
    """A range of values on a line of pixels; a logarithmic one takes values > 0. A label may be markup of SVG."""

    low: float
    high: float
    label: str
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """How far along the axis a value lies, from 0 to 1, kept within."""
        low, high = self.map(self.low), self.map(self.high)
        return min(1.0, max(0.0, (self.map(value) - low) / (high - low)))

    def map(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.logarithmic else value

    def ticks(self) -> list[tuple[float, str]]:
        """Four to six round values with their labels."""
        if self.logarithmic:
            return [
                (10.0**power, f"10{_raised(power)}" if power else "1")
                for power in _round_steps(self.map(self.low), self.map(self.high), 1)
            ]
        return [(value, f"{value:.10g}".replace("-", "−")) for value in _round_steps(self.low, self.high, 0)]


def _round_steps(low: float, high: float, least: float) -> list[int] | list[float]:
    rough = (high - low) / 4.5
    decade = 10.0 ** math.floor(math.log10(rough))
    step = max(least, next(f * decade for f in (1, 2, 5, 10) if f * decade >= rough))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [round(k * step, 12) for k in range(first, last + 1)]
    return [int(v) for v in values] if least else values


def _raised(power: float) -> str:
    return str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


@dataclass
class Plot:
    """One picture with two axes; what is drawn is kept in order."""

    x: Axis
    y: Axis
    title: str
    _shapes: list[str] = field(default_factory=list)

    def at(self, point: Point) -> Point:
        """A point in pixels."""
        return (
            round(LEFT + self.x.share(point[0]) * (WIDTH - LEFT - RIGHT), 2),
            round(HEIGHT - BOTTOM - self.y.share(point[1]) * (HEIGHT - TOP - BOTTOM), 2),
        )

    def path(self, points: Iterable[Point]) -> str:
        """The `d` of a line through points."""
        return "M" + "L".join(f"{px:g} {py:g}" for px, py in map(self.at, points))

    def line(self, points: Iterable[Point], style: str, slot: str = "") -> None:
        """A line, if there is any point; a slot can be redrawn by a widget."""
        if points := list(points):
            self._shapes.append(f'<path class="line {style}" d="{self.path(points)}"{_slot(slot)}/>')

    def dots(self, points: Iterable[Point], style: str) -> None:
        """A dot at every point."""
        self._shapes += [
            f'<circle class="dot {style}" cx="{px:g}" cy="{py:g}" r="3.2"/>' for px, py in map(self.at, points)
        ]

    def marker(self, point: Point, style: str, slot: str) -> None:
        """A larger dot, which a widget moves."""
        px, py = self.at(point)
        self._shapes.append(f'<circle class="marker {style}" cx="{px:g}" cy="{py:g}" r="6"{_slot(slot)}/>')

    def name(self, point: Point, text: str, style: str, dx: float = 6, dy: float = -6, anchor: str = "start") -> None:
        """A word beside a point: lines are labelled where they are, not in a legend."""
        px, py = self.at(point)
        self._shapes.append(
            f'<text class="name {style}" x="{px + dx:g}" y="{py + dy:g}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def moved(self, slot: str, point: Point) -> dict[str, str]:
        """What a widget sets to move a marker."""
        px, py = self.at(point)
        return {f"{slot}@cx": f"{px:g}", f"{slot}@cy": f"{py:g}"}

    def svg(self) -> str:
        """The picture."""
        opening = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        body = "".join([*self._axes(), *self._shapes])
        return f'{opening} aria-label="{escape(self.title)}">{body}</svg>'

    def _axes(self) -> list[str]:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts = [f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>']
        for value, label in self.x.ticks():
            px, _ = self.at((value, self.y.low))
            parts.append(f'<text class="tick" x="{px:g}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
        for value, label in self.y.ticks():
            _, py = self.at((self.x.low, value))
            parts.append(f'<path class="grid" d="M{LEFT} {py:g}H{right}"/>')
            parts.append(f'<text class="tick" x="{LEFT - 7}" y="{py + 4:g}" text-anchor="end">{label}</text>')
        parts.append(
            f'<text class="label" x="{right}" y="{HEIGHT - 8}" text-anchor="end">{escape(self.x.label)}</text>'
        )
        parts.append(f'<text class="label" x="4" y="{TOP - 4}">{escape(self.y.label)}</text>')
        return parts


def _slot(slot: str) -> str:
    return f' data-slot="{slot}"' if slot else ""


def span(values: Sequence[float], margin: float = 0.06) -> tuple[float, float]:
    """A range around values, with a margin."""
    low, high = min(values), max(values)
    pad = (high - low or abs(high) or 1.0) * margin
    return low - pad, high + pad
