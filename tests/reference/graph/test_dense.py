"""Dense networks: the graph's way and the four equations' way give the same truth."""

from __future__ import annotations

import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.strategies import EVERYTHING
from backproof.manual.case import Architecture

pytest.importorskip("jax")
from helpers.dense import JIT, compared
from helpers.drawn import case

WORK = [(Menu(), 400), pytest.param(EVERYTHING, 600, marks=pytest.mark.long)]


@pytest.mark.parametrize(("menu", "count"), WORK, ids=["core", "everything"])
def test_the_same_truth(menu: Menu, count: int) -> None:
    meet = still_open = cases = 0
    for unit in units(count, 1, menu):
        pack, regimes = unit.draw()
        if JIT.words.missing(pack.architecture):
            continue
        for k, regime in enumerate(regimes):
            found = compared(pack[k])
            assert not found.apart, f"{pack.architecture} {pack.dtype} {regime}: {found}"
            meet, still_open, cases = meet + found.meet, still_open + found.still_open, cases + 1
    assert cases >= 0.9 * count
    assert still_open <= 0.06 * (meet + still_open)


def test_another_network_is_told_apart() -> None:
    from helpers import dense

    of = Architecture((3, 4, 2), ("tanh", "softmax"), "cross_entropy")
    ours, other = case(of), case(of, seed=1)
    pairs = zip(dense.by_graph(ours), dense.by_equations(other), strict=True)
    assert any((abs(a.hi - b.hi) > a.radius + b.radius).all() for a, b in pairs)
