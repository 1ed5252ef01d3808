"""Planted backward passes: each is called wrong by the program's certificate, and named."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from backproof.agreement.certificates.certify import subject_of
from backproof.agreement.certificates.program import ProgramCertificate, certify_program
from backproof.agreement.judging.verdict import Verdict
from helpers.torch_mutants import FUNCTIONS, TorchMutant, mutants, operands, with_backward

CHUNKS = 8


def certificate(apply, given) -> ProgramCertificate:
    """The mutant between other operations, its result weighted, so that nothing cancels."""
    weights = torch.randn(4, 4, generator=torch.Generator().manual_seed(3))

    def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
        moved = [p * 1.25 for p in parameters]
        return (torch.sin(apply(*moved)) * weights).sum()

    return certify_program(subject_of(loss, list(given), (), None))


@cache
def every() -> tuple[TorchMutant, ...]:
    return tuple(mutants())


def test_there_are_two_hundred() -> None:
    assert len(every()) >= 200


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_mutant_is_wrong_and_named(chunk: int) -> None:
    mine = every()[chunk::CHUNKS]
    found = {mutant.name: certificate(mutant.apply, mutant.operands) for mutant in mine}
    assert [name for name, f in found.items() if f.verdict != Verdict.WRONG] == []
    unnamed = [name for name, f in found.items() if {c.name.partition("_")[0] for c in f.culprits} != {"planted"}]
    assert len(unnamed) <= 0.05 * len(mine), unnamed


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_right_backward_passes(name: str) -> None:
    function, kinds = FUNCTIONS[name]
    right = with_backward(f"planted_{name}", function, None, None)
    found = certificate(right.apply, operands(kinds, torch.Generator().manual_seed(4)))
    assert found.verdict == Verdict.ACCURATE
    assert found.digits >= 60
    assert not found.culprits


def test_a_rule_that_is_meant_to_differ_is_allowed_by_name_and_listed() -> None:
    straight = with_backward("straight", lambda x: x.round(), lambda x: x * 1.0, None)

    def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
        return (torch.sin(straight.apply(parameters[0] * 1.25)) * 3).sum()

    subject = subject_of(loss, [torch.randn(4, generator=torch.Generator().manual_seed(5))], (), None)
    assert certify_program(subject).verdict == Verdict.WRONG
    allowed = certify_program(subject, ["straight"])
    assert allowed.verdict == Verdict.ACCURATE
    assert [(c.name, c.allowed) for c in allowed.culprits] == [("straight", True)]


def test_a_call_that_is_not_differentiated_takes_no_name() -> None:
    """It runs under the number of the operation before, and stood for its result: another one was named."""
    planted = with_backward("planted", lambda x: torch.tanh(x), lambda x: torch.sin(x), None)

    def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
        out = planted.apply(parameters[0] * 1.25)
        weights = torch.linspace(0.5, 1.5, 4)
        return (torch.sin(out) * torch.full_like(out, 0.3) * weights).sum()

    subject = subject_of(loss, [torch.randn(4, generator=torch.Generator().manual_seed(5))], (), None)
    assert {c.name for c in certify_program(subject).culprits} == {"planted"}


@pytest.mark.parametrize("identity", [lambda x: x, lambda x: x.view_as(x), lambda x: x.clone()])
def test_a_rule_on_an_identity_is_named_and_may_be_allowed(identity) -> None:
    """Reversed and clipped gradients: the forward pass computes nothing at all."""

    class Reversed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return identity(x)

        @staticmethod
        def backward(ctx, v):
            return -v

    def loss(parameters: list[torch.Tensor]) -> torch.Tensor:
        return (torch.sin(Reversed.apply(torch.tanh(parameters[0]))) * torch.arange(4.0)).sum()

    subject = subject_of(loss, [torch.randn(4, generator=torch.Generator().manual_seed(5))], (), None)
    found = certify_program(subject)
    assert found.verdict == Verdict.WRONG
    assert [c.name for c in found.culprits] == ["Reversed"]
    assert "test_certified_mutants.py" in found.culprits[0].where
    assert certify_program(subject, ["Reversed"]).verdict == Verdict.ACCURATE
