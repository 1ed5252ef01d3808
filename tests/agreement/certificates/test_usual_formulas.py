"""What torch's own kernels do at the ends of a format, and where their formula cancels, is no error."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement import certify
from backproof.agreement.certificates.certify import judge_step, subject_of
from backproof.agreement.certificates.operations import certify_operations
from backproof.agreement.judging.verdict import Verdict
from torch import nn
from torch.nn import functional

Loss = Callable[[Any], Any]
SINGLE, DOUBLE = torch.float32, torch.float64


def tensor(*numbers: float, dtype: torch.dtype = SINGLE) -> Any:
    return torch.tensor(numbers, dtype=dtype)


def standardised(x: Any) -> Any:
    return (functional.layer_norm(x, (16,)) ** 3).sum()


def grouped(x: Any) -> Any:
    return (functional.group_norm(x, 2) ** 3).sum()


def shifted(*shape: int) -> Any:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=generator) + 100


BELOW_THE_NORMAL = {
    "sigmoid": (lambda x: torch.sigmoid(x).sum(), tensor(-89.0, -100.0)),
    "sigmoid, float64": (lambda x: torch.sigmoid(x).sum(), tensor(-711.0, dtype=DOUBLE)),
    "silu": (lambda x: functional.silu(x).sum(), tensor(-89.0, -100.0)),
    "mish": (lambda x: functional.mish(x).sum(), tensor(-89.0, -88.9)),
    "glu": (lambda x: functional.glu(x, 0).sum(), tensor(0.5, 1e-8, -95.0, -88.9)),
    "cross-entropy of logits": (
        lambda x: functional.binary_cross_entropy_with_logits(x, tensor(0.0, 1.0)),
        tensor(-95.0, -95.0),
    ),
}
"""e^−x overflows where the truth is below the smallest normal number."""


@pytest.mark.parametrize("name", BELOW_THE_NORMAL)
def test_an_exponential_that_overflows_may_leave_0_below_the_normal_numbers(name: str) -> None:
    certify(*BELOW_THE_NORMAL[name])


def test_what_is_0_among_the_normal_numbers_is_wrong() -> None:
    step = subject_of(lambda x: torch.sigmoid(x).sum(), tensor(-85.0), (), None)
    forward = next(o for o in step.operations() if o.name == "aten.sigmoid")
    assert not certify_operations([forward], flushes=False).wrong
    assert certify_operations([forward._replace(gave=(np.zeros(1),))], flushes=False).wrong


CANCELLING: dict[str, tuple[Loss, Any, Verdict]] = {
    "gelu by 1 + erf": (lambda x: functional.gelu(x).sum(), tensor(-6.0, 3.0), Verdict.LOSSY),
    "gelu, float64": (lambda x: functional.gelu(x).sum(), tensor(-9.2, 3.0, dtype=DOUBLE), Verdict.LOSSY),
    "silu by 1 − σ": (lambda x: functional.silu(x).sum(), torch.linspace(10, 20, 40, dtype=DOUBLE), Verdict.ACCURATE),
    "layer norm multiplied out": (standardised, shifted(4, 16), Verdict.ACCURATE),
    "group norm multiplied out": (grouped, shifted(2, 4, 5), Verdict.ACCURATE),
    "the sixth of hardsigmoid": (
        lambda x: functional.hardsigmoid(x).sum(),
        tensor(-1.0, 0.5, dtype=DOUBLE),
        Verdict.KNOWN,
    ),
}


@pytest.mark.parametrize("name", CANCELLING)
def test_a_formula_that_is_in_use_is_wrong_in_no_certificate(name: str) -> None:
    loss, x, answer = CANCELLING[name]
    found = certify(loss, x)
    assert found.answers[0].verdicts[answer]


@pytest.mark.parametrize(("loss", "x"), [(standardised, shifted(4, 16)), (grouped, shifted(2, 4, 5))])
def test_a_norm_that_is_multiplied_out_loses_digits(loss: Loss, x: Any) -> None:
    verdicts = judge_step(loss, x).operations.verdicts
    assert verdicts[Verdict.LOSSY]
    assert not verdicts[Verdict.WRONG]


def test_the_weight_of_a_group_norm_loses_digits_too() -> None:
    model, x = nn.GroupNorm(2, 4), shifted(2, 4, 5)
    found = judge_step(lambda model: (model(x) ** 3).sum(), model)
    assert found.operations.verdicts[Verdict.LOSSY]
    assert not found.disagrees


def test_beyond_the_formula_an_answer_is_wrong() -> None:
    class Off(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return functional.gelu(x)

        @staticmethod
        def backward(ctx: Any, v: Any) -> Any:
            (x,) = ctx.saved_tensors
            return v * torch.ops.aten.gelu_backward(torch.ones_like(x), x) * 1.001

    found = judge_step(lambda x: Off.apply(x).sum(), tensor(-6.0, 1.0))
    assert found.answers[0].verdicts[Verdict.WRONG]


OVERFLOWS: dict[str, Loss] = {
    "exp": lambda x: 0.25 * torch.exp(x + 89.5).sum(),
    "asinh": lambda x: torch.asinh(x * 1e25).sum(),
}


@pytest.mark.parametrize("name", OVERFLOWS)
def test_a_number_that_leaves_the_range_on_the_way_decides_nothing(name: str) -> None:
    found = certify(OVERFLOWS[name], tensor(0.5, -0.25))
    assert found.answers[0].verdicts[Verdict.OUT_OF_RANGE]


def test_an_answer_that_is_no_number_is_not_certified() -> None:
    found = certify(lambda x: (1 / (1 + jnp.exp(-x))).sum(), jnp.array([-100.0, 1.0], jnp.float32))
    assert str(found).startswith("INCOMPLETE")
    assert "some entries are no finite number" in " ".join(str(found).split())


def test_where_the_truth_is_open_no_digit_is_lost() -> None:
    assert certify(lambda x: x.norm(), tensor(0.0, 0.0)).answers[0].digits_lost == 0


READ_AS_0: dict[str, Loss] = {
    "relu": lambda x: jax.nn.relu(x).sum(),
    "a product": lambda x: (x * jnp.float32(2.0)).sum(),
    "a root": lambda x: jnp.sqrt(x).sum(),
    "a maximum": lambda x: jnp.maximum(x, 0).sum(),
}


@pytest.mark.parametrize("name", READ_AS_0)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_flushes_reads_a_subnormal_number_as_0(name: str, dtype: Any) -> None:
    smallest = float(np.finfo(dtype).smallest_normal)
    x = np.array([smallest / 2, smallest * 0.99, smallest * 4, 1.0], dtype)
    found = certify(READ_AS_0[name], x)
    assert min(answer.verdicts[Verdict.ACCURATE] for answer in found.answers) >= 1


def test_what_does_not_flush_reads_it_as_it_is() -> None:
    step = subject_of(lambda x: torch.relu(x).sum(), tensor(2.0**-130), (), None)
    forward = next(o for o in step.operations() if o.name == "aten.relu")
    zero = forward._replace(gave=(np.zeros(1, np.float32),))
    assert certify_operations([zero], flushes=False).wrong
    assert not certify_operations([zero], flushes=True).wrong
