"""The walk that carries forms: by how much every value of a correct execution may differ from the exact one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from flint import arb

from ..exact import evaluate, walk
from ..graph import Graph, Node, OpenBranch, Unsupported
from ..primitive import Arrays
from ..rounding import SLACK, flushed, literal_errors, local, widened
from ..rows.products import PRODUCTS
from .execution import AGAIN, Execution
from .forms import Ledger, SharedForm, TooLarge, combined, exact, loose, materialised, with_radius, without
from .slopes import COPIES, ELEMENTWISE, MOVES, SUMS, Linear, Point, apart, linear

PER_ENTRY, PER_PRODUCT = 300, 30
"""What an entry and a term of a product cost, in multiplications."""
ONE_TO_ONE = ELEMENTWISE | SUMS | COPIES
"""Primitives in which an entry reaches one entry of the result at most."""
LINEAR = SUMS | COPIES | MOVES | {"add", "add_any", "sub", "neg"}
"""Primitives behind which a product's own symbols are of no use: nothing is multiplied any more."""
Forms = tuple[SharedForm | None, ...]


def error_radii(
    graph: Graph,
    inputs: Sequence[Any],
    enclosed: Sequence[Any],
    execution: Execution,
    *,
    flushes: bool,
    limit: float,
    split: bool = False,
) -> dict[int, Any] | None:
    """For each float output: the most that a correct execution may be off, entry by entry; None beyond `limit` work.

    `enclosed` holds every correct execution of each value (the walk with `widen`). With `split` the errors of both
    factors of a last product are taken apart, which is cheaper and a little wider. Works at the precision in force.
    """
    try:
        return FormWalk(graph, inputs, enclosed, execution, flushes, Ledger(limit), split).radii()
    except (TooLarge, OpenBranch, Unsupported):
        return None


