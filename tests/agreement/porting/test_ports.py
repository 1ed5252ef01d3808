"""Six models in torch and jax: the same function, and each convention that is changed in one is named with its line."""

from __future__ import annotations

from functools import cache
from itertools import product
from linecache import getline
from pathlib import Path
from typing import Any

import pytest
import torch
from backproof.agreement import Disagreement, same_function
from backproof.agreement.porting.port import judge_port
from helpers.every import every
from helpers.later import deep_but, long_but
from helpers.ports import in_jax, in_torch
from helpers.ports.in_torch import MODELS

QUICK = {("mlp", "epsilon"), ("mlp", "gelu"), ("mlp", "transposed-weight"), ("resnet", "flatten-order"),
         ("lstm", "gate-order"), ("gru", "gru-update")}  # fmt: skip

DTYPES = [torch.float32, pytest.param(torch.float64, marks=pytest.mark.deep)]
RIGHT = [
    *long_but(*((name, torch.float32) for name in ("mlp", "gru")), of=product(MODELS, [torch.float32])),
    *deep_but(of=product(MODELS, [torch.float64])),
]


@cache
def torch_step(name: str, dtype: torch.dtype) -> Any:
    return in_torch.made(name, dtype)


@pytest.mark.parametrize(("name", "dtype"), RIGHT)
def test_a_right_port_is_the_same_function(name: str, dtype: torch.dtype) -> None:
    step = torch_step(name, dtype)
    found = same_function(step, in_jax.made(name, step))
    assert found.partings == ()
    assert found.digits > 60
    assert found.gradients is not None
    assert found.gradients.same
    assert found.gradients.share is not None
    assert 0 < found.gradients.share < 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "changed"),
    [pytest.param(*pair, marks=() if pair in QUICK else pytest.mark.deep) for pair in in_jax.PAIRS],
)
def test_a_changed_convention_is_named_with_its_line(name: str, changed: str, dtype: torch.dtype) -> None:
    step = torch_step(name, dtype)
    found = judge_port(step, in_jax.made(name, step, changed))
    assert not found.same
    with pytest.raises(Disagreement, match="NOT THE SAME FUNCTION"):
        found.check()
    assert {p.named and p.named.convention.id for p in found.partings} == {changed}
    lines = [p.lines[1] for p in found.partings if p.named and p.named.convention.id == changed]
    assert any(line is not None and f"[{changed}]" in getline(line.file, line.line) for line in lines)


def test_every_convention_that_is_changed_has_a_line_that_says_so() -> None:
    text = Path(str(in_jax.__file__)).read_text("utf-8")
    assert every(f"[{changed}]" in text for _, changed in in_jax.PAIRS)
