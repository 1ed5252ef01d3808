"""What rounding alone does is what is left of a bound where z is exact, and holds wherever ẑ may lie."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.manual.activations import ACTIVATIONS, SOFTMAX, Activation, Elementwise
from backproof.manual.costs import COSTS
from backproof.manual.costs.binary import BinaryCrossEntropy
from backproof.manual.costs.categorical import CategoricalCrossEntropy
from backproof.manual.costs.difference import Difference
from backproof.manual.rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic, Inexact
from backproof.manual.shapes import Array

every_row = pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=lambda row: row.name)
every_tier = pytest.mark.parametrize("tier", [STABLE, TEXTBOOK], ids=["stable", "textbook"])
OF = Arithmetic("float32")
KINDS = {
    "value": ("value_error", "value_rounding"),
    "textbook value": ("textbook_value_error", "textbook_value_rounding"),
    "slope": ("slope_error", "slope_rounding"),
    "textbook slope": ("textbook_slope_error", "textbook_slope_rounding"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def drawn(seed: int, shape: tuple[int, int] = (4, 400)) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1, shape) * rng.choice([0.1, 3.0, 40.0], shape[1])
    return z, np.abs(z) * 10.0 ** rng.uniform(-6, 0.3, (1, shape[1]))


@every_row
@every_kind
def test_where_z_is_exact_rounding_is_all_there_is(row: Activation, kind: str) -> None:
    error, rounding = KINDS[kind]
    if not hasattr(row, error):
        return
    z, _ = drawn(1)
    known = Inexact(z, np.zeros_like(z))
    assert getattr(row, rounding)(known, OF) == pytest.approx(getattr(row, error)(known, OF), rel=1e-12)


@every_row
@every_kind
def test_rounding_is_bounded_wherever_z_may_lie(row: Activation, kind: str) -> None:
    error, rounding = KINDS[kind]
    if not hasattr(row, error):
        return
    z, e = drawn(2)
    with np.errstate(all="ignore"):
        bound = getattr(row, rounding)(Inexact(z, e), OF)
        for part in np.linspace(-2, 2, 9):
            there = getattr(row, error)(Inexact(z + part * e, np.zeros_like(z)), OF)
            assert (there <= bound * (1 + 1e-12)).all()


@every_tier
@pytest.mark.parametrize("head", [BinaryCrossEntropy(ACTIVATIONS["sigmoid"]), CategoricalCrossEntropy(SOFTMAX)])
def test_the_same_of_a_cross_entropy(head: BinaryCrossEntropy | CategoricalCrossEntropy, tier: object) -> None:
    z, e = drawn(3)
    y = Inexact(np.random.default_rng(4).dirichlet(np.ones(4), 400).T, np.zeros_like(z))
    bound = head.delta_rounding(Inexact(z, e), y, OF, tier)  # type: ignore[arg-type]
    for part in (-2, -1, 0, 1, 2):
        at = Inexact(z + part * e, np.zeros_like(z))
        a = Inexact(head.sigma.value(at.value), np.zeros_like(z))
        assert (head.delta_error(at, a, y, OF, tier) <= bound * (1 + 1e-12)).all()  # type: ignore[arg-type]


@every_tier
@pytest.mark.parametrize("name", [name for name, cost in COSTS.items() if not cost.labels])
def test_the_same_of_a_difference(name: str, tier: object) -> None:
    head = COSTS[name].head("tanh")
    assert isinstance(head, Difference)
    assert isinstance(head.sigma, Elementwise)
    g, e = drawn(5)
    bound = head.rise_rounding(Inexact(g, e), OF, tier)  # type: ignore[arg-type]
    for part in (-2, -1, 0, 1, 2):
        assert (head.rise_error(Inexact(g + part * e, np.zeros_like(g)), OF, tier) <= bound * (1 + 1e-12)).all()  # type: ignore[arg-type]
