"""Rows of ATen, forward and backward: the program agrees to 60 digits, what torch executes is within its bound."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from backproof.agreement.certificates.certify import subject_of
from backproof.agreement.certificates.operations import certify_operations
from backproof.agreement.certificates.program import certify_program
from backproof.agreement.judging.verdict import Verdict
from backproof.reference.graph.from_torch.aten import ROWS
from helpers import aten_functions, aten_rarer_functions
from helpers.aten_functions import Function

FUNCTIONS = {**aten_functions.FUNCTIONS, **aten_rarer_functions.FUNCTIONS}


def weighted(function: Function) -> Function:
    """A loss in which every entry of the result counts differently."""

    def loss(w: torch.Tensor) -> torch.Tensor:
        out = function(w)
        return (out * torch.linspace(0.5, 1.5, out.numel(), dtype=out.dtype).reshape(out.shape)).sum()

    return loss


def judged(function: Function, dtype: torch.dtype) -> None:
    torch.manual_seed(0)  # modules draw their own weights
    w = torch.randn(4, 4, generator=torch.Generator().manual_seed(7)).to(dtype)
    subject = subject_of(weighted(function), w, (), None)
    with np.errstate(all="ignore"):
        program = certify_program(subject)
        operations = certify_operations(subject.operations(), subject.flushes)
    assert program.verdict == Verdict.ACCURATE, program
    assert program.digits >= 60
    assert not operations.unread
    assert not operations.wrong, operations.wrong[0]
    assert operations.verdicts[Verdict.ACCURATE] > 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_in_single_precision(name: str) -> None:
    judged(FUNCTIONS[name], torch.float32)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_in_double_precision(name: str) -> None:
    judged(FUNCTIONS[name], torch.float64)


BIASED = {
    "addmm": lambda w, x, b: torch.addmm(b, x, w.T),
    "addmv": lambda w, x, b: torch.addmv(b, w, x[0]),
    "linear": lambda w, x, b: torch.nn.functional.linear(x, w, b),
    "convolution": lambda w, x, b: torch.nn.functional.conv1d(x[:, :, None], w[:, :, None], b),
}


@pytest.mark.parametrize("name", BIASED)
@pytest.mark.parametrize("terms", [3, 5])
def test_products_may_be_added_to_a_large_bias_one_by_one(name: str, terms: int) -> None:
    drawn = torch.Generator().manual_seed(0)
    w, x = (torch.randn(64, terms, generator=drawn, dtype=torch.float64) for _ in range(2))
    b = torch.rand(64, generator=drawn, dtype=torch.float64)
    subject = subject_of(lambda w: BIASED[name](w, x, b).square().sum(), 0.05 * w, (), None)
    assert not certify_operations(subject.operations(), subject.flushes).wrong


def test_most_rows_are_there() -> None:
    assert len(ROWS) >= 200
