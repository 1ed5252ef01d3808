"""The oracle: `pytest` in a clone says whether torch, jax, BLAS and this machine compute right gradients.

Every backend mode, dtype and cost on random networks; what is found makes the table at the end.
`--agreement-backend`, `--agreement-dtype`, `--agreement-cost` and `--agreement-activation` choose among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from backproof.agreement.cases import strategies
from backproof.agreement.cases.generate import Menu
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.judging.backends import moved
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running import options
from backproof.agreement.running.check import judge_one, stale_deviations
from backproof.agreement.running.session import Session
from backproof.agreement.tally.tally import Tally
from backproof.manual import Pack
from backproof.reference import registry
from backproof.reference.protocol import CPU, traits
from helpers.backends import load
from helpers.later import long_but
from hypothesis import HealthCheck, Phase, given, settings

EXAMPLES = 5
FEWER_EXAMPLES, FEWER_CASES = 1, 3
"""Of further modes; and in a pack, where every new architecture takes seconds."""
MODES = tuple(name for name in registry.BUILT_IN if name not in registry.MEANT_TO_FAIL)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given_options = {o.name: metafunc.config.getoption(f"agreement_{o.name}") for o in options.OPTIONS}
    chosen = options.settings(given_options, Path(metafunc.config.rootpath))
    names = given_options["backend"] or MODES
    if "menu" in metafunc.fixturenames:
        cells = [cell for name in names for cell in _cells(name, chosen.menu, given_options["backend"])]
        menus = [(name, Menu((cost,), chosen.menu.activations, (dtype,))) for name, dtype, cost in cells]
        quick = [row for row, cell in zip(menus, cells, strict=True) if given_options["backend"] or _is_quick(*cell)]
        metafunc.parametrize(("name", "menu"), long_but(*quick, of=menus), ids=["-".join(cell) for cell in cells])
    else:
        metafunc.parametrize("name", names)


def _cells(name: str, menu: Menu, requested: list[str] | None) -> Iterator[tuple[str, str, str]]:
    """Every dtype with every cost; of a further mode that nobody asked for, each of them once."""
    pairs = list(product(menu.dtypes, menu.costs))
    if name not in registry.DEFAULT and not requested:
        pairs = pairs[:: len(menu.costs) + 1] or pairs
    return ((name, dtype, cost) for dtype, cost in pairs)


def _is_quick(name: str, dtype: str, cost: str) -> bool:
    """Whether a cell is asked in every run: of further modes one dtype is."""
    return name in registry.DEFAULT or dtype == "float64"


def test_no_entry_is_wrong(name: str, menu: Menu, agreement_session: Session, pytestconfig: pytest.Config) -> None:
    device = pytestconfig.getoption("agreement_device") or CPU
    [backend], tally = moved([load(name)], device), Tally()
    agreement_session.tallies.append(tally)
    agreement_session.versions[backend.name] = backend.version
    examples = EXAMPLES if name in registry.DEFAULT else FEWER_EXAMPLES
    cases = FEWER_CASES if traits(backend).architectures else len(REGIMES)

    def taken(drawn: tuple[Pack, tuple[str, ...]]) -> bool:
        return backend.supports(drawn[0].architecture, drawn[0].dtype.name) is None

    @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(strategies.seeded_packs(menu, cases=cases).filter(taken))
    def property_of_backend(drawn: tuple[Pack, tuple[str, ...]]) -> None:
        pack, regimes = drawn
        tally.count(pack, regimes)
        judge_one(Judge(pack), backend, regimes, tally)

    property_of_backend()
    assert tally.decided[backend.name]
    assert not tally.disagrees, "\n".join([*map(str, tally.discrepancies[:3]), *tally.failures[:3]])
    if name == "numpy":
        assert tally.verdicts[Verdict.LOSSY] == 0


def test_no_listed_deviation_is_stale(name: str) -> None:
    assert stale_deviations(load(name), ("float64", "float32")) == []
