"""Where neurons and the numbers of lines stand in the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from ....manual.case import Architecture

DRAWN_WIDTH, DRAWN_DEPTH = 8, 5
"""The widest layer and the most layers that a picture has room for."""
LABELLED_WIDTH, LABELLED_DEPTH = 4, 3
"""As many neurons and layers leave room for a number at every line."""
ALONG = (0.5, 0.36, 0.64, 0.43, 0.57)
"""The places along a line at which its number can stand."""
LABEL = (70.0, 25.0)
"""The room that a number takes."""
MARGIN, TOP, GAPS = 50.0, 34.0, {1: 300.0, 2: 206.0, 3: 176.0}

Point = tuple[float, float]


class StageLayout:
    """The picture of one architecture; the cost stands behind the last layer."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        widest = max(architecture.widths)
        self.labelled = widest <= LABELLED_WIDTH and architecture.depth <= LABELLED_DEPTH
        self.wide, self.tall = (92.0, 72.0) if self.labelled else (80.0, 46.0)
        self.gap = GAPS.get(architecture.depth, 150.0)
        row = {True: 139.0 if widest <= 3 else 104.0, False: 56.0}[self.labelled]
        self.row, self.height = row, TOP + 20 + row * (widest - 1) + self.tall + 24
        self.width = self.x(architecture.depth + 1) + MARGIN

    def x(self, layer: int) -> float:
        """The middle of a layer's column."""
        cost = layer > self.architecture.depth
        return MARGIN + self.gap * (layer - cost) + 136 * cost

    def at(self, layer: int, j: int) -> Point:
        """The middle of a neuron."""
        width = self.architecture.widths[layer] if layer <= self.architecture.depth else 1
        return self.x(layer), (self.height + TOP) / 2 - 6 + self.row * (j - (width - 1) / 2)

    def path(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The line from neuron to neuron."""
        (x1, y1), (x2, y2) = self.at(*start), self.at(*end)
        return f"M{x1:g} {y1:g}L{x2:g} {y2:g}"

    def lines(self) -> Iterator[tuple[tuple[int, int, int], str]]:
        """(layer, j, k) and the path of every weight w_jk^l."""
        widths = self.architecture.widths
        for layer in range(1, len(widths)):
            for j in range(widths[layer]):
                for k in range(widths[layer - 1]):
                    yield (layer, j, k), self.path((layer - 1, k), (layer, j))

    def labels(self) -> Iterator[tuple[tuple[int, int, int], Point]]:
        """Where the number of every line stands: flat lines first, each clear of those before it and of neurons."""
        placed: dict[tuple[int, int, int], Point] = {}
        for layer, j, k in sorted((place for place, _ in self.lines()), key=self._rise):
            (x1, y1), (x2, y2) = self.at(layer - 1, k), self.at(layer, j)
            spots = [(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t) for t in ALONG]
            placed[layer, j, k] = max(spots, key=lambda spot: self._room(spot, placed.values()))
        yield from sorted(placed.items())

    def _rise(self, place: tuple[int, int, int]) -> float:
        layer, j, k = place
        return abs(self.at(layer, j)[1] - self.at(layer - 1, k)[1])

    def _room(self, spot: Point, placed: Iterable[Point]) -> float:
        """The distance to the nearest number in its widths and heights, up to a little more than one; 0 in a neuron."""
        widths = self.architecture.widths
        for layer, width in enumerate(widths):
            for x, y in (self.at(layer, j) for j in range(width)):
                if abs(spot[0] - x) < (self.wide + LABEL[0]) / 2 and abs(spot[1] - y) < (self.tall + LABEL[1]) / 2:
                    return 0.0
        return min([1.1, *(math.hypot((spot[0] - x) / LABEL[0], (spot[1] - y) / LABEL[1]) for x, y in placed)])


def drawn(architecture: Architecture) -> bool:
    """Whether there is room for a picture."""
    return max(architecture.widths) <= DRAWN_WIDTH and architecture.depth <= DRAWN_DEPTH
