"""The picture of the live network: neurons, lines, room for their numbers; without a script it shows a, δ and w."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from ....manual.case import Architecture
from ..numbers import brief, short
from ..words import Words
from .layout import StageLayout
from .quantities import Numbers

RAISED, LOWERED = 'dy="-.45em" font-size=".72em"', 'dy=".7em" font-size=".72em"'
DEMON = (
    '<g id="demon-imp" hidden=""><path d="M3 9L0 -3L9 3M21 9L24 -3L15 3"/><circle cx="12" cy="13" r="11"/>'
    '<path class="face" d="M7 12h2M15 12h2M7 17q5 4 10 0"/><text x="36" y="14"></text></g>'
)


def picture(architecture: Architecture, numbers: Numbers, words: Words) -> str:
    """The SVG. Every element carries what it stands for, so that the script can light and fill it."""
    layout = StageLayout(architecture)
    body = "".join(
        [
            *_titles(layout, words),
            *_lines(layout, numbers, words),
            *_labels(layout, numbers),
            *_neurons(layout, numbers, words),
            _cost(layout, numbers),
            *_targets(layout, numbers),
            DEMON,
        ]
    )
    label = escape(words.plain("network.picture", architecture=architecture), quote=True)
    kind = "stage" if layout.labelled else "stage small"
    box = f"0 0 {layout.width:g} {layout.height:g}"
    return f'<svg class="{kind}" viewBox="{box}" role="group" aria-label="{label}">{body}</svg>'


def symbol(name: str, layer: int | str, index: str) -> str:
    """A symbol with its layer above and its index below, for text in an SVG."""
    above = f"<tspan {RAISED}>{layer}</tspan>" if layer != "" else "<tspan></tspan>"
    dy = LOWERED if layer != "" else 'dy=".25em" font-size=".72em"'
    return f"{name}{above}<tspan {dy}>{index}</tspan>"


def _titles(layout: StageLayout, words: Words) -> Iterator[str]:
    depth = layout.architecture.depth
    for layer in range(depth + 1):
        key = "network.input" if layer == 0 else "network.output" if layer == depth else "network.hidden"
        yield f'<text class="col" x="{layout.x(layer):g}" y="20">{escape(words.plain(key, layer=layer))}</text>'
    yield f'<text class="col" x="{layout.x(depth + 1):g}" y="20">{escape(words.plain("network.cost"))}</text>'


def _lines(layout: StageLayout, numbers: Numbers, words: Words) -> Iterator[str]:
    largest = max(abs(w) for layer in numbers["w"] for row in layer for w in row) or 1.0
    for (layer, j, k), path in layout.lines():
        w = numbers["w"][layer - 1][j][k]
        at, thick = f"{layer - 1}.{j}.{k}", 1.2 + 3.0 * abs(w) / largest
        name = escape(words.plain("panel.weight", layer=layer, j=j + 1, k=k + 1), quote=True)
        yield (
            f'<path class="edge" data-edge="{at}" stroke-width="{thick:.2f}" d="{path}"/>'
            f'<path class="flow" data-flow="{at}" d="{path}"/>'
            f'<path class="hit" data-hot="{at}" tabindex="0" role="button" aria-label="{name}" d="{path}"/>'
        )
    depth = layout.architecture.depth
    for j in range(layout.architecture.widths[-1]):
        path = layout.path((depth, j), (depth + 1, 0))
        yield f'<path class="edge" data-edge="{depth}.{j}" d="{path}"/>'
        yield f'<path class="flow" data-flow="{depth}.{j}" d="{path}"/>'


def _labels(layout: StageLayout, numbers: Numbers) -> Iterator[str]:
    for (layer, j, k), (x, y) in layout.labels():
        at, text = f"{layer - 1}.{j}.{k}", brief(numbers["w"][layer - 1][j][k])
        hidden = "" if layout.labelled else " quiet"
        yield f'<text class="el{hidden}" data-label="{at}" x="{x:.1f}" y="{y + 5:.1f}">{text}</text>'


def _neurons(layout: StageLayout, numbers: Numbers, words: Words) -> Iterator[str]:
    for layer, width in enumerate(layout.architecture.widths):
        for j in range(width):
            name = symbol("a", layer, str(j + 1)) if layer else symbol("x", "", str(j + 1))
            small = f"δ {short(numbers['delta'][layer - 1][j])}" if layer else ""
            label = words.plain("panel.neuron" if layer else "panel.input", layer=layer, j=j + 1)
            yield _neuron(layout, (layer, j), name, short(numbers["a"][layer][j]), small, label)


def _cost(layout: StageLayout, numbers: Numbers) -> str:
    return _neuron(layout, (layout.architecture.depth + 1, 0), "C", short(numbers["C"]), "", "C")


def _neuron(layout: StageLayout, place: tuple[int, int], name: str, big: str, small: str, label: str) -> str:
    (x, y), half = layout.at(*place), layout.tall / 2
    up, down = (-0.36 * half, 0.64 * half) if layout.tall > 60 else (-0.22 * half, half)
    middle = y + 0.1 * layout.tall + (0 if layout.tall > 60 else 9)
    third = f'<text class="sm" x="{x:g}" y="{y + down:g}">{small}</text>' if layout.tall > 60 else ""
    return (
        f'<g class="node" data-node="{place[0]}.{place[1]}" data-hot="n{place[0]}.{place[1]}" data-x="{x:g}" '
        f'data-y="{y:g}" tabindex="0" role="img" aria-label="{escape(label, quote=True)}">'
        f'<rect x="{x - layout.wide / 2:g}" y="{y - half:g}" width="{layout.wide:g}" height="{layout.tall:g}" '
        f'rx="{half:g}"/><text class="nm" x="{x:g}" y="{y + up:g}">{name}</text>'
        f'<text class="big" x="{x:g}" y="{middle:g}">{big}</text>{third}</g>'
    )


def _targets(layout: StageLayout, numbers: Numbers) -> Iterator[str]:
    depth, last = layout.architecture.depth, layout.architecture.widths[-1] - 1
    if not layout.labelled:
        return
    for j, value in enumerate(np.asarray(numbers["y"])):
        x, y = layout.at(depth, j)
        down = layout.tall / 2 + 20 if j == last else -layout.tall / 2 - 9
        if j in (0, last):
            text = f'{symbol("y", "", str(j + 1))}<tspan dy="-.2em"> = {brief(float(value))}</tspan>'
            yield f'<text class="col" x="{x:g}" y="{y + down:g}">{text}</text>'
