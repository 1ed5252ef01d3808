"""What a report is, and the numbers that it is shown on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

Function = Callable[..., Any]
RNG = np.random.default_rng(11)


class Reported(NamedTuple):
    """A wrong kernel of a reference; `said` is found in what it is told, "" where it can't be told from rounding."""

    where: str
    what: str
    reference: Function
    kernel: Function
    arguments: tuple[Any, ...]
    said: str
    cases: int | None = 8


def normal(*shape: int) -> Any:
    return RNG.standard_normal(shape).astype(np.float32)


def tensors(*arrays: Any) -> tuple[Any, ...]:
    return tuple(map(torch.tensor, arrays))
