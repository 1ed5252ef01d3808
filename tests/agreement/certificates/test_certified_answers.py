"""The third certificate: bounds that hold, answers that are off, roundings behind a stop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from backproof.agreement import certify
from backproof.agreement.certificates.answer import BITS, certify_answers, pullback_in_floats, without_stops
from backproof.agreement.certificates.certify import judge_step, subject_of
from backproof.agreement.certificates.doubt import about
from backproof.agreement.certificates.program import certify_program
from backproof.agreement.certificates.subject import ModeAnswer
from backproof.agreement.judging.verdict import Verdict
from backproof.reference.graph.adjoint import adjoint
from backproof.reference.graph.arrays import lift, to_floats
from backproof.reference.graph.exact import walk
from flint import arb, ctx
from helpers.torch_steps import MODULES, made
from torch.nn import functional as F  # noqa: N812 - as torch names it


class Spoiled:
    """A subject whose answers are multiplied."""

    def __init__(self, subject, factor: float) -> None:
        self._subject, self._factor = subject, factor

    def __getattr__(self, name: str):
        return getattr(self._subject, name)

    def answers(self):
        for answer in self._subject.answers():
            yield ModeAnswer(answer.mode, tuple(g * np.float32(self._factor) for g in answer.gradients))


def step(name: str):
    loss, (first, *rest) = made(name)
    return subject_of(loss, first, rest, None)


@pytest.mark.parametrize("name", MODULES)
def test_the_first_order_bound_holds_in_every_module(name: str) -> None:
    subject = step(name)
    with np.errstate(all="ignore"):
        (answer,) = certify_answers(subject, certify_program(subject).truth)
    ratios = [p.signed_ratio for p in answer.parameters if p.signed_ratio is not None]
    assert ratios
    assert max(ratios) <= 1
    assert not answer.verdicts[Verdict.WRONG]


@pytest.mark.parametrize("name", ["LSTM", "GRU", "embedding, residual"])
def test_an_answer_off_by_a_thousandth_is_wrong(name: str) -> None:
    subject = Spoiled(step(name), 1.001)
    (answer,) = certify_answers(subject, certify_program(subject).truth)
    assert answer.verdicts[Verdict.WRONG] >= 0.8 * answer.entries
    assert max(p.digits_lost for p in answer.parameters) > 3.5


def test_roundings_pass_a_detach() -> None:
    """The gradient is the detached factor, rounded a hundred times: a bound that stops there would say one."""

    def loss(w: torch.Tensor) -> torch.Tensor:
        factor = w.detach()
        for _ in range(100):
            factor = factor * 1.01
        return (w * factor).sum()

    subject = subject_of(loss, torch.randn(8, generator=torch.Generator().manual_seed(0)), (), None)
    (answer,) = certify_answers(subject, certify_program(subject).truth)
    (parameter,) = answer.parameters
    assert parameter.signed_bound is not None
    assert parameter.signed_bound > 20 * 2.0**-24
    assert parameter.signed_ratio is not None
    assert parameter.signed_ratio <= 1
    assert answer.verdicts[Verdict.ACCURATE] == 8


def test_what_encloses_a_wrong_program_is_no_excuse() -> None:
    truth = np.array([arb(1), arb(1)], dtype=object)
    right, wrong = about(truth, np.array([arb(1.25, 0.5), arb(3, 0.5)], dtype=object))
    assert 0.7 < float(right.rad()) < 0.8
    assert 0.49 < float(wrong.rad()) < 0.51
    assert float(wrong.mid()) == 1


@pytest.mark.parametrize(
    ("function", "dtype", "word"),
    [
        (lambda w: F.gelu(6 * w - 3), torch.float32, Verdict.LOSSY),
        (lambda w: F.glu(9 * w, 0), torch.float32, Verdict.LOSSY),
        (lambda w: F.hardsigmoid(w), torch.float64, Verdict.KNOWN),
    ],
)
def test_an_answer_by_another_formula_that_is_in_use_is_not_wrong(function, dtype, word: Verdict) -> None:
    w = torch.randn(32, generator=torch.Generator().manual_seed(0)).to(dtype)
    (answer,) = certify(lambda w: function(w).sin().sum(), w).answers
    assert answer.verdicts[word] > 0
    assert answer.verdicts[Verdict.WRONG] == 0


def test_another_formula_excuses_no_wrong_answer() -> None:
    w = torch.randn(32, generator=torch.Generator().manual_seed(0))

    def loss(w: torch.Tensor) -> torch.Tensor:
        out = F.gelu(6 * w - 3)
        out.register_hook(lambda v: v * (1 + 1e-4))
        return out.sin().sum()

    (answer,) = judge_step(loss, w).answers
    assert answer.verdicts[Verdict.WRONG] >= 16


@pytest.mark.parametrize("name", ["transformer encoder layer", "residual block, batch norm", "LSTM"])
def test_cotangents_in_floats_are_the_middles_of_those_in_balls(name: str) -> None:
    loss, (first, *rest) = made(name)
    program = subject_of(loss, first, rest, None).program
    with ctx.workprec(BITS), np.errstate(all="ignore"):
        graph = without_stops(program.gradient)
        values = walk(graph, program.inputs)
        number = next(k for k in program.gradients if k is not None)
        signs = np.sign(np.cos(np.arange(np.size(values[number]), dtype=float))).reshape(np.shape(values[number]))
        floats = adjoint(graph, values, {number: signs}, pull=pullback_in_floats())
        balls = adjoint(graph, values, {number: lift(signs)})
    assert floats.keys() == balls.keys()
    largest = {k: np.abs(to_floats(part)).max(initial=0.0) for k, part in balls.items()}
    nothing = 1e-14 * max(largest.values())  # what cancels
    for k, part in floats.items():
        assert np.abs(part - to_floats(balls[k])).max(initial=0.0) <= 1e-9 * largest[k] + nothing
