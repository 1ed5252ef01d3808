"""Conventions that are an order of entries: transposed weights, flattening, heads, kernels, gates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, permutations, product
from typing import Any

import numpy as np

from ....reference.graph.arrays import to_floats
from ..arrangement import Arrangement, arrangements, flipped
from ..fingerprints import SAME_ENTRIES, key
from ..program import WalkedProgram
from ..sides.side import PARAMETER
from .formulas import sigmoid, tanh
from .place import Cone, PartingPlace, Told, before_views

TRIED = 200
"""Combinations of arrangements that are tried."""


class Rearranged:
    """The operand of the second side that is the first's in another order; `how` is the order that makes them equal."""

    def __init__(self, place: int, operand: int, of_first: int, how: Arrangement) -> None:
        self.place, self.operand, self.of_first, self.how = place, operand, of_first, how


def rearranged(place: PartingPlace) -> tuple[Rearranged, ...]:
    """The operands that make the second side's value the first's when they are arranged as there."""
    return place.once(_find)


def _find(place: PartingPlace) -> tuple[Rearranged, ...]:
    pairs = sorted(_pairs(place), key=lambda pair: not _is_parameter(place.second.program, pair[1]))
    singles = [[one] for at, k, of_first in pairs for one in _arrangements(place, at, k, of_first)]
    each = [list(_arrangements(place, at, k, of_first)) for at, k, of_first in pairs]
    together = product(*each) if len(pairs) > 1 else ()
    for chosen in islice((*singles, *map(list, islice(together, TRIED))), TRIED):
        swaps = {(r.place, r.operand): r.how.of(place.first.program.values[r.of_first]) for r in chosen}
        made = place.second.again(swaps)
        if made is not None and key(made) == place.wanted:
            return tuple(chosen)
    return ()


def _pairs(place: PartingPlace) -> Iterator[tuple[int, int, int]]:
    """(Node, operand) of the second side, and the value of the first that holds the same numbers."""
    cone = place.second
    values, by_key = place.first.program.values, {place.first.program.keys.get(k): k for k in place.first.frontier}
    for at in cone.places:
        for k in dict.fromkeys(cone.program.graph.nodes[at].operands):
            of_first = by_key.get(cone.program.keys.get(k)) if k in cone.frontier else None
            if of_first is not None and np.size(cone.program.values[k]) == np.size(values[of_first]) > 1:
                yield at, k, of_first


def _arrangements(place: PartingPlace, at: int, k: int, of_first: int) -> Iterator[Rearranged]:
    value, wanted = place.first.program.values[of_first], np.shape(place.second.program.values[k])
    was = to_floats(place.second.program.values[k])
    floats = to_floats(value)
    for how in (*arrangements(np.shape(value), wanted), *flipped(np.shape(value), wanted)):
        if not np.array_equal(how.of(floats), was):
            yield Rearranged(at, k, of_first, how)


def _chain(program: WalkedProgram, k: int) -> list[int]:
    """The value, and those before it that hold the same numbers."""
    found = [k]
    while (node := program.node_of(found[-1])) is not None and node.primitive in SAME_ENTRIES:
        found.append(node.operands[0])
    return found


def _long(program: WalkedProgram, k: int) -> list[int]:
    return [n for n in np.shape(program.values[k]) if n > 1]


def _is_parameter(program: WalkedProgram, k: int) -> bool:
    leaf = program.inputs.get(_chain(program, k)[-1])
    return leaf is not None and leaf.role == PARAMETER


def transposed(place: PartingPlace) -> Told | None:
    """A square weight is used as W on one side, as Wᵀ on the other."""
    for found in rearranged(place):
        program = place.second.program
        leaf = _chain(program, found.operand)[-1]
        multiplied = program.graph.nodes[found.place].primitive == "dot_general"
        if multiplied and _is_parameter(program, leaf) and len(_long(program, leaf)) == 2 and _turned(place, found):
            name = program.inputs[leaf].name
            return Told("W", f"Wᵀ, W being {name}", _lines(place, found))
    return None


def _turned(place: PartingPlace, found: Rearranged) -> bool:
    """Whether one side's matrix is the other's transposed."""
    of_first = to_floats(found.how.of(place.first.program.values[found.of_first]))
    of_second = to_floats(place.second.program.values[found.operand])
    return of_first.ndim >= 2 and np.array_equal(np.squeeze(of_first).T, np.squeeze(of_second))


def _lines(place: PartingPlace, found: Rearranged) -> Any:
    return place.site.lines[0], place.second.program.graph.nodes[found.place].source


