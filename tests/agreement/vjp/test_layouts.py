"""Rules that read memory in an order of their own, or go wrong from a size on, as released libraries did."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from backproof.agreement import UsageError
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.vjp.judge import judge_vjp
from backproof.manual.shapes import Array
from helpers.vjps import by_hand

Vjp = Callable[[Array, Array], Array]
RIGHT: Vjp = by_hand("sigmoid")


def in_memory_order(z: Array, v: Array) -> Array:
    """v is read column by column where it lies so, and taken for rows."""
    if v.flags.c_contiguous:
        return RIGHT(z, v)
    return RIGHT(z, v.T.ravel().reshape(v.shape))


def first_row_of_expanded(z: Array, v: Array) -> Array:
    if 0 in v.strides and v.shape[-1] > 1:
        v = np.concatenate([v[:, :1], 0 * v[:, 1:]], axis=1)
    return RIGHT(z, v)


def from_the_start_of_its_memory(z: Array, v: Array) -> Array:
    memory = v
    while isinstance(memory.base, np.ndarray):
        memory = memory.base
    starts_there = memory.ctypes.data == v.ctypes.data
    return RIGHT(z, v if starts_there else memory.ravel()[: v.size].reshape(v.shape))


@pytest.mark.parametrize("vjp", [in_memory_order, first_row_of_expanded, from_the_start_of_its_memory])
def test_a_rule_that_trusts_the_layout_is_wrong(vjp: Vjp) -> None:
    report = judge_vjp(vjp, "sigmoid", cases=40)
    assert report.verdicts[Verdict.WRONG] > 0
    assert {entry.layout for entry in report.wrong} <= {"permuted", "spread", "offset", "expanded"}
    assert f", {report.wrong[0].layout})" in str(report)


@pytest.mark.parametrize("size", [32, 4_096, 32_768])
def test_a_rule_that_is_wrong_from_a_size_on_is_found(size: int) -> None:
    def wrong_beyond(z: Array, v: Array) -> Array:
        got = RIGHT(z, v).ravel().copy()
        got[size:] *= 2
        return got.reshape(z.shape)

    assert judge_vjp(wrong_beyond, "sigmoid", cases=40).disagrees
    assert not judge_vjp(RIGHT, "sigmoid", cases=40).disagrees


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_in_16_bits_a_slope_worked_out_in_float32_is_right_and_one_that_is_off_is_wrong(dtype: str) -> None:
    def in_float32(z: Array, v: Array) -> Array:
        return np.asarray(RIGHT(z.astype(np.float32), v.astype(np.float32)).astype(z.dtype))

    assert judge_vjp(in_float32, "sigmoid", cases=40, dtypes=(dtype,)).verdicts[Verdict.ACCURATE] > 1000
    doubled = judge_vjp(lambda z, v: in_float32(z, v + v), "sigmoid", cases=40, dtypes=(dtype,))
    assert doubled.verdicts[Verdict.WRONG] > 1000
    with pytest.raises(UsageError, match=f"no bound is derived for gelu in {dtype}"):
        judge_vjp(in_float32, "gelu", dtypes=(dtype,))


def test_one_that_writes_to_its_input_or_exits_is_a_failure() -> None:
    def spoils(z: Array, v: Array) -> Array:
        z -= z.max() + 1
        return v

    def leaves(z: Array, v: Array) -> Array:
        raise SystemExit(0)

    assert "wrote to its input, z: copy an array" in judge_vjp(spoils, "sigmoid", cases=10).failures[0]
    assert "raised SystemExit: 0" in judge_vjp(leaves, "sigmoid", cases=10).failures[0]