class FormWalk:
    """The exact values of a graph, their forms, and the boxes that both make."""

    def __init__(
        self,
        graph: Graph,
        inputs: Sequence[Any],
        enclosed: Sequence[Any],
        execution: Execution,
        flushes: bool,
        ledger: Ledger,
        split: bool,
    ) -> None:
        self.graph, self.enclosed, self.execution = graph, enclosed, execution
        self.flushes, self.ledger = flushes, ledger
        ledger.spend(float(_size(graph)))
        self.values = walk(graph, inputs)
        self.boxes: list[Any] = list(self.values)
        self.forms: dict[int, SharedForm] = {}
        self.uses = Counter(k for node in graph.nodes for k in node.operands)
        self.left = self.uses.copy()
        self.kernels: dict[int, Any] = {}
        self.last = ends(graph) if split else set()

    def radii(self) -> dict[int, Any]:
        """Walk the nodes in order."""
        for number, errors in (*literal_errors(self.graph).items(), *self._unread()):
            self._keep(number, loose(np.broadcast_to(errors, self.graph.values[number].shape).ravel().copy()))
        for position, node in enumerate(self.graph.nodes):
            self._pass(node, self.execution.kernel(position, node))
        return {
            k: self._form(k).radius.reshape(self.graph.values[k].shape)
            for k in self.graph.outputs
            if self.graph.values[k].is_float
        }

    def _unread(self) -> Iterator[tuple[int, Any]]:
        """What the inputs lose where subnormal numbers are flushed."""
        for number in self.graph.inputs if self.flushes else ():
            typed = self.graph.values[number]
            error = flushed(self.values[number], typed.dtype) if typed.is_float else 0.0
            if np.any(error):
                yield number, error

    def _pass(self, node: Node, kernel: Any) -> None:
        self.kernels.update(dict.fromkeys(node.results, kernel))
        boxes = tuple(self.boxes[k] for k in node.operands)
        if any(self.graph.values[k].is_float for k in node.results):
            forms = tuple(self._read(k, node, kernel) for k in node.operands)
            self._rounded(node, boxes, self._before_rounding(node, boxes, forms))
        else:
            for number, result in zip(node.results, evaluate(node, boxes), strict=True):
                self._settle(node, number, result)
        self._forget(node)

    def _form(self, number: int) -> SharedForm:
        if number not in self.forms:
            self.forms[number] = exact(int(np.size(self.values[number])))
        return self.forms[number]

    def _read(self, number: int, node: Node, kernel: Any) -> SharedForm | None:
        """What a kernel leaves is one number for all that read it; what is computed again is one for this use."""
        if not self.graph.values[number].is_float:
            return None
        form, maker = self._form(number), self.kernels.get(number)
        if (
            kernel == maker
            or not np.any(form.own)
            or (self.uses[number] == 1 and maker and node.primitive in ONE_TO_ONE)
        ):
            return form
        form = materialised(form, self.ledger)
        if maker is not AGAIN:
            self.forms[number] = form
        return form

    def _settle(self, node: Node, number: int, result: Any) -> None:
        """Truth values as the doubt leaves them; an integer has to be certain."""
        if result.dtype == np.int64 and not np.array_equal(result, self.values[number]):
            raise OpenBranch(f"an integer is open (in {node})")
        self.boxes[number] = result

    def _before_rounding(self, node: Node, boxes: Arrays, forms: Forms) -> list[SharedForm | None]:
        """The results' forms as the operands' make them."""
        operands = tuple(self.values[k] for k in node.operands)
        radii = tuple(None if form is None else form.radius for form in forms)
        size = int(np.size(self.values[node.results[0]]))
        point = Point(self.graph, node, operands, boxes, radii, size)
        if node.primitive in PRODUCTS and node.results[0] in self.last:
            return [loose(apart(point) * SLACK)]
        self._afford(node)
        found = linear(point)
        wide = found is None or any(np.any(part.open) for part in found)
        around = evaluate(node, boxes) if wide else None
        made: list[SharedForm | None] = []
        for k, number in enumerate(node.results):
            if self.graph.values[number].is_float:
                box = None if around is None else distances(self.values[number], around[k])
                made.append(loose(box) if found is None else self._carried(found[k], forms, box))
            else:
                self._settle(node, number, self.values[number] if around is None else around[k])
                made.append(None)
        return made

    def _afford(self, node: Node) -> None:
        if node.primitive in PRODUCTS:
            left, result = (math.prod(self.graph.values[k].shape) for k in (node.operands[0], node.results[0]))
            right = math.prod(self.graph.values[node.operands[1]].shape)
            self.ledger.spend(PER_PRODUCT * math.sqrt(left * right * result))

    def _carried(self, part: Linear, forms: Forms, box: Any) -> SharedForm:
        jacobians = [(matrix, form) for place, matrix in part.jacobians if (form := forms[place]) is not None]
        form = combined(jacobians, len(part.excess), self.ledger)
        form = with_radius(form.shared, form.own + part.excess * SLACK)
        return form if box is None else without(form, part.open, box)

    def _rounded(self, node: Node, boxes: Arrays, made: list[SharedForm | None]) -> None:
        results = tuple(
            self.values[k] if form is None else _widened(self.values[k], form.radius)
            for k, form in zip(node.results, made, strict=True)
        )
        errors = local(self.graph, node, boxes, results, self.flushes, ranged=True)
        for number, form, error in zip(node.results, made, errors, strict=True):
            if form is not None:
                self._keep(number, with_radius(form.shared, form.own + np.ravel(error) * SLACK))

    def _keep(self, number: int, form: SharedForm) -> None:
        """A value's form, cut to the running bound where that is smaller."""
        most = distances(self.values[number], self.enclosed[number])
        self.forms[number] = form = without(form, form.radius > most, most)
        self.boxes[number] = _widened(self.values[number], form.radius)

    def _forget(self, node: Node) -> None:
        for number in node.operands:
            self.left[number] -= 1
            if not self.left[number] and number not in self.graph.outputs:
                self.forms.pop(number, None)


def _size(graph: Graph) -> int:
    made = (k for node in graph.nodes for k in node.results)
    return PER_ENTRY * sum(math.prod(graph.values[k].shape) for k in made if graph.values[k].is_float)


def ends(graph: Graph) -> set[int]:
    """The values from which outputs are reached by linear steps alone."""
    users: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for k in node.operands:
            users.setdefault(k, []).append(node)
    found = set(graph.outputs) - users.keys()
    for node in reversed(graph.nodes):
        for k in node.results:
            read = users.get(k, [])
            if read and all(n.primitive in LINEAR and found.issuperset(n.results) for n in read):
                found.add(k)
    return found


def _widened(values: Any, radii: Any) -> Any:
    return widened(values, np.reshape(radii, np.shape(values)))


def distances(values: Any, boxes: Any) -> Any:
    """The most that a point of each box is away from the value, flat."""
    return np.ravel(_distances(values, boxes)).astype(float)


def _distance(x: arb, box: arb) -> float:
    if box.is_finite() and x.is_finite():
        return float((box - x).abs_upper())
    same = x is box or (x.rad().is_finite() and not x.is_nan() and box.rad().is_finite() and x == box)
    return 0.0 if same else math.inf


_distances = np.frompyfunc(_distance, 2, 1)