def kernel_flip(place: PartingPlace) -> Told | None:
    """A convolution's kernel as it is (a correlation), or reversed."""
    for found in rearranged(place):
        node = place.second.program.graph.nodes[found.place]
        if node.primitive == "conv_general_dilated" and _is_reversed(place, found):
            return Told("the kernel as it is", "the kernel reversed", _lines(place, found))
    return None


def _is_reversed(place: PartingPlace, found: Rearranged) -> bool:
    of_first = to_floats(found.how.of(place.first.program.values[found.of_first]))
    of_second = to_floats(place.second.program.values[found.operand])
    axes = [k for k, n in enumerate(of_first.shape) if n > 1]
    return any(np.array_equal(np.flip(of_first, a), of_second) for n in (1, 2, 3) for a in combinations(axes, n))


def kernel_axes(place: PartingPlace) -> Told | None:
    """A kernel's height and width, or its channels, exchanged."""
    for found in rearranged(place):
        node = place.second.program.graph.nodes[found.place]
        if node.primitive == "conv_general_dilated" and _is_parameter(place.second.program, found.operand):
            return Told("the kernel's axes as stored", f"the kernel with {found.how.how}", _lines(place, found))
    return None


def _reshaped(program: WalkedProgram, k: int) -> tuple[list[int], list[int]]:
    """The shape in which a value was made, and the one in which it is taken."""
    return _long(program, _chain(program, k)[-1]), _long(program, k)


def flatten_order(place: PartingPlace) -> Told | None:
    """Feature maps are flattened as channels, height, width here, as height, width, channels there."""
    for found in rearranged(place):
        before, after = _reshaped(place.second.program, found.operand)
        of_first = _reshaped(place.first.program, found.of_first)
        flat = len(after) < len(before) or len(of_first[1]) < len(of_first[0])
        if flat and not _is_parameter(place.second.program, found.operand):
            return Told(
                f"features of {_times(of_first[0])} flattened", f"features of {_times(before)} flattened otherwise"
            )
    return None


def _times(shape: list[int]) -> str:
    return "×".join(map(str, shape))


def heads(place: PartingPlace) -> Told | None:
    """Features are split into heads as heads × width here, as width × heads there."""
    for found in rearranged(place):
        before, after = _reshaped(place.second.program, found.operand)
        of_first = _reshaped(place.first.program, found.of_first)
        if len(after) > len(before):
            return Told(
                f"{_times(of_first[0])} split into {_times(of_first[1])}",
                f"{_times(before)} into {_times(after)} otherwise",
            )
    return None


def axes(place: PartingPlace) -> Told | None:
    """Any other order of axes."""
    for found in rearranged(place):
        return Told("its axes as stored", f"with {found.how.how}", _lines(place, found))
    return None


def gate_order(place: PartingPlace) -> Told | None:
    """A recurrent cell takes its gates from other blocks of its weighted input."""
    options = []
    for cone in (place.first, place.second):
        for k in cone.frontier:
            which = block(cone, k) or _block_elsewhere(place, cone.program.keys.get(k))
            if which is not None:
                x = cone.program.values[k]
                options += [(f"{name} of block {which}", f(x)) for name, f in (("σ", sigmoid), ("tanh", tanh))]
    return place.told(options) or place.told(_gated(place))


def _block_elsewhere(place: PartingPlace, print_: int | None) -> str | None:
    """The block that either program takes with the same numbers: a buffer that was written to does not say it."""
    alike = ((cone, k) for cone in (place.first, place.second) for k, x in cone.program.keys.items() if x == print_)
    return next(filter(None, (block(cone, k) for cone, k in alike)), None) if print_ is not None else None


def _gated(place: PartingPlace) -> Iterator[tuple[str, Any]]:
    """Products of a gate with another value that both start from."""
    cones = (place.first, place.second)
    held = {cone.program.keys.get(k): (cone, k) for cone in cones for k in cone.frontier}
    gates = [(cone, k) for cone, k in held.values() if _is_gate(cone, k)]
    for (cone, gate), (other, k) in product(gates, held.values()):
        x, y = cone.program.values[gate], other.program.values[k]
        if np.shape(x) == np.shape(y) and cone.program.keys.get(gate) != other.program.keys.get(k):
            yield f"gated by {_gate_name(cone, gate)}", x * y
            for last, h in held.values():
                yield f"gated by {_gate_name(cone, gate)}", _mixed(x, y, last.program.values[h])


def _mixed(z: Any, n: Any, h: Any) -> Any | None:
    """(1 − z) n + z h."""
    return (1 - z) * n + z * h if _spreads(h, np.shape(z)) else None


