"""Conventions that are one number, or two: epsilon, a divisor, a slope, a mask's value, a scale, a momentum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import arb

from ....reference.graph.graph import Node
from ....reference.graph.rounding import FORMATS
from .edits import NumberEdit, changed, edits, ratio, same_number
from .place import Cone, PartingPlace, Told, before_views, written

ROUNDINGS = 4
"""By how many units roundings of one number may differ."""


def _told(place: PartingPlace, node: Node, what: str) -> Told:
    """The numbers, with the second side's line of the node and the first's of the node that takes its number."""
    found = edits(place)
    of_first, of_second = on_both_sides(found)
    return Told(f"{what}{of_first}", f"{what}{of_second}", (_line(place.first, found[0].becomes), node.source))


def on_both_sides(found: Sequence[NumberEdit]) -> tuple[str, str]:
    """The numbers of the first side and of the second, as they are written."""
    return ", ".join(written(e.becomes) for e in found), ", ".join(written(e.was) for e in found)


def _line(cone: Cone, number: arb) -> Any:
    for at, k in cone.numbers:
        if any(same_number(x, number) for x in cone.entries(k)):
            return cone.program.graph.nodes[at].source
    return cone.program.source(cone.end)


def rounded_constant(place: PartingPlace) -> Told | None:
    """One number, rounded to another dtype or by another library: it parts in the last digits that a dtype has."""
    found = edits(place)
    if found:
        pairs = [(e.becomes, e.was) for e in found]
        return _told(place, place.second.program.graph.nodes[found[0].place], "") if _near_all(place, pairs) else None
    cones = (place.first, place.second)
    if any(c.end in c.program.graph.depends_on(c.program.graph.inputs) for c in cones):
        return None
    of_first, of_second = map(np.ravel, place.site.values)
    said = Told("an array of constants", "the same, rounded otherwise")
    return said if _near_all(place, zip(of_first, of_second, strict=True)) else None


def _near_all(place: PartingPlace, pairs: Iterable[tuple[arb, arb]]) -> bool:
    """Whether pairs differ by a few roundings of the dtype of the site."""
    u = FORMATS[place.second.program.graph.values[place.second.end].dtype].u
    return all(bool(abs(x - y) <= ROUNDINGS * u * abs(y)) for x, y in pairs)


ROOTS = frozenset(("sqrt", "rsqrt", "pow", "div", "log", "integer_pow"))


def epsilon(place: PartingPlace) -> Told | None:
    """A small number is added before a root, a division or a logarithm."""
    found = list(changed(place))
    if len(found) != 1 or found[0][0].primitive not in ("add", "max"):
        return None
    node, of_first, of_second = found[0]
    after = {n.primitive for n in place.second.following(node.results[0])}
    small = all(abs(float(x)) <= 0.1 for x in (of_first, of_second))
    return _told(place, node, "epsilon ") if small and after & ROOTS else None


def _divisors(place: PartingPlace) -> tuple[Node, float, float] | None:
    """A sum is divided by one number here, and by another there."""
    found = list(changed(place))
    if len(found) != 1 or found[0][0].primitive not in ("div", "mul"):
        return None
    node, of_first, of_second = found[0]
    counts = [float(x) if node.primitive == "div" else 1 / float(x) for x in (of_first, of_second)]
    whole = all(abs(c - round(c)) < 1e-9 and c > 0 for c in counts)
    return (node, counts[0], counts[1]) if whole else None


def divided(place: PartingPlace) -> Told | None:
    """Squares are summed and divided by n here, by n − 1 there."""
    found = _divisors(place)
    if found is None or abs(found[1] - found[2]) != 1:
        return None
    node, of_first, of_second = found
    words = {True: "n − 1", False: "n"}
    said = [f"divided by {c:.0f} ({words[c == min(of_first, of_second)]})" for c in (of_first, of_second)]
    return Told(said[0], said[1], (place.site.lines[0], node.source))


def both_epsilon_and_variance(place: PartingPlace) -> Told | None:
    """Both at once: a divisor of the squares, and the number added before the root."""
    found = list(changed(place))
    if len(found) != 2 or {n.primitive in ("add", "max") for n, _, _ in found} != {True, False}:
        return None
    small = next(x for n, x, _ in found if n.primitive in ("add", "max"))
    if not abs(float(small)) <= 0.1:
        return None
    node = next(n for n, _, _ in found if n.primitive in ("add", "max"))
    return _told(place, node, "divisor and epsilon ")


def reduction(place: PartingPlace) -> Told | None:
    """The loss is a sum here, a mean there, or a mean over something else."""
    if {"dot_general", "conv_general_dilated"} & {n.primitive for n in place.second.following()} or _weighted(place):
        return None
    found = ratio(place)
    if found is None:
        divisors = _divisors(place)
        if divisors is None or abs(divisors[1] - divisors[2]) == 1:
            return None
        return Told(f"divided by {divisors[1]:.0f}", f"divided by {divisors[2]:.0f}")
    factor = float(found.first / found.second)
    count = factor if factor >= 1 else 1 / factor
    if not abs(count - round(count)) < 1e-9:
        return _counts(place)
    words = (f"{count:.0f} times as large, as of a sum", f"divided by {count:.0f}, as of a mean")
    return Told(*words) if factor > 1 else Told(*words[::-1])


def _weighted(place: PartingPlace) -> bool:
    """Whether a term is multiplied by numbers that are one over no size: the weight of a penalty, no mean."""
    found = list(changed(place))
    if len(found) != 1 or found[0][0].primitive != "mul":
        return False
    programs = place.first.program, place.second.program
    sizes = {n for p in programs for value in p.values for n in (np.size(value), *np.shape(value))}
    return not any((1 / x).unique_fmpz() in sizes for x in found[0][1:] if not x.contains(0))


def _counts(place: PartingPlace) -> Told | None:
    """Means over two counts, neither a multiple of the other."""
    found = [[x for _, k in c.numbers for x in c.entries(k)] for c in (place.first, place.second)]
    if not all(len(numbers) == 1 for numbers in found):
        return None
    counts = [max(float(x), 1 / float(x)) if not x.contains(0) else 0.5 for (x,) in found]
    if not all(abs(c - round(c)) < 1e-9 for c in counts):
        return None
    return Told(f"divided by {counts[0]:.0f}", f"divided by {counts[1]:.0f}")


def is_before_exp(place: PartingPlace) -> bool:
    """Whether an exponential follows, as in a softmax."""
    return "exp" in {n.primitive for n in place.second.following()}


def attention_scale(place: PartingPlace) -> Told | None:
    """Scores are multiplied by one number here, by another or none there."""
    found = ratio(place)
    made = _made_by(place, {"dot_general"})
    if found is None or not is_before_exp(place) or not made:
        return None
    numbers = [[x for _, k in c.numbers for x in c.entries(k)] for c in (place.first, place.second)]
    of_first, of_second = (n[0] if len(n) == 1 else f for n, f in zip(numbers, found, strict=True))
    return Told(f"scores × {_scale(of_first)}", f"scores × {_scale(of_second)}")


def _scale(x: arb) -> str:
    square = float(1 / (x * x)) if not x.contains(0) else 0.0
    root = f"1/√{square:.0f}" if abs(square - round(square)) < 1e-9 and round(square) > 1 else ""
    return root or written(x)


def _made_by(place: PartingPlace, primitives: set[str], of_parameter: bool = False) -> bool:
    """Whether what is multiplied was made by one of these, but for views."""
    for cone in (place.first, place.second):
        for k in cone.frontier:
            node = cone.program.node_of(before_views(cone.program, k))
            if node is None or np.size(cone.program.values[k]) != np.size(cone.program.values[cone.end]):
                continue
            source = before_views(cone.program, node.operands[0])
            if node.primitive in primitives and (source in cone.program.inputs or not of_parameter):
                return True
    return False


def embedding_scale(place: PartingPlace) -> Told | None:
    """Rows of a table are multiplied by √d on one side."""
    found = ratio(place)
    if found is None or not _made_by(place, {"gather", "take", "dynamic_slice"}, of_parameter=True):
        return None
    return Told(f"the embedding × {_root(found.first)}", f"the embedding × {_root(found.second)}")


def _root(x: arb) -> str:
    square = float(x * x)
    whole = abs(square - round(square)) < 1e-9 and round(square) > 1
    return f"√{square:.0f}" if whole else written(x)


def mask_value(place: PartingPlace) -> Told | None:
    """Scores that are masked become −∞ here, a large negative number there."""
    found = list(changed(place))
    if not found or not is_before_exp(place):
        return None
    negative = all(x < 0 or not x.is_finite() for _, of_first, of_second in found for x in (of_first, of_second))
    return _told(place, found[0][0], "masked by ") if negative else None


def slope(place: PartingPlace) -> Told | None:
    """The slope of a rectifier left of 0."""
    found = list(changed(place))
    if len(found) != 1 or found[0][0].primitive not in ("mul", "select_n", "max", "div"):
        return None
    kinds = {n.primitive for cone in (place.first, place.second) for n in (*cone.nodes, *cone.following())}
    small = all(0 <= float(x) <= 2 for x in found[0][1:])
    return _told(place, found[0][0], "slope ") if small and kinds & {"select_n", "max", "min"} else None


def constant(place: PartingPlace) -> Told | None:
    """Any other number of the text."""
    found = list(changed(place))
    return _told(place, found[0][0], "") if found else None


def factor(place: PartingPlace) -> Told | None:
    """A factor that one side has."""
    found = ratio(place)
    return None if found is None else Told(f"× {written(found.first)}", f"× {written(found.second)}")
