"""What every adapter of a library must show."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import activations, costs, equations
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from helpers.backends import load
from helpers.drawn import HEADS, pack
from helpers.sabotage import Touched, forbid
from helpers.variants import findings

HIDDEN_PAIRS = itertools.cycle([("tanh", "softplus"), ("sigmoid", "relu")])
CORE_HEADS = [head for head in HEADS if costs.COSTS[head[0]].core]
OUTPUTS = ("identity", "sigmoid", "softmax")
NETWORKS = [
    Architecture((2, 3, 3, 2), (*pair, head[1]), head[0])
    for pair, head in zip(HIDDEN_PAIRS, (head for head in CORE_HEADS if head[1] in OUTPUTS), strict=False)
]
"""Both costs on every kind of output, with every activation in some hidden layer."""


def shows_everything_and_agrees(name: str, of: Pack) -> None:
    """z, a, C, δ, ∂C/∂b and ∂C/∂W in the pack's dtype, none of them wrong, most of them decided."""
    judged = findings(load(name), of)
    assert len(judged) == 5 * of.architecture.depth + 1
    assert {finding.got.dtype for finding in judged} == {of.dtype}
    for finding in judged:
        assert not (finding.verdict == Verdict.WRONG).any(), finding.place
        assert (finding.verdict[0] <= Verdict.LOSSY).all(), finding.place  # the first case is calm


def holds_no_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It answers the same with manual's equations, slopes, pulls and deltas made to raise."""
    backend, of = load(name), pack(NETWORKS[1], regimes=("calm",))
    before = backend.gradients(of)
    assert forbid(monkeypatch, equations) >= 4
    assert forbid(monkeypatch, activations, "slope textbook_slope pull textbook_pull value") > 15
    assert forbid(monkeypatch, costs, "nabla_a delta textbook_delta value") > 8
    with pytest.raises(Touched):
        load("numpy").gradients(of)
    assert same(before, backend.gradients(of))


def same(x: Gradients[Any], y: Gradients[Any]) -> bool:
    """Bit for bit."""
    return all(p.tobytes() == q.tobytes() for (_, p), (_, q) in zip(x.items(), y.items(), strict=True))
