"""The rows of the two derivations: an equation's numbers, the node of torch that makes them, and the gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....manual.case import Case
from ....manual.gradients import Place, Quantity
from ....manual.shapes import Array
from ..columns import Columns
from ..known import Known, named, quantities
from ..tape_torch import GraphNode, graph

FORMULAS = {
    "nabla": "∇_aC",
    "bp1": "δ^{l}=∇_aC⊙σ′(z^{l})",
    "bp2": "δ^{l}=((W^{n})^⊤δ^{n})⊙σ′(z^{l})",
    "bp3": "frac{∂C}{∂b^{l}}=δ^{l}",
    "bp4": "frac{∂C}{∂W^{l}}=δ^{l}(a^{p})^⊤",
    "back": "(W^{n})^⊤δ^{n}",
}
EQUATIONS = {"bp1": Quantity.BP1, "bp2": Quantity.BP2, "bp3": Quantity.BP3, "bp4": Quantity.BP4}


@dataclass(frozen=True)
class Gap:
    """How far two programs are apart: `share` of what rounding allows the two, where that is derived, and digits."""

    share: float | None
    digits: float

    @property
    def same(self) -> bool:
        """To the last bit."""
        return self.digits == np.inf


@dataclass(frozen=True)
class PairRow:
    """One row: by hand on the left, torch on the right; either side can be empty.

    `nodes` are the numbers of the nodes on the right; `leaf` says that they gather a gradient; `transposed` that
    they hold the numbers as columns.
    """

    kind: str
    formula: str
    by_hand: Array | None
    name: str
    nodes: tuple[int, ...]
    by_torch: Array | None
    to: tuple[int, ...] = ()
    leaf: str = ""
    transposed: bool = False
    gap: Gap | None = None


def rows(case: Case, columns: Columns) -> list[PairRow]:
    """Every quantity of the way back in the order of the equations, and every node of torch once."""
    nodes = graph(case)
    branches = _branches(nodes)
    spine = [node for node in nodes if node.number not in {n for branch in branches.values() for n in branch}]
    made: list[PairRow] = []
    told = 0
    for one in _derivation(case):
        found = _leaf_row(one, branches, nodes) if one.part in branches else _spine_row(one, spine)
        if found is not None and not found[0].leaf:
            ahead = [node for node in spine if told < node.number < found[0].number]
            made += map(_bookkeeping, ahead)
            told = found[0].number
        made.append(_joined(one, found, columns))
        for node in _handing_on(found, spine):
            made.append(_bookkeeping(node))
            told = node.number
    return [*made, *(_bookkeeping(node) for node in spine if node.number > told)]


Found = tuple[GraphNode, tuple[int, ...], Array, bool]


def _derivation(case: Case) -> Iterator[Known]:
    """What the four equations make, layer by layer, from the last."""
    parts: dict[str, Known] = {}
    for one in quantities(case):
        if one.equation.startswith("bp") and not one.part.startswith("slope"):
            parts.setdefault(one.part, one)
    depth = case.architecture.depth
    order = [f"nabla{depth}", f"delta{depth}"]
    for layer in range(depth, 0, -1):
        order += [f"db{layer}", f"dW{layer}", f"back{layer - 1}", f"delta{layer - 1}"]
    yield from (parts[name] for name in order if name in parts)


def _branches(nodes: Sequence[GraphNode]) -> dict[str, tuple[int, ...]]:
    """The nodes that lead to one leaf alone, by the name of the gradient that they gather."""
    reached: dict[int, set[str]] = {}
    for node in reversed(nodes):
        reached[node.number] = {node.leaf} if node.leaf else set().union(*(reached[n] for n in node.to))
    leaves = sorted(set().union(*reached.values()))
    return {f"d{leaf}": tuple(n for n in sorted(reached) if reached[n] == {leaf}) for leaf in leaves}


def _leaf_row(one: Known, branches: dict[str, tuple[int, ...]], nodes: Sequence[GraphNode]) -> Found | None:
    """The node that makes a gradient, and the numbers from there to the leaf."""
    branch = branches[one.part]
    leaf = nodes[branch[-1] - 1]
    makers = [node for node in nodes if set(node.to) & set(branch) and node.number not in branch]
    value = leaf.inward[0] if leaf.inward else leaf.outward[0]
    first = nodes[branch[0] - 1]
    maker = first if len(branch) > 1 else makers[-1] if makers else leaf
    numbers = tuple(sorted({maker.number, *branch}))
    return GraphNode(leaf.number, maker.name, leaf.leaf, (), leaf.inward, leaf.outward), numbers, value, False


def _spine_row(one: Known, spine: Sequence[GraphNode]) -> Found | None:
    """The first node on the way back that hands on this quantity."""
    for node in spine:
        for value in node.outward:
            match = named(value, [one])
            if match is not None:
                return node, (node.number,), value, match[1]
    return None


def _handing_on(found: Found | None, spine: Sequence[GraphNode]) -> Iterator[GraphNode]:
    """The nodes right after one on the spine that hand on what it made, unchanged."""
    if found is None or found[0].leaf:
        return
    for node in spine:
        if node.number > found[0].number:
            if not any(np.array_equal(value, found[2]) for value in node.outward):
                return
            yield node


def _joined(one: Known, found: Found | None, columns: Columns) -> PairRow:
    layer = int(one.part.lstrip("abcdefghijklmnopqrstuvwxyzW"))
    kind = one.part.rstrip("0123456789") if one.part[0] in "nb" else one.equation
    formula = FORMULAS[kind].replace("{l}", f"{{{layer}}}").replace("{n}", f"{{{layer + 1}}}")
    formula = formula.replace("{p}", f"{{{layer - 1}}}")
    if found is None:
        return PairRow(kind, formula, one.value, "", (), None)
    node, numbers, value, transposed = found
    shown = value.T if transposed else value
    gap = _gap(one.value, np.asarray(shown).reshape(one.value.shape), _allowed(kind, layer, columns))
    return PairRow(kind, formula, one.value, node.name, numbers, shown, node.to, node.leaf, transposed, gap)


def _allowed(kind: str, layer: int, columns: Columns) -> Array | None:
    """What rounding allows the two to be apart: the sum of their bounds."""
    if kind not in EQUATIONS:
        return None
    place = Place(EQUATIONS[kind], layer)
    findings = [column.findings[place] for column in columns.columns if column.name in ("numpy", "torch")]
    return np.asarray(sum(finding.whole.allowed[0] for finding in findings))


def _gap(by_hand: Array, by_torch: Array, allowed: Array | None) -> Gap:
    apart = np.abs(by_hand.astype(np.float64) - by_torch)
    scale = float(np.abs(by_hand).max()) or 1.0
    largest = float(apart.max())
    digits = np.inf if largest == 0 else float(np.floor(-np.log10(largest / scale)))
    with np.errstate(all="ignore"):
        shares = None if allowed is None else np.where(apart == 0, 0.0, apart / allowed.reshape(apart.shape))
    return Gap(None if shares is None else float(np.where(np.isnan(shares), np.inf, shares).max()), digits)


def _bookkeeping(node: GraphNode) -> PairRow:
    value = node.outward[0] if node.outward else None
    return PairRow("", "", None, node.name, (node.number,), value, node.to, node.leaf)
