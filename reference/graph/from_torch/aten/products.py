"""Matrix products and convolutions, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...expression import Expression
from .call import AtenCall, Row

E = Expression


def matmul(call: AtenCall, x: E, y: E, *_: Any) -> E:
    """xy over the last two axes."""
    return x.matmul(y)


def scaled_sum(x: E, product: E, beta: float, alpha: float, terms: int) -> E:
    """βx + α·product, of so many terms; BLAS adds them to βx."""
    product = product if alpha == 1 else product * alpha
    return product if beta == 0 else (x if beta == 1 else x * beta).plus_products(product, terms)


def addmm(call: AtenCall, bias: E, x: E, y: E, *, beta: float = 1, alpha: float = 1) -> E:
    """βb + αxy."""
    return scaled_sum(bias, x.matmul(y), beta, alpha, x.shape[-1])


def addmv(call: AtenCall, bias: E, x: E, y: E, *, beta: float = 1, alpha: float = 1) -> E:
    """βb + αxy for a vector y."""
    return scaled_sum(bias, matvec(call, x, y), beta, alpha, x.shape[-1])


def matvec(call: AtenCall, x: E, y: E) -> E:
    """A matrix times a vector."""
    return x.matmul(y.reshape(-1, 1)).reshape(x.shape[0])


def dot(call: AtenCall, x: E, y: E) -> E:
    """Σ xy."""
    return x.reshape(1, -1).matmul(y.reshape(-1, 1)).reshape()


def outer(call: AtenCall, x: E, y: E) -> E:
    """x yᵀ."""
    return x.reshape(-1, 1) * y.reshape(1, -1)


def linear(call: AtenCall, x: E, w: E, bias: E | None = None) -> E:
    """x Wᵀ + b."""
    flat = x.reshape(-1, x.shape[-1]).matmul(w.mT).reshape(*x.shape[:-1], w.shape[0])
    return flat if bias is None else bias.plus_products(flat, x.shape[-1])


def trilinear(
    call: AtenCall, x: E, y: E, z: E, to_x: Sequence[int], to_y: Sequence[int], to_z: Sequence[int],
    axes: Sequence[int], *_: Any,
) -> E:  # fmt: skip
    """Σ xyz over these axes, each operand with axes of length 1 put in."""
    x, y, z = (_with_axes(part, new) for part, new in ((x, to_x), (y, to_y), (z, to_z)))
    return (x * z * y).sum(axes)


def _with_axes(x: E, new: Sequence[int]) -> E:
    lengths = iter(x.shape)
    return x.reshape(*(1 if k in new else next(lengths) for k in range(len(x.shape) + len(new))))


def spread(values: Sequence[int], rank: int) -> list[int]:
    """A number for each axis of windows, of which one may stand for all."""
    return list(values) * rank if len(values) == 1 else list(values)


def convolution(
    call: AtenCall, x: E, w: E, bias: E | None, stride: Any, padding: Any, dilation: Any,
    transposed: bool, output_padding: Any, groups: int, *_: Any,
) -> E:  # fmt: skip
    """The convolution (a correlation: kernels are not flipped), or its transpose, plus a bias a channel."""
    rank = len(x.shape) - 2
    stride, padding, dilation, more = (spread(part, rank) for part in (stride, padding, dilation, output_padding))
    if transposed:
        made = transposed_convolution(x, w, stride, padding, dilation, more, groups)
    else:
        made = correlation(x, w, stride, padding, dilation, groups)
    terms = w.size // w.shape[int(transposed)]
    return made if bias is None else bias.reshape(1, -1, *[1] * rank).plus_products(made, terms)


def correlation(x: E, w: E, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], groups: int) -> E:
    """x ⋆ w."""
    return conv(x, w, stride, [(p, p) for p in padding], [1] * len(stride), dilation, groups)


def conv(
    x: E, w: E, strides: Any, padding: Any, lhs_dilation: Any, rhs_dilation: Any, groups: int, batches: int = 1
) -> E:
    """The primitive, batch and channels first, kernels (out, in, …)."""
    rank = len(x.shape)
    spec = tuple(range(rank))
    space = [
        (d * (n - 1) + 1 + low + high - r * (k - 1) - 1) // s + 1
        for n, k, s, (low, high), d, r in zip(
            x.shape[2:], w.shape[2:], strides, padding, lhs_dilation, rhs_dilation, strict=True
        )
    ]
    return x.apply(
        "conv_general_dilated", w, shape=(x.shape[0] // batches, w.shape[0], *space),
        window_strides=tuple(strides), padding=tuple(map(tuple, padding)), lhs_dilation=tuple(lhs_dilation),
        rhs_dilation=tuple(rhs_dilation), dimension_numbers=(spec, spec, spec),
        feature_group_count=groups, batch_group_count=batches,
    )  # fmt: skip


def exchanged(w: E, groups: int) -> E:
    """(out, in/groups, …) as (in, out/groups, …), or the other way round, the kernel flipped."""
    space = range(3, len(w.shape) + 1)
    parts = w.reshape(groups, w.shape[0] // groups, *w.shape[1:]).permute(0, 2, 1, *space)
    merged = parts.reshape(parts.shape[0] * parts.shape[1], *parts.shape[2:])
    axes = tuple(range(2, len(merged.shape)))
    return merged.apply("rev", dimensions=axes)


def transposed_convolution(
    x: E, w: E, stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int], more: Sequence[int], groups: int
) -> E:
    """What a convolution's pullback does to a cotangent."""
    reach = [d * (k - 1) for d, k in zip(dilation, w.shape[2:], strict=True)]
    around = [(r - p, r - p + m) for r, p, m in zip(reach, padding, more, strict=True)]
    return conv(x, exchanged(w, groups), [1] * len(stride), around, stride, dilation, groups)