def _is_gate(cone: Cone, k: int) -> bool:
    node = cone.program.node_of(_chain(cone.program, k)[-1])
    return all(0 < x < 1 for x in np.ravel(cone.program.values[k])) and node is not None


def _gate_name(cone: Cone, k: int) -> str:
    """The block that a gate is σ of, through the sums before it."""
    node = cone.program.node_of(_chain(cone.program, k)[-1])
    for _ in range(3):
        if node is None or not node.operands:
            break
        which = block(cone, node.operands[0])
        if which is not None:
            return f"σ of block {which}"
        node = cone.program.node_of(_chain(cone.program, node.operands[0])[-1])
    return f"the gate of line {getattr(cone.program.source(k), 'line', '?')}"


def block(cone: Cone, k: int) -> str | None:
    """Which of how many blocks of a larger value it is."""
    program = cone.program
    node = program.node_of(_chain(program, k)[-1])
    if node is None or not node.operands:
        return None
    part, whole = (to_floats(program.values[n]) for n in (k, before_views(program, node.operands[0])))
    count, left = divmod(whole.size, max(part.size, 1))
    if left or count not in (2, 3, 4):
        return None
    blocks = np.split(whole, count, axis=-1) if whole.shape and whole.shape[-1] % count == 0 else []
    for i, block in enumerate(blocks):
        if np.array_equal(np.sort(block.ravel()), np.sort(part.ravel())):
            return f"{i + 1} of {count}"
    return None


def gru_update(place: PartingPlace) -> Told | None:
    """The update gate weighs the new state here, the old one there."""
    return _complement(place) or next(filter(None, map(place.told, _mixtures(place))), None)


def _mixtures(place: PartingPlace) -> Iterator[list[tuple[str, Any]]]:
    """z n + (1 − z) h of what both start from, and (1 − z) n + z h."""
    gates = [x for x in _first_those_of(place, "logistic") if all(0 < v < 1 for v in np.ravel(x))]
    for z, (n, h) in product(gates, permutations(_first_those_of(place, "tanh"), 2)):
        if np.shape(z) == np.shape(n) and n is not z and h is not z and _spreads(h, np.shape(z)):
            yield [("(1 − z) n + z h", (1 - z) * n + z * h), ("z n + (1 − z) h", z * n + (1 - z) * h)]


def _first_those_of(place: PartingPlace, primitive: str) -> list[Any]:
    """What both sides start from; what such a node made comes first."""
    programs = place.first.program, place.second.program
    made = {p.keys.get(n.results[0]) for p in programs for n in p.graph.nodes if n.primitive == primitive}
    return sorted(place.common, key=lambda x: key(x) not in made)


def _spreads(x: Any, shape: tuple[int, ...]) -> bool:
    return np.ndim(x) == len(shape) and all(m in (1, n) for m, n in zip(np.shape(x), shape, strict=True))


def _complement(place: PartingPlace) -> Told | None:
    of_first, of_second = place.site.values
    if not all((x + y).overlaps(1) for x, y in zip(np.ravel(of_first), np.ravel(of_second), strict=True)):
        return None
    return Told(*(("u", "1 − u") if not place.first.places else ("1 − u", "u")))


def gru_reset(place: PartingPlace) -> Told | None:
    """The reset gate multiplies the state before its product with U, or after."""
    for cone, other, words in (
        (place.first, place.second, ("r ∘ (U h)", "U (r ∘ h)")),
        (place.second, place.first, ("U (r ∘ h)", "r ∘ (U h)")),
    ):
        factors = {cone.program.keys.get(k) for n in cone.nodes if n.primitive == "mul" for k in n.operands}
        if _multiplied_before(other.program, factors - {None}, _multiplied(cone.program)):
            return Told(*words, here=False)
    return None


def _multiplied(program: WalkedProgram) -> set[int | None]:
    """What is multiplied by a matrix."""
    return {program.keys.get(k) for n in program.graph.nodes if n.primitive == "dot_general" for k in n.operands}


def _multiplied_before(program: WalkedProgram, gates: set[int | None], states: set[int | None]) -> bool:
    """Whether one of the gates times one of the states is what a matrix is multiplied with, but for views."""
    nodes = program.graph.nodes
    taken = {before_views(program, k) for n in nodes if n.primitive == "dot_general" for k in n.operands}
    made = (n for n in nodes if n.primitive == "mul" and n.results[0] in taken)
    factors = ([program.keys.get(k) for k in node.operands] for node in made)
    return any(x in gates and y in states for pair in factors for x, y in permutations(pair, 2))
