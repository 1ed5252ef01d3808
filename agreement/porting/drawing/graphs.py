"""Which operations of either side are drawn: the nearest to the value at which they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any, Literal, NamedTuple

import numpy as np
from flint import arb

from ....reference.graph.graph import SourceLine
from ..conventions.place import Cone, PartingPlace, before_views, written
from ..fingerprints import Key, key

MOST = 9
"""Operations of one side that are drawn."""
VIEWS = frozenset(("reshape", "broadcast_in_dim", "convert_element_type", "copy", "squeeze", "expand_dims"))
"""Left out where there are more than a few."""
FEW = 6
SAID = {
    "add": "plus",
    "sub": "minus",
    "mul": "times",
    "div": "divided by",
    "neg": "negated",
    "sqrt": "√",
    "rsqrt": "1/√",
    "integer_pow": "power",
    "dot_general": "matrix product",
    "conv_general_dilated": "convolution",
    "reduce_sum": "Σ",
    "reduce_max": "max over",
    "select_n": "choose",
    "logistic": "σ",
}

COMMUTES = frozenset(("add", "mul", "max", "min", "select_n"))

Kind = Literal["shared", "alone", "parts", "more"]
"""A value that both sides have, an operation or value of this side alone, where they part, what is left out."""


class DrawnNode(NamedTuple):
    """A box: an operation, or a value that both have, which has a letter."""

    label: str
    detail: str
    kind: Kind
    letter: str = ""


class PartingGraph(NamedTuple):
    """Boxes in the order in which they are worked out, and arrows between them."""

    nodes: tuple[DrawnNode, ...]
    edges: tuple[tuple[int, int], ...]


@dataclass
class Letters:
    """A letter for each value that both sides have."""

    found: dict[Key, str] = field(default_factory=dict)

    def of(self, print_: Key | None) -> str:
        """The same for the same numbers."""
        if print_ is None:
            return ""
        return self.found.setdefault(print_, ascii_lowercase[len(self.found) % 26])


def parting_graphs(place: PartingPlace) -> tuple[PartingGraph, PartingGraph]:
    """Both sides' graphs; equal letters stand for equal numbers."""
    letters = Letters()
    first, second = (_SideGraph(cone, letters).graph() for cone in (place.first, place.second))
    return first, second


class _SideGraph:
    """The boxes of one side, found from the end backwards."""

    def __init__(self, cone: Cone, letters: Letters) -> None:
        self._cone, self._letters = cone, letters
        self._quiet = VIEWS if len(cone.places) > FEW else frozenset[str]()
        self._boxes: dict[Any, DrawnNode] = {}
        self._edges: dict[tuple[Any, Any], None] = {}

    def graph(self) -> PartingGraph:
        end = self._cone.program.makers.get(self._cone.end)
        if not self._cone.places or end is None:
            taken = self._value(self._cone.end, self._cone.program.values[self._cone.end])
            return PartingGraph((taken._replace(detail=f"{taken.detail}, as it is".strip(", "), kind="parts"),), ())
        shown = self._nearest(end)
        for place in shown:
            kind: Kind = "parts" if place == shown[0] else "alone"
            self._boxes[place] = self._operation(place, kind)
        for place in shown:
            for source, k, array in self._sources(place):
                self._edges[self._box(source, k, array), place] = None
        order = sorted(self._boxes, key=lambda x: (isinstance(x, int), x if isinstance(x, int) else 0))
        numbers = {name: n for n, name in enumerate(order)}
        edges = [(numbers[a], numbers[b]) for a, b in self._edges]
        return PartingGraph(tuple(self._boxes[name] for name in order), tuple(edges))

    def _nearest(self, end: int) -> list[int]:
        """Places of the operations that are drawn, the last first."""
        nodes = self._cone.program.graph.nodes
        while nodes[end].primitive in self._quiet and (made := self._maker(end, nodes[end].operands[0])) is not None:
            end = made
        found, waiting = [end], [end]
        while waiting and len(found) < MOST:
            for source, _, _ in self._sources(waiting.pop(0)):
                if source is not None and source not in found and len(found) < MOST:
                    found.append(source)
                    waiting.append(source)
        return found

    def _maker(self, place: int, k: int) -> int | None:
        """The operation of this side alone that makes an operand."""
        made = self._cone.program.makers.get(k)
        return made if made in self._cone.places and (place, k) not in self._cone.program.swaps else None

    def _sources(self, place: int) -> Iterator[tuple[int | None, int, Any]]:
        """What an operation takes: another one of this side, or a value; views are passed through."""
        program = self._cone.program
        for k in dict.fromkeys(program.graph.nodes[place].operands):
            if k not in program.moving or not program.graph.values[k].is_float:
                continue
            at, operand = place, k
            made = self._maker(at, operand)
            while made is not None and program.graph.nodes[made].primitive in self._quiet:
                at, operand = made, program.graph.nodes[made].operands[0]
                made = self._maker(at, operand)
            yield made, operand, program.swaps.get((at, operand), program.values[operand])

    def _box(self, source: int | None, k: int, array: Any) -> Any:
        """The box that an arrow begins at."""
        if source in self._boxes:
            return source
        if source is not None:
            self._boxes.setdefault("more", DrawnNode("…", "earlier operations", "more"))
            return "more"
        box = self._value(k, array)
        name = f"{box.letter} {box.label}"
        self._boxes.setdefault(name, box)
        return name

    def _value(self, k: int, array: Any) -> DrawnNode:
        program = self._cone.program
        before = before_views(program, k)
        leaf, node = program.inputs.get(before), program.node_of(before)
        label = leaf.name if leaf is not None else _said(node.primitive) if node is not None else "a constant"
        if k in self._cone.wrong:
            return DrawnNode(label, f"{_size(array)}, here alone".strip(", "), "alone")
        line = "" if leaf is not None or node is None else _line(node.source)
        return DrawnNode(label, ", ".join(filter(None, (_size(array), line))), "shared", self._letters.of(key(array)))

    def _operation(self, place: int, kind: Kind) -> DrawnNode:
        node, program = self._cone.program.graph.nodes[place], self._cone.program
        words = [_said(node.primitive)]
        for n, k in enumerate(dict.fromkeys(node.operands)):
            literal = k not in program.moving and program.graph.values[k].is_float
            found = self._cone.entries(k) if literal else []
            words[len(words) if n else 0 : 0] = [_number(found[0])] if len(found) == 1 else []
        if len(words) > 1 and node.primitive in COMMUTES:
            words.sort(key=lambda word: word != _said(node.primitive))
        detail = ", ".join(filter(None, (_size(program.values[node.results[0]]), _line(node.source))))
        return DrawnNode(" ".join(words), detail, kind)


def _number(x: arb) -> str:
    return written(x).replace("-", "−") if x.is_finite() else "−∞" if x < 0 else "∞"


def _said(primitive: str) -> str:
    return SAID.get(primitive, primitive.replace("_", " "))


def _size(array: Any) -> str:
    return "×".join(map(str, np.shape(array)))


def _line(source: SourceLine | None) -> str:
    return "" if source is None else f"line {source.line}"
