"""One side's program at one point: exact values, their fingerprints, and values put in the place of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...reference.graph.exact import evaluate, walk
from ...reference.graph.graph import Graph, Node, SourceLine
from .fingerprints import SAME_ENTRIES, Key, key, keys
from .sides import Leaf, TracedStep


@dataclass(frozen=True, eq=False)
class WalkedProgram:
    """Values by number. `swaps` are what nodes take instead of an operand: by (place of the node, operand)."""

    graph: Graph
    values: Sequence[Any]
    keys: Mapping[int, Key]
    swaps: Mapping[tuple[int, int], Any]
    inputs: Mapping[int, Leaf]
    """The leaves by number."""
    grafted: frozenset[Key] = frozenset()
    """Fingerprints of values of the other program that were put into this one."""

    @property
    def output(self) -> int:
        return self.graph.outputs[0]

    @cached_property
    def users(self) -> Mapping[int, list[int]]:
        """By value: the places of the nodes that take it."""
        found: dict[int, list[int]] = defaultdict(list)
        for place, node in enumerate(self.graph.nodes):
            for k in dict.fromkeys(node.operands):
                found[k].append(place)
        return found

    @cached_property
    def makers(self) -> Mapping[int, int]:
        """By value: the place of the node that makes it."""
        return {k: place for place, node in enumerate(self.graph.nodes) for k in node.results}

    @cached_property
    def moving(self) -> set[int]:
        """What depends on more than the numbers of the program's text."""
        arrays = [k for k, c in self.graph.constants.items() if not c.literal and np.size(c.array) > 1]
        return self.graph.depends_on([*self.graph.inputs, *arrays])

    def node_of(self, k: int) -> Node | None:
        """The node that makes a value."""
        return self.graph.nodes[self.makers[k]] if k in self.makers else None

    def source(self, k: int) -> SourceLine | None:
        """The user's line of a value; of an input, of what first takes it."""
        node = self.node_of(k) or next((self.graph.nodes[p] for p in self.users.get(k, ())), None)
        return None if node is None else node.source

    def operands(self, place: int) -> tuple[Any, ...]:
        """What a node takes."""
        node = self.graph.nodes[place]
        return tuple(self.swaps.get((place, k), self.values[k]) for k in node.operands)

    def with_swaps(self, swaps: Mapping[tuple[int, int], Any]) -> WalkedProgram:
        """The program with these operands in the place of its own; only what follows is worked out anew."""
        changed = replace(self, swaps={**self.swaps, **swaps})
        values, prints, dirty = list(self.values), dict(self.keys), {place for place, _ in swaps}
        recomputed: set[int] = set()
        for place, node in enumerate(self.graph.nodes):
            if place not in dirty and not recomputed.intersection(node.operands):
                continue
            taken = tuple(changed.swaps.get((place, k), values[k]) for k in node.operands)
            for k, result in zip(node.results, evaluate(node, taken), strict=True):
                values[k] = result
                recomputed.add(k)
                _fingerprint(self, prints, k, node, result, swapped=(place, node.operands[0]) in changed.swaps)
        return replace(changed, values=values, keys=prints)

    def with_graft(self, k: int, array: Any, places: Iterable[int], whole: bool) -> WalkedProgram:
        """The program whose nodes at these places take the array instead of value k; `whole`: that is the value now."""
        changed = self.with_swaps({(place, k): array for place in places})
        found = key(array)
        if found is None:
            return changed
        changed = replace(changed, grafted=changed.grafted | {found})
        if not whole:
            return changed
        values = [array if n == k else value for n, value in enumerate(changed.values)]
        return replace(changed, values=values, keys={**changed.keys, k: found})


def _fingerprint(
    program: WalkedProgram, prints: dict[int, Key], k: int, node: Node, result: Any, swapped: bool
) -> None:
    prints.pop(k, None)
    if not program.graph.values[k].is_float:
        return
    handed = node.primitive in SAME_ENTRIES and not swapped
    known = prints.get(node.operands[0]) if handed else key(result)
    if known is not None:
        prints[k] = known


def program_at(trace: TracedStep, leaves: Iterable[Leaf]) -> WalkedProgram:
    """At the inputs of a trace, at the precision in force."""
    values = walk(trace.graph, trace.inputs)
    inputs = {trace.graph.inputs[trace.leaves[leaf.name]]: leaf for leaf in leaves}
    return WalkedProgram(trace.graph, values, keys(trace.graph, values), {}, inputs)


def bad(program: WalkedProgram, others: WalkedProgram) -> set[int]:
    """Values that stand nowhere in the other program, and are its loss or are used by a bad one."""
    known = {*others.keys.values(), *others.grafted}
    found: set[int] = set()
    if program.keys.get(program.output) != others.keys.get(others.output) or program.output not in program.keys:
        found.add(program.output)
    for node in reversed(program.graph.nodes):
        if found.intersection(node.results):
            found.update(k for k in node.operands if _unknown(program, k, known))
    return found


def _unknown(program: WalkedProgram, k: int, known: set[Key]) -> bool:
    return k in program.moving and program.graph.values[k].is_float and program.keys.get(k) not in known


def parting(program: WalkedProgram, wrong: set[int]) -> list[int]:
    """Bad values that are worked out from good ones, in order."""
    made = {k: program.node_of(k) for k in wrong}
    return sorted(k for k, node in made.items() if node is None or not wrong.intersection(node.operands))


def frontier(program: WalkedProgram, wrong: set[int]) -> list[int]:
    """Good values of floats that bad ones are worked out from, in order."""
    places = {program.makers[k] for k in wrong if k in program.makers}
    taken = {k for place in places for k in program.graph.nodes[place].operands}
    floats = [k for k in taken - wrong if program.graph.values[k].is_float and k in program.moving]
    return sorted(floats)
