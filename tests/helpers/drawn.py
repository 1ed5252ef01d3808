"""Narrow networks with the floats of a regime, by seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from backproof.agreement.cases import generate
from backproof.agreement.cases.generate import Menu
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.cases.strategies import EVERYTHING, SEEDS, architectures
from backproof.manual.activations import CORE
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.costs import COSTS
from backproof.manual.rounding.formats import DTYPES, FORMATS
from hypothesis import strategies as st

SOME = ("tanh", "softmax")
HALF = tuple(name for name in FORMATS if name not in DTYPES)
"""What is 16 bits wide."""
HEADS = tuple((cost.name, output) for cost in COSTS.values() for output in cost.heads or (CORE if cost.core else SOME))
"""Every cost with every output activation that it takes, those that take any with the core ones or a few."""
OPTIONED = Menu(l2=(0.0, 0.1, 2.0**-20, 1e3), weighted=True)
"""Networks with an L2 term and weighted examples among them."""
INTEGER_MENU = Menu(costs=("quadratic",), activations=("relu", "identity"))
"""Networks whose arithmetic is exact on integers."""


def case(
    architecture: Architecture, dtype: str = "float64", regime: str = "calm", examples: int = 2, seed: int = 0
) -> Case:
    """The case of a seed."""
    return generate.case(np.random.default_rng(seed), architecture, dtype, regime, examples)


def pack(
    architecture: Architecture, dtype: str = "float64", regimes: Sequence[str] = tuple(REGIMES), examples: int = 2
) -> Pack:
    """A case of each regime."""
    return Pack.of([case(architecture, dtype, regime, examples, seed) for seed, regime in enumerate(regimes)])


def cases(
    regimes: Sequence[str] = tuple(REGIMES), menu: Menu = EVERYTHING, depth: int = 4, width: int = 5
) -> st.SearchStrategy[Case]:
    """One case of one of these regimes."""
    of = architectures(menu, depth, width)
    return st.builds(case, of, st.sampled_from(menu.dtypes), st.sampled_from(regimes), st.integers(1, 3), SEEDS)
