"""The network as a picture: neurons with z and a, weights as lines."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from ...manual.backprop import backprop
from ...manual.case import Case
from . import numbers
from .words import Words

GAP_X, GAP_Y, RADIUS, MARGIN_X, MARGIN_TOP, MARGIN_BOTTOM = 184, 104, 36, 46, 62, 14
LABEL_AT = (0.33, 0.64)
"""How far along a line its weight is written: neighbours take turns, so that crossing lines keep theirs apart."""

LABELLED = 12
"""A matrix with more weights than that has no room for their numbers: the thickness tells."""


def network(case: Case, words: Words, backward: bool = False) -> str:
    """The whole picture, for the first example; on the way back the neurons hold their errors."""
    widths = case.architecture.widths
    width = 2 * MARGIN_X + GAP_X * (len(widths) - 1)
    height = MARGIN_TOP + MARGIN_BOTTOM + GAP_Y * (max(widths) - 1) + 2 * RADIUS
    key = "network.errors_picture" if backward else "network.picture"
    label = escape(words.plain(key, architecture=case.architecture), quote=True)
    body = "".join([*_edges(case), *_titles(case, words), *(_errors(case) if backward else _nodes(case))])
    opening = f'<svg class="network" viewBox="0 0 {width} {height}" style="--natural:{width}px"'
    return f'{opening} role="img" aria-label="{label}">{body}</svg>'


def _place(case: Case, layer: int, j: int) -> tuple[float, float]:
    widths = case.architecture.widths
    middle = MARGIN_TOP + RADIUS + GAP_Y * (max(widths) - 1) / 2
    return MARGIN_X + GAP_X * layer, middle + GAP_Y * (j - (widths[layer] - 1) / 2)


def _edges(case: Case) -> Iterator[str]:
    largest = max(float(np.abs(w).max()) for w in case.weights) or 1.0
    labels = []
    for layer, w in enumerate(case.weights, start=1):
        for j, k in np.ndindex(w.shape):
            (x1, y1), (x2, y2) = _place(case, layer - 1, k), _place(case, layer, j)
            sign = "negative" if w[j, k] < 0 else "positive"
            thick = 0.8 + 4.2 * abs(float(w[j, k])) / largest
            yield (
                f'<path class="edge {sign}" data-part="W{layer}" data-cell-of="W{layer} {j} {k}" '
                f'stroke-width="{thick:.2f}" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'
            )
            if w.size > LABELLED:
                continue
            at = LABEL_AT[k % 2]
            x, y = x1 + (x2 - x1) * at, y1 + (y2 - y1) * at
            labels.append(_label(x, y, numbers.short(float(w[j, k]), 3), sign))
    yield from labels


def _label(x: float, y: float, text: str, sign: str) -> str:
    half = 3.6 * len(text) + 2
    return (
        f'<rect class="plate" x="{x - half:.1f}" y="{y - 8:.1f}" width="{2 * half:.1f}" height="16"/>'
        f'<text class="weight {sign}" x="{x:.1f}" y="{y + 4:.1f}">{text}</text>'
    )


def _titles(case: Case, words: Words) -> Iterator[str]:
    depth = case.architecture.depth
    for layer in range(depth + 1):
        key = "network.input" if layer == 0 else "network.output" if layer == depth else "network.hidden"
        x, _ = _place(case, layer, 0)
        sigma = "" if layer == 0 else case.architecture.activations[layer - 1]
        yield f'<text class="title" x="{x:g}" y="18">{escape(words.plain(key, layer=layer))}</text>'
        yield f'<text class="sigma" x="{x:g}" y="36">{sigma}</text>'


def _nodes(case: Case) -> Iterator[str]:
    gradients = backprop(case)
    assert gradients.z is not None
    assert gradients.a is not None
    activations = (case.x, *gradients.a)
    for layer, width in enumerate(case.architecture.widths):
        for j in range(width):
            large = numbers.short(activations[layer][j, 0], 3)
            small = f"z {numbers.short(gradients.z[layer - 1][j, 0], 3)}" if layer else ""
            yield _neuron(case, layer, j, large, small, "a")


def _errors(case: Case) -> Iterator[str]:
    gradients = backprop(case)
    assert gradients.delta is not None
    for layer, width in enumerate(case.architecture.widths):
        for j in range(width):
            error = numbers.short(gradients.delta[layer - 1][j, 0], 3) if layer else ""
            yield _neuron(case, layer, j, error, "", "delta")


def _neuron(case: Case, layer: int, j: int, large: str, small: str, part: str) -> str:
    x, y = _place(case, layer, j)
    kind = "error" if part == "delta" and layer else "activation"
    return (
        f'<circle class="node {kind}" data-part="{part}{layer}" cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>'
        f'<text class="{kind}" x="{x:g}" y="{y + (-2 if small else 5):g}">{large}</text>'
        f'<text class="small" x="{x:g}" y="{y + 16:g}">{small}</text>'
    )
