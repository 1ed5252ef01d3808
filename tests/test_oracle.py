"""The oracle: `pytest` in a clone says whether torch, jax, BLAS and this machine compute right gradients.

Every backend mode, dtype and cost on random networks; what is found makes the table at the end.
`--agreement-backend`, `--agreement-dtype`, `--agreement-cost` and `--agreement-activation` choose among them.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from backproof.agreement import options, strategies
from backproof.agreement.check import judge_one, stale_deviations
from backproof.agreement.compare import Judge
from backproof.agreement.draw import Menu
from backproof.agreement.session import Session
from backproof.agreement.tally import Tally
from backproof.agreement.verdict import Verdict
from backproof.manual import Pack
from backproof.reference import registry
from backproof.reference.protocol import traits
from hypothesis import HealthCheck, Phase, given, settings

EXAMPLES = 5
DEAR_EXAMPLES = 1
"""Where every new architecture takes seconds."""
MODES = tuple(name for name in registry.OWN if name != "zero")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given_options = {o.name: metafunc.config.getoption(f"agreement_{o.name}") for o in options.OPTIONS}
    chosen = options.settings(given_options, Path(metafunc.config.rootpath))
    names = given_options["backend"] or MODES
    if "menu" in metafunc.fixturenames:
        cells = list(product(names, chosen.menu.dtypes, chosen.menu.costs))
        menus = [(name, Menu((cost,), chosen.menu.activations, (dtype,))) for name, dtype, cost in cells]
        metafunc.parametrize(("name", "menu"), menus, ids=["-".join(cell) for cell in cells])
    else:
        metafunc.parametrize("name", names)


def test_no_entry_is_wrong(name: str, menu: Menu, agreement_session: Session) -> None:
    backend, tally = registry.load(name), Tally()
    agreement_session.tallies.append(tally)
    agreement_session.versions[backend.name] = backend.version
    examples = DEAR_EXAMPLES if traits(backend).architectures else EXAMPLES

    @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(strategies.seeded_packs(menu))
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
    assert stale_deviations(registry.load(name), ("float64", "float32")) == []