def convolution_backward(
    call: AtenCall, v: E, x: E, w: E, bias_sizes: Any, stride: Any, padding: Any, dilation: Any,
    transposed: bool, output_padding: Any, groups: int, mask: Sequence[bool],
) -> tuple[E | None, E | None, E | None]:  # fmt: skip
    """Its pullback: v ⋆ᵀ w to the operand, x ⋆ v to the kernel, Σ v to the bias."""
    rank = len(x.shape) - 2
    stride, padding, dilation = (spread(part, rank) for part in (stride, padding, dilation))
    to_x = to_w = to_bias = None
    if mask[0]:
        to_x = (
            correlation(v, w, stride, padding, dilation, groups)
            if transposed
            else _to_operand(v, x, w, stride, padding, dilation, groups)
        )
    if mask[1]:
        to_w = (
            to_kernel(x, v, w, stride, padding, dilation, groups)
            if transposed
            else to_kernel(v, x, w, stride, padding, dilation, groups)
        )
    if mask[2]:
        to_bias = v.sum((0, *range(2, rank + 2)))
    return to_x, to_w, to_bias


def _to_operand(v: E, x: E, w: E, stride: Any, padding: Any, dilation: Any, groups: int) -> E:
    missing = [
        n - ((o - 1) * s - 2 * p + d * (k - 1) + 1)
        for n, o, s, p, d, k in zip(x.shape[2:], v.shape[2:], stride, padding, dilation, w.shape[2:], strict=True)
    ]
    return transposed_convolution(v, w, stride, padding, dilation, missing, groups)


def to_kernel(v: E, x: E, w: E, stride: Any, padding: Any, dilation: Any, groups: int) -> E:
    """Σ over examples and places of the cotangent times the operand: a convolution with roles exchanged."""
    swap = (1, 0, *range(2, len(x.shape)))
    swapped, kernel = x.permute(*swap), v.permute(*swap)
    around = [
        (p, (k - 1) * d + (o - 1) * s + 1 - n - p)
        for n, o, s, p, d, k in zip(x.shape[2:], v.shape[2:], stride, padding, dilation, w.shape[2:], strict=True)
    ]
    found = conv(swapped, kernel, dilation, around, [1] * len(stride), stride, 1, groups)
    return found.permute(*swap)


PRODUCTS: dict[str, Row] = {
    "mm": matmul, "bmm": matmul, "addmm": addmm, "baddbmm": addmm, "addmv": addmv, "mv": matvec, "dot": dot,
    "vdot": dot, "outer": outer, "linear": linear, "_trilinear": trilinear, "convolution": convolution,
    "convolution_backward": convolution_backward,
}  # fmt: skip
