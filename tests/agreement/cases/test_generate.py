from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np
import pytest
from backproof.agreement.cases import generate
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.cases.regimes import LONG, REGIMES, chosen
from backproof.agreement.running.check import DEFAULT_CASES
from backproof.manual.case import Architecture, Case
from backproof.manual.rounding.formats import DTYPES
from helpers.every import every

ALL = Menu()


def test_a_unit_is_its_seed_and_number() -> None:
    again = [unit.draw()[0] for unit in units(40, seed=7, menu=ALL)]
    for unit, pack in zip(units(40, seed=7, menu=ALL), again, strict=True):
        assert [case.id for case in unit.draw()[0]] == [case.id for case in pack]
    other = units(40, seed=8, menu=ALL)[0].draw()[0]
    assert other[0].id != again[0][0].id


@pytest.mark.parametrize("cases", [1, 8, 9, 10, 100, 5000])
def test_as_many_cases_as_asked_for(cases: int) -> None:
    assert sum(unit.cases for unit in units(cases, 0, ALL)) == cases


@pytest.mark.parametrize(("cases", "to_a_pack"), [(630, 9), (10_000, 19), (100_000, 72), (10**6, 244), (10**7, 288)])
def test_long_runs_put_more_cases_to_an_architecture(cases: int, to_a_pack: int) -> None:
    assert units(cases, 0, ALL)[0].cases == to_a_pack


def test_a_default_run_has_every_regime_and_sixty_architectures() -> None:
    drawn = [unit.draw() for unit in units(DEFAULT_CASES, 0, ALL)]
    regimes = Counter(regime for _, regimes in drawn for regime in regimes)
    assert set(regimes) == {*REGIMES, LONG.name}
    assert min(regimes[name] for name in REGIMES) >= 0.05 * DEFAULT_CASES
    architectures = {pack.architecture for pack, _ in drawn}
    assert len(architectures) >= 60
    assert {len(a.activations) for a in architectures} == {1, 2, 3, 4, 5, 6}
    neighbours = [pair for a in architectures for pair in zip(a.widths, a.widths[1:], strict=False)]
    assert {n == m for n, m in neighbours} == {True, False}
    assert {(pack.dtype.name, pack.architecture.cost) for pack, _ in drawn} == {
        (dtype, cost) for dtype in DTYPES for cost in ("quadratic", "cross_entropy")
    }


def test_a_menu_is_kept_to() -> None:
    menu = Menu(("cross_entropy",), ("tanh",), ("float32",), ("sum",))
    for unit in units(90, 0, menu):
        pack, _ = unit.draw()
        architecture = pack.architecture
        assert (architecture.cost, architecture.reduction, pack.dtype) == ("cross_entropy", "sum", np.float32)
        assert set(architecture.activations[:-1]) <= {"tanh"}
        assert architecture.activations[-1] in ("sigmoid", "softmax")


def test_without_options_networks_are_drawn_as_ever() -> None:
    """The same architectures as before there were L2 terms and weights."""
    packs = [unit.draw()[0] for unit in units(90, 0, ALL)]
    assert (
        hashlib.sha256(" ".join(f"{p.architecture} {p.examples}" for p in packs).encode()).hexdigest()[:8] == "12f7f992"
    )


def test_with_them_some_have_an_l2_term_and_some_weigh_their_examples() -> None:
    drawn = [unit.draw()[0] for unit in units(270, 0, Menu(l2=(0.0, 0.5), weighted=True))]
    kinds = Counter((pack.architecture.l2, pack.architecture.weighted) for pack in drawn)
    assert set(kinds) == {(l2, weighted) for l2 in (0.0, 0.5) for weighted in (False, True)}
    assert every((pack.example_weights is not None) == pack.architecture.weighted for pack in drawn)
    assert {pack.architecture.l2 for unit in units(27, 0, Menu(l2=(0.5,))) for pack in [unit.draw()[0]]} == {0.5}


def _magnitudes(regime: str, dtype: str) -> np.ndarray:
    architecture = generate.architecture(np.random.default_rng(0), "quadratic", "tanh", ALL)
    case: Case = generate.case(np.random.default_rng(1), architecture, dtype, regime, 4)
    return np.abs(np.concatenate([w.ravel() for w in (*case.weights, *case.biases, case.x)]).astype(float))


@pytest.mark.parametrize("dtype", DTYPES)
def test_regimes_are_what_they_say(dtype: str) -> None:
    info = np.finfo(dtype)
    assert 0.2 < np.median(_magnitudes("calm", dtype)) < 1
    assert (_magnitudes("tiny", dtype) < 2.0 ** (-info.maxexp / 16 + 1)).all()
    assert (_magnitudes("huge", dtype) > 2.0 ** (info.maxexp / 16 - 1)).all()
    assert 0.4 < (_magnitudes("zeros", dtype) == 0).mean() < 0.9
    assert set(_magnitudes("integers", dtype)) <= {0.0, 1.0, 2.0, 3.0}
    assert ((_magnitudes("wide", dtype) >= 2.0**-6.01) & (_magnitudes("wide", dtype) <= 2.0**6.01)).all()
    assert (_magnitudes("subnormal", dtype) < float(info.smallest_normal)).any()
    assert np.median(_magnitudes("saturated", dtype)) > 2
    assert len(set(_magnitudes("duplicates", dtype))) < 30


def test_a_choice_from_few_numbers_is_numpys_own() -> None:
    mine, numpys = np.random.default_rng(3), np.random.default_rng(3)
    for shape in ((5, 2), (3,), (1,)):
        for few in (np.array([-1.0, 1.0]), np.array([0.5, 2.0, 7.0])):
            assert chosen(mine, few, shape).tolist() == numpys.choice(few, shape).tolist()
    assert mine.random() == numpys.random()


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("regimes", [tuple(REGIMES), ("kink", "calm")])
def test_a_pack_is_its_cases_drawn_one_after_the_other(regimes: tuple[str, ...], weighted: bool, dtype: str) -> None:
    of = Architecture((3, 4, 2), ("relu", "softmax"), "cross_entropy", weighted=weighted)
    together, alone = np.random.default_rng(5), np.random.default_rng(5)
    pack = generate.pack_of(together, of, dtype, regimes, 3)
    cases = [generate.case(alone, of, dtype, regime, 3) for regime in regimes]
    assert [case.id for case in pack] == [case.id for case in cases]
    assert together.random() == alone.random()
