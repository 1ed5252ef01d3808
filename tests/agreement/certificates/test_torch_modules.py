"""Modules of torch as their authors wrote them: certified, without a false alarm."""

from __future__ import annotations

from shutil import which

import pytest
import torch
from backproof.agreement import certify
from backproof.agreement.judging.verdict import Verdict
from helpers.every import every
from helpers.torch_steps import MODULES, made

SIXTEEN_BITS = ("attention in bfloat16", "autocast")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_certified(name: str) -> None:
    loss, arguments = made(name)
    found = certify(loss, *arguments)
    assert found.program.verdict == Verdict.ACCURATE
    assert found.program.digits >= 60
    assert found.operations.verdicts[Verdict.ACCURATE] >= 0.95 * found.operations.entries
    assert not found.operations.unread
    assert not found.answers[0].failure
    assert found.answers[0].entries == sum(p.numel() for p in arguments[0].parameters())


@pytest.mark.parametrize("name", [name for name in MODULES if name not in SIXTEEN_BITS])
def test_double_precision_too(name: str) -> None:
    loss, (module, x) = made(name)
    found = certify(loss, module.double(), x.double() if x.is_floating_point() else x)
    assert found.program.digits >= 60
    assert found.operations.worst_ratio <= 1
    assert set(found.answers[0].verdicts) <= {Verdict.ACCURATE, Verdict.BLIND}


def test_the_compiled_gradient_is_held_against_the_exact_one() -> None:
    loss, arguments = made("group and layer norm")
    found = certify(loss, *arguments, modes=("eager", "compile.aot_eager"))
    eager, compiled = found.answers
    assert compiled.mode == "compile.aot_eager"
    assert not compiled.failure
    assert compiled.verdicts[Verdict.ACCURATE] >= 0.9 * compiled.entries
    assert eager.entries == compiled.entries


@pytest.mark.deep
@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning")
@pytest.mark.skipif(which("g++") is None, reason="inductor compiles C++, and there is no g++ here")
@pytest.mark.parametrize("name", [name for name in MODULES if name not in SIXTEEN_BITS])
def test_what_inductor_compiles_is_never_wrong(name: str) -> None:
    loss, arguments = made(name)
    (compiled,) = certify(loss, *arguments, modes=("compile",)).answers
    assert not compiled.failure
    assert set(compiled.verdicts) <= {Verdict.ACCURATE, Verdict.BLIND}
    assert every(p.signed_ratio is None or p.signed_ratio <= 1 for p in compiled.parameters)


def test_nothing_of_the_callers_is_changed() -> None:
    loss, (module, x) = made("residual block, batch norm")
    before = {name: value.clone() for name, value in module.state_dict().items()}
    state = torch.random.get_rng_state()
    certify(loss, module, x)
    assert every(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert torch.equal(state, torch.random.get_rng_state())
    assert every(p.grad is None for p in module.parameters())
    assert x.grad_fn is None
