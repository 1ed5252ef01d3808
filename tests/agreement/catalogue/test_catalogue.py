"""The oracle has the power that the catalogue says: every mistake is seen, and hides exactly where it should."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from backproof.agreement.cases import generate
from backproof.agreement.catalogue.mistakes import MISTAKES, Mistake
from backproof.agreement.catalogue.smallest import NETWORKS
from backproof.agreement.judging.backends import BackendFailed, answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import Settings
from backproof.manual import Architecture, Case, Pack
from helpers.sinful import Sinful

FIRST, UNITS = 50, 60
ROWS = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=lambda mistake: mistake.id)
STATEFUL = {"M36"}
"""Seen from the second call on: no single case hides or shows them."""


def seen(judge: Judge, mistake: Mistake) -> bool:
    backend = Sinful(mistake)
    try:
        findings = judge.findings(backend, answer(backend, judge.pack))
    except BackendFailed:
        return True
    return any((finding.verdict == Verdict.WRONG).any() for finding in findings)


@cache
def corpus() -> tuple[Judge, ...]:
    """The default corpus, as far as any mistake needs it."""
    return tuple(Judge(unit.draw()[0]) for unit in Settings().units()[:UNITS])


@ROWS
def test_the_default_corpus_sees_it_within_the_first_cases_that_have_room_for_it(mistake: Mistake) -> None:
    tried = 0
    for judge in corpus():
        if not mistake.forms or mistake.applies(judge.pack.architecture):
            tried += len(judge.pack)
            if seen(judge, mistake):
                break
    else:
        pytest.fail("nowhere seen")
    assert tried <= FIRST


SHAPES = [
    ((3, 2), 1),
    ((3, 2), 3),
    ((1, 1), 1),
    ((1, 1, 1), 2),
    ((4, 3, 2), 1),
    ((4, 3, 2), 4),
    ((3, 3, 3, 3), 1),
    ((3, 3, 3, 3), 3),
    ((3, 3, 3, 3), 5),
    ((2, 3, 1), 2),
    ((2, 3, 4, 3, 2), 2),
]


@cache
def judges(network: tuple[str, str, str], reduction: str, kind: str) -> tuple[Judge, ...]:
    hidden, output, cost = network
    rng = np.random.default_rng(7)
    made = []
    for widths, m in SHAPES:
        if output == "softmax" and widths[-1] == 1:
            continue
        of = Architecture(widths, (hidden,) * (len(widths) - 2) + (output,), cost, reduction)
        case = generate.case(rng, of, "float64", "calm", m)
        made.append(Judge(Pack.of([KINDS[kind](case)])))
    return tuple(made)


def symmetric(case: Case) -> Case:
    weights = [w + w.T if w.shape == w.T.shape else w for w in case.weights]
    return Case(case.architecture, tuple(weights), case.biases, case.x, case.y)


def unbiased(case: Case) -> Case:
    return Case(case.architecture, case.weights, tuple(np.zeros_like(b) for b in case.biases), case.x, case.y)


def linear(case: Case) -> Case:
    names = tuple("identity" for _ in case.architecture.activations[:-1]) + case.architecture.activations[-1:]
    of = Architecture(case.architecture.widths, names, case.architecture.cost, case.architecture.reduction)
    return Case(of, case.weights, case.biases, case.x, case.y)


KINDS = {"plain": lambda case: case, "symmetric": symmetric, "unbiased": unbiased, "linear": linear}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mistake", [m for m in MISTAKES.values() if m.id not in STATEFUL], ids=lambda m: m.id)
def test_it_hides_exactly_where_the_catalogue_says(mistake: Mistake, kind: str) -> None:
    network = NETWORKS.get(mistake.id, ("sigmoid", "sigmoid", "quadratic"))
    told, found = [], []
    for reduction in ("mean", "sum"):
        for judge in judges(network, reduction, kind):
            case = judge.pack[0]
            if mistake.applies(case.architecture):
                told.append((str(case.architecture), case.examples, mistake.hides(case)))
                found.append((str(case.architecture), case.examples, not seen(judge, mistake)))
    assert found == told
