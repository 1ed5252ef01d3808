"""What calls write to arguments without giving them back: running statistics of batch norm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...expression import Expression
from .call import AtenCall, Row

E = Expression


def running_statistics(
    call: AtenCall, x: E, _weight: E | None, _bias: E | None, mean: E | None, var: E | None, training: bool,
    momentum: float, *_: Any,
) -> tuple[E, ...]:  # fmt: skip
    """(1 − m) old + m new, of the means and the variances over n − 1; as they were where it does not train."""
    if mean is None or var is None:
        return ()
    if not training:
        return mean, var
    axes = [0, *range(2, len(x.shape))]
    middle = x.mean(axes, keepdims=True)
    count = x.size // x.shape[1]
    spread = (x - middle).square().sum(axes) / max(count - 1, 1)
    pairs = ((mean, middle.reshape(-1)), (var, spread))
    return tuple((old * (1 - momentum) + new * momentum).stop_gradient() for old, new in pairs)


UPDATES: Mapping[str, Row] = {
    "native_batch_norm": running_statistics,
    "_native_batch_norm_legit": running_statistics,
    "cudnn_batch_norm": running_statistics,
    "miopen_batch_norm": running_statistics,
}
"""By operation: the arguments that it updates, as they are afterwards, in order."""
