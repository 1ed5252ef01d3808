"""Conventions of which operand is taken: blocks of a fused weight, two parameters of one shape, tied weights."""

from __future__ import annotations

from ..fingerprints import SAME_ENTRIES
from ..sides.side import PARAMETER
from .layout import block
from .place import Cone, PartingPlace, Told


def operand(place: PartingPlace) -> Told | None:
    """The same operations of the same values, but for one: another parameter, or another block of a fused value."""
    cones = place.first, place.second
    if _operations(cones[0]) != _operations(cones[1]) or not _operations(cones[0]):
        return None
    taken = [{cone.program.keys.get(k): k for k in _taken(cone)} for cone in cones]
    of_first, of_second = ([k for print_, k in a.items() if print_ not in b] for a, b in (taken, taken[::-1]))
    if len(of_first) != 1 or len(of_second) != 1:
        return None
    words = [_called(cone, k) for cone, (k,) in zip(cones, (of_first, of_second), strict=True)]
    return Told(words[0], words[1]) if words[0] and words[1] and words[0] != words[1] else None


def _operations(cone: Cone) -> list[str]:
    return [node.primitive for node in cone.nodes if node.primitive not in SAME_ENTRIES]


def _taken(cone: Cone) -> list[int]:
    """What both have, and parameters that this side alone has."""
    inputs = cone.program.inputs
    alone = [k for node in cone.nodes for k in node.operands if k in inputs and k in cone.wrong]
    return [*cone.frontier, *dict.fromkeys(alone)]


def _called(cone: Cone, k: int) -> str:
    """A parameter's name, or which block of how many it is."""
    program = cone.program
    leaf = next((leaf for n, leaf in program.inputs.items() if program.keys.get(n, n) == program.keys.get(k)), None)
    if leaf is not None:
        return leaf.name if leaf.role == PARAMETER else ""
    which = block(cone, k)
    return f"block {which}" if which else ""
