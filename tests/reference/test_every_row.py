from __future__ import annotations

import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.activations import ACTIVATIONS, CORE
from backproof.manual.case import Architecture
from backproof.manual.costs import COSTS
from backproof.reference import registry
from helpers.drawn import HEADS, pack
from helpers.variants import findings

BACKENDS = ("numpy", "torch", "jax")
WIDE = [name for name in ACTIVATIONS if name not in CORE]
ON_TOP = [Architecture((2, 3, 2), ("tanh", output), cost) for cost, output in HEADS if not COSTS[cost].core]
LACKING = {("jax", "tanhshrink"), ("torch", "log_cosh")}
"""What a library has no function for."""


def _alone(name: str) -> Architecture:
    return Architecture((2, 3, 2), (name, "identity"))


def _networks(backend: str) -> list[Architecture]:
    """Every row that the backend takes, three in a network."""
    supported = [name for name in WIDE if registry.load(backend).supports(_alone(name), "float64") is None]
    threes = [supported[i : i + 3] for i in range(0, len(supported), 3)]  # itertools.batched is 3.12's
    hidden = [Architecture((2, *[3] * len(names), 2), (*names, "identity")) for names in threes]
    return hidden + [of for of in ON_TOP if registry.load(backend).supports(of, "float64") is None]


def test_what_is_not_supported_says_why_and_is_what_the_libraries_lack() -> None:
    lacking = set()
    for backend in BACKENDS:
        for name, of in [*((name, _alone(name)) for name in WIDE), *((of.cost, of) for of in ON_TOP)]:
            reason = registry.load(backend).supports(of, "float64")
            assert reason is None or reason.endswith(repr(name))
            lacking |= {(backend, name)} if reason else set()
    assert lacking == LACKING


@pytest.mark.parametrize(
    ("backend", "of"), [(name, of) for name in BACKENDS for of in _networks(name)], ids=lambda x: str(x)
)
def test_every_row_that_is_supported_agrees(backend: str, of: Architecture) -> None:
    for dtype in ("float64",) if backend == "jax" else ("float64", "float32"):
        for finding in findings(registry.load(backend), pack(of, dtype, ("calm", "saturated", "kink"))):
            assert not (finding.verdict == Verdict.WRONG).any(), finding.place
            assert (finding.verdict[0] <= Verdict.KNOWN).all(), finding.place
            if backend == "numpy":
                assert not (finding.verdict == Verdict.LOSSY).any(), finding.place
