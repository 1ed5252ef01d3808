"""A graph as an SVG of its own: rows from what both have down to where they part. Its colours are the page's."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from .graphs import DrawnNode, PartingGraph

WIDTH, ACROSS, HEIGHT, GAP, BELOW = 352, 3, 44, 10, 30
"""Of the drawing, boxes beside each other, of a box, between boxes, between rows."""
LETTERS = 7.4
"""Of a character, at 13 pixels."""
MARKS = {"shared": "✓", "parts": "✗", "alone": "", "more": ""}


class Box(NamedTuple):
    """A node and where it lies."""

    node: DrawnNode
    x: float
    y: float
    width: float


def drawn(graph: PartingGraph, title: str) -> str:
    """The SVG element, with a title for readers of a screen."""
    boxes = _placed(graph)
    height = max(b.y for b in boxes.values()) + HEIGHT + 2
    edges = [_arrow(boxes[a], boxes[b]) for a, b in graph.edges]
    inner = "".join((*edges, *map(_box, boxes.values())))
    return (
        f'<svg class="graph" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" role="img">'
        f"<title>{escape(title)}</title>{inner}</svg>"
    )


def _depths(graph: PartingGraph) -> list[int]:
    """How many arrows lead to a box, at most; a value just before what takes it first."""
    depths = [0] * len(graph.nodes)
    for _ in graph.nodes:
        for a, b in graph.edges:
            depths[b] = max(depths[b], depths[a] + 1)
    for k, node in enumerate(graph.nodes):
        taken = [depths[b] for a, b in graph.edges if a == k]
        if node.kind in ("shared", "more") and taken:
            depths[k] = max(min(taken) - 1, 0)
    return depths


def _placed(graph: PartingGraph) -> dict[int, Box]:
    depths, y, found = _depths(graph), 1.0, {}
    for depth in sorted(set(depths)):
        alike = [k for k, d in enumerate(depths) if d == depth]
        for row in (alike[n : n + ACROSS] for n in range(0, len(alike), ACROSS)):
            width = min(168.0, (WIDTH - 2 - GAP * (len(row) - 1)) / len(row))
            left = (WIDTH - width * len(row) - GAP * (len(row) - 1)) / 2
            for n, k in enumerate(row):
                found[k] = Box(graph.nodes[k], left + n * (width + GAP), y, width)
            y += HEIGHT + GAP
        y += BELOW - GAP
    return found


def _arrow(a: Box, b: Box) -> str:
    """A curve; round the boxes between, where there are any."""
    x, y, u, v = a.x + a.width / 2, a.y + HEIGHT, b.x + b.width / 2, b.y
    if v - y < HEIGHT + BELOW:
        middle = (y + v) / 2
        return f'<path class="arrow" d="M{x:g} {y:g}C{x:g} {middle:g} {u:g} {middle:g} {u:g} {v:g}"/>'
    right = x + u >= WIDTH
    edge = WIDTH - 8 if right else 8
    start, end = (box.x + (box.width if right else 0) for box in (a, b))
    y, v = a.y + HEIGHT / 2, b.y + HEIGHT / 2
    down = f"Q{edge:g} {y:g} {edge:g} {y + HEIGHT / 2:g}V{v - HEIGHT / 2:g}Q{edge:g} {v:g} {end:g} {v:g}"
    return f'<path class="arrow" d="M{start:g} {y:g}{down}"/>'


def _box(box: Box) -> str:
    node, middle = box.node, box.x + box.width / 2
    head = " ".join(filter(None, (MARKS[node.kind], node.letter and f"{node.letter}:", node.label)))
    return (
        f'<g class="{node.kind}"><rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{HEIGHT}" rx="7"/>'
        f'<text x="{middle:g}" y="{box.y + 18:g}">{escape(_cut(head, box.width))}</text>'
        f'<text class="detail" x="{middle:g}" y="{box.y + 34:g}">{escape(_cut(node.detail, box.width))}</text></g>'
    )


def _cut(text: str, width: float) -> str:
    fitting = int((width - 8) / LETTERS)
    return text if len(text) <= fitting else f"{text[: fitting - 1]}…"
