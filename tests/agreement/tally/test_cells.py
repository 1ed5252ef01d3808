"""Every activation and every cost under every backend: run and not wrong, or refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.manual.gradients import Quantity
from backproof.manual.rounding.formats import DTYPES
from backproof.reference import registry
from backproof.reference.protocol import Backend
from helpers.backends import load
from helpers.drawn import pack
from helpers.every import every
from helpers.later import long_but
from helpers.variants import findings

HIDDEN = [name for name, row in ACTIVATIONS.items() if not row.output_only]
QUICK = ("numpy", "torch", "jax", "zero")
Cell = tuple[str, ...]
"""A hidden activation, or a cost with its output."""


def cells(name: str) -> list[Cell]:
    """Every activation, and every cost on its own outputs or on two kinds of any; of a further mode, which has
    its library's words, the core costs.
    """
    costs = [cost for cost in COSTS.values() if cost.core or "." not in name]
    heads = [(cost.name, output) for cost in costs for output in cost.heads or ("identity", "softmax")]
    return [*((hidden,) for hidden in HIDDEN), *heads]


def alone(cell: Cell) -> Architecture:
    """The smallest network with it."""
    if len(cell) == 1:
        return Architecture((1, 1, 1), (cell[0], "identity"))
    return Architecture((1, 2), (cell[1],), cell[0])


def networks(of: list[Cell]) -> Iterator[Architecture]:
    """All of these cells in as few networks as there are heads, the hidden ones shared out among them."""
    heads, hidden = [cell for cell in of if len(cell) == 2], [cell[0] for cell in of if len(cell) == 1]
    for i, (cost, output) in enumerate(heads):
        layers = hidden[i :: len(heads)]
        yield Architecture((2,) * (len(layers) + 2), (*layers, output), cost)


def covered(of: Architecture) -> set[Cell]:
    return {(of.cost, of.activations[-1]), *((name,) for name in of.activations[:-1])}


def verdicts(backend: Backend, of: Architecture, dtype: str) -> dict[Quantity, set[int]]:
    found: dict[Quantity, set[int]] = {}
    for one in findings(backend, pack(of, dtype, ("calm", "saturated"))):
        found.setdefault(one.place.quantity, set()).update(one.verdict.ravel().tolist())
    return found


@pytest.mark.parametrize("name", long_but(*QUICK, of=registry.BUILT_IN))
def test_every_cell_is_run_or_refused_with_a_reason(name: str) -> None:
    backend = load(name)
    wanted = cells(name)
    reasons = {cell: backend.supports(alone(cell), "float64") for cell in wanted}
    assert every(reason is None or reason.strip() for reason in reasons.values())
    taken = list(networks([cell for cell in wanted if reasons[cell] is None]))
    assert set.union(*map(covered, taken)) | {cell for cell in wanted if reasons[cell]} == set(wanted)
    for of, dtype in zip(taken, cycle(DTYPES), strict=False):
        found = verdicts(backend, of, dtype)
        assert {"z", "a", "C", "BP3", "BP4"} <= set(found), of
        if name not in registry.MEANT_TO_FAIL:
            assert not [quantity for quantity in found if Verdict.WRONG in found[quantity]], of


def test_sharing_out_loses_no_cell() -> None:
    wanted = cells("numpy")
    assert set.union(*map(covered, networks(wanted))) == set(wanted)
    assert {name for cell in wanted for name in cell} == {*ACTIVATIONS, *COSTS}
