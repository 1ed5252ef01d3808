"""Real programs, judged by their gradients alone: the sharper of two bounds is never passed, and it sees."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.judging.finding import Finding
from backproof.agreement.judging.judge import BLIND_FROM, Judge
from backproof.agreement.judging.sharpened import sharpened
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import Architecture
from backproof.manual.activations import ACTIVATIONS
from backproof.manual.case import Pack
from backproof.manual.costs import COSTS
from backproof.manual.rounding.arithmetic import CROSSED, OPEN, STABLE, TEXTBOOK, Arithmetic
from backproof.manual.rounding.rounding import end_to_end
from backproof.manual.rounding.zonotope import zonotope
from backproof.reference.deviations import deviations
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers import drawn
from helpers.backends import load
from helpers.later import long_but
from helpers.silent import Silent

EVERY_ROW = Menu(tuple(COSTS), tuple(ACTIVATIONS), l2=(0.0, 0.1, 3.0), weighted=True)
"""All activations and costs, L2 terms and weighted examples among them."""


@pytest.fixture(autouse=True)
def _silenced_it_is_still_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deviations, "_ours", lambda backend: True)


def alone(name: str, pack: Pack) -> list[Finding]:
    """What is found of a backend that is asked for gradients only."""
    backend = Silent(load(name))
    return Judge(pack).findings(backend, backend.gradients(pack))


BACKENDS = (("numpy", 270), ("numpy.textbook", 270), ("torch", 180), ("jax", 54))


@pytest.mark.parametrize(("name", "cases"), long_but(*BACKENDS[:3], of=BACKENDS))
def test_no_correct_program_is_wrong_by_its_gradients_alone(name: str, cases: int) -> None:
    decided = 0
    for unit in units(cases, 5, EVERY_ROW):
        pack, _ = unit.draw()
        if load(name).supports(pack.architecture, pack.dtype.name) is not None:
            continue
        for finding in alone(name, pack):
            assert not (finding.verdict == Verdict.WRONG).any(), (pack.architecture, finding.place)
            if name == "numpy":
                assert not (finding.verdict == Verdict.LOSSY).any(), (pack.architecture, finding.place)
            decided += int((finding.verdict <= Verdict.LOSSY).sum())
    assert decided > 3000


@pytest.mark.parametrize(("depth", "width"), [(20, 8), (40, 8), (5, 40)])
@pytest.mark.parametrize(("dtype", "share"), [("float32", 0.01), ("float64", 0.0)])
def test_calm_networks_of_any_depth_are_seen(depth: int, width: int, dtype: str, share: float) -> None:
    of = Architecture((width,) * (depth + 1), ("tanh",) * depth, "quadratic", "mean")
    found = [finding.whole for finding in alone("numpy", drawn.pack(of, dtype, regimes=("calm",) * 2, examples=1))]
    blind = [(each.bounds.open >= BLIND_FROM * np.abs(each.truth.hi)).ravel() for each in found]
    assert np.concatenate(blind).mean() <= share


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_sixteen_bits_and_derivatives_carried_forward_keep_the_running_bound(dtype: str) -> None:
    pack = drawn.pack(Architecture((3, 3, 2), ("tanh", "tanh"), "quadratic"), regimes=("calm",))
    assert zonotope(pack, Arithmetic(dtype), STABLE, False) is None
    assert zonotope(pack, Arithmetic("float32", forward=True), STABLE, False) is None


def test_a_network_that_is_too_large_keeps_the_running_bound() -> None:
    large = Architecture((1000, 1000, 10), ("tanh", "tanh"), "quadratic")
    assert zonotope(drawn.pack(large, "float32", regimes=("calm",)), Arithmetic("float32"), STABLE, False) is None


def test_a_wider_tier_has_no_smaller_error() -> None:
    pack = drawn.pack(Architecture((3, 5, 5, 2), ("relu", "relu", "tanh"), "quadratic"), "float32", regimes=("kink",))
    arithmetic, tiers = Arithmetic("float32"), (STABLE, CROSSED, TEXTBOOK, OPEN)
    running = {tier: end_to_end(pack, arithmetic, tier) for tier in tiers}
    errors = sharpened(running, {tier: zonotope(pack, arithmetic, tier, True) for tier in tiers})
    for narrow, wide in ((STABLE, CROSSED), (STABLE, TEXTBOOK), (CROSSED, OPEN), (TEXTBOOK, OPEN)):
        for (_, small), (_, large) in zip(errors[narrow].items(), errors[wide].items(), strict=True):
            assert (small <= large).all()


def test_a_pack_has_the_bounds_of_its_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    from backproof.manual.rounding.zonotope import bound

    pack = drawn.pack(Architecture((3, 4, 2), ("sigmoid", "softmax"), "cross_entropy"), "float32", examples=5)
    whole = zonotope(pack, Arithmetic("float32"), TEXTBOOK, True)
    monkeypatch.setattr(bound, "CHUNK", 1)  # a case and an example at a time
    parts = zonotope(pack, Arithmetic("float32"), TEXTBOOK, True)
    assert whole is not None
    assert parts is not None
    for k, case in enumerate(pack):
        one = zonotope(case, Arithmetic("float32"), TEXTBOOK, True)
        assert one is not None
        for (_, all_), (_, part), (_, single) in zip(whole.items(), parts.items(), one.items(), strict=True):
            assert all_[k] == pytest.approx(single, rel=1e-9)
            assert part[k] == pytest.approx(single, rel=1e-9)


def test_the_manual_module_is_accurate_where_it_is_judged_sharply() -> None:
    assert MANUAL.name == "numpy"
    for unit in units(90, 7, Menu(regimes=("calm",))):
        pack, _ = unit.draw()
        for finding in alone("numpy", pack):
            assert np.isin(finding.verdict, (Verdict.ACCURATE, Verdict.BLIND, Verdict.UNDETERMINED)).all()
