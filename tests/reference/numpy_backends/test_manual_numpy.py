from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from backproof.agreement.cases.generate import HIDDEN
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings, run
from backproof.manual.case import Architecture
from backproof.manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS
from backproof.manual.rounding.formats import DTYPES
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from helpers.drawn import pack
from helpers.variants import findings


@pytest.mark.usefixtures("as_users_have_it")
def test_the_manual_module_is_accurate_and_never_lossy_in_any_regime() -> None:
    tally = run(Settings(cases=16 * len(REGIMES), seed=1), [MANUAL])
    assert set(tally.regimes) == set(REGIMES)
    assert tally.architectures.count >= 14
    assert tally.verdicts[Verdict.LOSSY] == tally.verdicts[Verdict.WRONG] == tally.verdicts[Verdict.KNOWN] == 0
    assert tally.verdicts[Verdict.ACCURATE] > 0.9 * sum(tally.verdicts.values())
    assert not tally.disagrees


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", HIDDEN)
def test_saturated_networks_of_one_activation_are_not_lossy(name: str, dtype: str) -> None:
    saturated = pack(Architecture((4, 4, 3), (name, name)), dtype, regimes=("saturated",) * 4)
    counts = Counter(np.concatenate([finding.verdict.ravel() for finding in findings(MANUAL, saturated)]).tolist())
    assert counts[Verdict.LOSSY] == counts[Verdict.WRONG] == 0
    assert counts[Verdict.ACCURATE] > 0


def test_it_takes_every_network_with_its_equations() -> None:
    assert MANUAL.supports(Architecture((1, 1), ("relu",)), "float32") is None
    assert (MANUAL.name, MANUAL.equations) == ("numpy", EQUATIONS)
    assert (TEXTBOOK.name, TEXTBOOK.equations) == ("numpy.textbook", TEXTBOOK_EQUATIONS)
    assert MANUAL.version == np.__version__
