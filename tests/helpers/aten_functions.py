"""Functions of a 4 × 4 tensor, by name: between them they call every row of ATen that is read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812 - as torch names it

Function = Callable[[torch.Tensor], torch.Tensor]
X = torch.arange(16.0).reshape(4, 4)
LABELS, MASK = torch.tensor([1, 0, 3, 2]), torch.tensor([True, False, True, True])
PLACES = torch.tensor([[0, 2, 1, 0], [3, 3, 0, 1]])


def image(function: Function) -> Function:
    """Of a batch of two images of four channels, made of 16 numbers."""
    return lambda w: function(
        torch.cat([w * k for k in (1.0, -0.5, 0.25, 0.7, -1.1, 0.3)], 0)
        .repeat(1, 12)
        .reshape(2, 4, 12, 12)[..., :6, :6]
    )


def kernel(w: torch.Tensor, *shape: int) -> torch.Tensor:
    """A kernel of this shape out of the same numbers."""
    return w.reshape(-1).repeat(-(-int(np.prod(shape)) // 16))[: int(np.prod(shape))].reshape(shape) * 0.3


def positive(name: str) -> Function:
    return lambda w: getattr(torch, name)(w.abs() + 0.2)


def inside(name: str) -> Function:
    return lambda w: getattr(torch, name)(torch.tanh(w) * 0.9)


FUNCTIONS: dict[str, Function] = {
    **{
        name: getattr(torch, name)
        for name in (
            "exp",
            "exp2",
            "expm1",
            "sin",
            "cos",
            "tanh",
            "atan",
            "sinh",
            "cosh",
            "asinh",
            "erf",
            "erfc",
            "abs",
            "neg",
            "square",
            "sigmoid",
            "relu",
            "reciprocal",
            "floor",
            "sign",
        )
    },
    **{name: positive(name) for name in ("log", "log1p", "sqrt", "rsqrt")},
    **{name: inside(name) for name in ("asin", "acos", "atanh", "erfinv", "tan")},
    **{
        name: getattr(F, name)
        for name in (
            "gelu",
            "silu",
            "softplus",
            "elu",
            "selu",
            "celu",
            "leaky_relu",
            "hardtanh",
            "relu6",
            "hardsigmoid",
            "hardswish",
            "mish",
            "logsigmoid",
            "tanhshrink",
            "softsign",
        )
    },
    "gelu, tanh": lambda w: F.gelu(w, approximate="tanh"),
    "softplus, beta": lambda w: F.softplus(w, beta=3, threshold=2),
    "pow 3": lambda w: w**3,
    "pow −2": lambda w: w**-2,
    "pow 2.5": lambda w: (w.abs() + 0.1) ** 2.5,
    "pow of two": lambda w: (w.abs() + 0.1) ** w,
    "base": lambda w: 2.0**w,
    "sub": lambda w: 1 - w,
    "rsub": lambda w: torch.rsub(w, w.T, alpha=3),
    "add alpha": lambda w: torch.add(w, w.T, alpha=0.3),
    "div": lambda w: w / (w.T.abs() + 1),
    "atan2": lambda w: torch.atan2(w, w.T + 5),
    "maximum": lambda w: torch.maximum(w, w.T * 0.5),
    "minimum": lambda w: torch.minimum(w, w.T * 0.5),
    "clamp": lambda w: w.clamp(-0.3, 0.6),
    "clamp_min": lambda w: w.clamp_min(0.1),
    "where": lambda w: torch.where(w > 0.1, w, w * w),
    "masked_fill": lambda w: w.masked_fill(MASK, 2.0),
    "addcmul": lambda w: torch.addcmul(w, w, w.T, value=0.5),
    "addcdiv": lambda w: torch.addcdiv(w, w, w.T.abs() + 1, value=0.5),
    "lerp": lambda w: torch.lerp(w, w.T, 0.3),
    "sum": lambda w: w.sum(0),
    "mean": lambda w: w.mean((0, 1)),
    "var": lambda w: w.var(1),
    "std": lambda w: w.std(0, unbiased=False),
    "var_mean": lambda w: torch.var_mean(w, 1)[0],
    "amax": lambda w: w.amax(1),
    "amin": lambda w: w.amin(),
    "max": lambda w: w.max(1)[0],
    "max of all": lambda w: w.max(),
    "min": lambda w: w.min(0, keepdim=True)[0],
    "prod": lambda w: (w + 2).prod(1),
    "prod of all": lambda w: (w[0] + 2).prod(),
    "norm": lambda w: w.norm(dim=1),
    "norm 1": lambda w: w.norm(p=1),
    "norm 3": lambda w: torch.linalg.vector_norm(w, 3, dim=0),
    "logsumexp": lambda w: torch.logsumexp(w, 1),
    "softmax": lambda w: w.softmax(0),
    "log_softmax": lambda w: w.log_softmax(1),
    "cumsum": lambda w: w.cumsum(1),
    "cumprod": lambda w: (w + 2).cumprod(0),
    "sort": lambda w: w.sort(1)[0],
    "topk": lambda w: w.topk(2, 1)[0],
    "median": lambda w: w.median(1)[0],
    "kthvalue": lambda w: w.kthvalue(2, 0)[0],
    "mm": lambda w: w @ w,
    "bmm": lambda w: torch.bmm(w[None], w[None]),
    "mv": lambda w: w @ w[0],
    "dot": lambda w: w[0].dot(w[1]),
    "addmm": lambda w: torch.addmm(w, w, w, beta=0.5, alpha=2),
    "baddbmm": lambda w: torch.baddbmm(w[None], w[None], w[None]),
    "outer": lambda w: torch.outer(w[0], w[1]),
    "einsum": lambda w: torch.einsum("ij,kj->ik", w, w),
    "linear": lambda w: F.linear(w, w, w[0]),
    "cat": lambda w: torch.cat([w, w * 2], 1),
    "stack": lambda w: torch.stack([w, w.T], 1),
    "repeat": lambda w: w.repeat(2, 1),
    "flip": lambda w: w.flip(0),
    "roll": lambda w: w.roll(1, 0),
    "pad": lambda w: F.pad(w, (1, -1, 2, 0), value=0.5),
    "tril": lambda w: w.tril(),
    "triu": lambda w: w.triu(1),
    "diagonal": lambda w: w.diagonal(1),
    "unfold": lambda w: w.unfold(1, 2, 1),
    "split": lambda w: torch.cat(w.split(2)[::-1]),
    "chunk": lambda w: w.chunk(2, 1)[1],
    "slice": lambda w: w[1:, ::2],
    "expand": lambda w: w[0].expand(3, 4),
    "permute": lambda w: w.reshape(2, 2, 4).permute(2, 0, 1),
    "as_strided": lambda w: w.as_strided((3, 3), (4, 1), 1),
    "index": lambda w: w[LABELS],
    "index pairs": lambda w: w[LABELS, [0, 0, 1, 1]],
    "index mask": lambda w: w[MASK],
    "index_select": lambda w: w.index_select(1, LABELS),
    "gather": lambda w: w.gather(0, PLACES),
    "scatter": lambda w: (w * 0.5).scatter(0, PLACES, w[:2]),
    "scatter_add": lambda w: w.scatter_add(0, PLACES, w[:2]),
    "index_add": lambda w: w.index_add(0, LABELS[:2], w[:2], alpha=2),
    "index_put": lambda w: w.index_put((LABELS[:2],), w[:2], accumulate=True),
    "take_along_dim": lambda w: torch.take_along_dim(w, PLACES, 0),
    "embedding": lambda w: F.embedding(PLACES, w, padding_idx=3),
    "embedding by hand": lambda w: F.one_hot(LABELS, 4).to(w.dtype) @ w,
    "cosine": lambda w: F.cosine_similarity(w, w.T + 3),
    "mse": lambda w: F.mse_loss(w, w.T * 0.5),
    "smooth l1": lambda w: F.smooth_l1_loss(w, w.T * 0.1, beta=0.7),
    "huber": lambda w: F.huber_loss(w, w.T * 0.1),
    "l1": lambda w: F.l1_loss(w, w.T * 0.1 + 3),
    "bce": lambda w: F.binary_cross_entropy(torch.sigmoid(w), torch.full_like(w, 0.3)),
    "bce with logits": lambda w: F.binary_cross_entropy_with_logits(
        w, torch.full_like(w, 0.3), pos_weight=torch.full_like(w[0], 2.0)
    ),
    "cross entropy": lambda w: F.cross_entropy(w, LABELS, label_smoothing=0.1),
    "cross entropy, ignored": lambda w: F.cross_entropy(w, torch.tensor([1, -100, 3, 2])),
    "nll, weights": lambda w: F.nll_loss(
        w.log_softmax(1), LABELS, weight=torch.tensor([1.0, 2, 3, 0.5], dtype=w.dtype)
    ),
    "nll sum": lambda w: F.nll_loss(w, LABELS, reduction="sum"),
    "kl": lambda w: F.kl_div(w.log_softmax(1), w.T.softmax(1).detach(), reduction="batchmean"),
    "layer norm": lambda w: F.layer_norm(w, (4,), w[0], w[1]),
    "rms norm": lambda w: F.rms_norm(w, (4,), w[0], eps=1e-3),
    "batch norm": lambda w: F.batch_norm(w, None, None, w[0], w[1], training=True),
    "batch norm, evaluated": lambda w: F.batch_norm(w, torch.ones_like(w[0]), torch.full_like(w[0], 2.0), w[0], w[1]),
    "group norm": image(lambda x: F.group_norm(x, 2, x[0, :, 0, 0], x[0, :, 1, 1])),
    "instance norm": image(lambda x: F.instance_norm(x)),
    "conv1d": lambda w: F.conv1d(w.reshape(1, 2, 8), kernel(w, 3, 2, 3), w[0, :3], padding=1, stride=2),
    "conv2d": lambda w: image(lambda x: F.conv2d(x, kernel(w, 3, 4, 3, 3), stride=2, padding=1))(w),
    "conv2d, dilated": lambda w: image(lambda x: F.conv2d(x, kernel(w, 2, 4, 2, 3), dilation=2))(w),
    "conv2d, groups": lambda w: image(lambda x: F.conv2d(x, kernel(w, 4, 2, 3, 2), w[0], groups=2, stride=(1, 2)))(w),
    "conv2d, depthwise": lambda w: image(lambda x: F.conv2d(x, kernel(w, 4, 1, 3, 3), groups=4))(w),
    "conv transposed": lambda w: image(
        lambda x: F.conv_transpose2d(x, kernel(w, 4, 3, 3, 2), stride=2, padding=1, output_padding=1)
    )(w),
    "conv transposed, groups": lambda w: image(
        lambda x: F.conv_transpose2d(x, kernel(w, 4, 3, 2, 2), groups=2, dilation=2)
    )(w),
    "conv3d": lambda w: F.conv3d(w.reshape(1, 1, 4, 2, 2), kernel(w, 2, 1, 2, 2, 1)),
    "max pool": image(lambda x: F.max_pool2d(x, 2)),
    "max pool, padded": image(lambda x: F.max_pool2d(x, 3, stride=2, padding=1)),
    "avg pool": image(lambda x: F.avg_pool2d(x, 3, stride=2, padding=1)),
    "avg pool, counted": image(lambda x: F.avg_pool2d(x, 2, padding=1, count_include_pad=False)),
    "adaptive avg pool": image(lambda x: F.adaptive_avg_pool2d(x, 4)),
    "adaptive max pool": image(lambda x: F.adaptive_max_pool2d(x, 4)),
    "attention": lambda w: F.scaled_dot_product_attention(
        w.reshape(1, 2, 2, 4), w.reshape(1, 2, 2, 4) * 2, w.reshape(1, 2, 2, 4)
    ),
    "attention, mask": lambda w: F.scaled_dot_product_attention(
        *[w.reshape(1, 2, 2, 4)] * 3, attn_mask=torch.tensor([[0.0, -1.0], [0.5, 0.0]], dtype=w.dtype)
    ),
    "attention, grouped": lambda w: F.scaled_dot_product_attention(
        w.reshape(1, 4, 2, 2), w[:2].reshape(1, 2, 2, 2), w[2:].reshape(1, 2, 2, 2), enable_gqa=True
    ),
    "attention, mask by a logarithm": lambda w: F.scaled_dot_product_attention(
        *[w.reshape(1, 1, 4, 4)] * 3, attn_mask=torch.tril(torch.ones(4, 4, dtype=w.dtype)).log()
    ),
    "pixel shuffle": image(lambda x: F.pixel_shuffle(x, 2)),
    "normalize": lambda w: F.normalize(w),
    "pairwise": lambda w: F.pairwise_distance(w, w.T + 4),
    "logaddexp": lambda w: torch.logaddexp(w, w.T),
    "xlogy": lambda w: torch.xlogy(w, w.T.abs() + 1),
    "trace": lambda w: w.trace(),
    "kron": lambda w: torch.kron(w[:2, :2], w),
    "cdist by hand": lambda w: (w[:, None] - w[None] + 1).square().sum(-1).sqrt(),
    "dropout": lambda w: F.dropout(w, 0.5),
    "interpolate": image(lambda x: F.interpolate(x, scale_factor=2)),
    "glu": lambda w: F.glu(w),
    "prelu": lambda w: F.prelu(w, w[0]),
    "weight norm": lambda w: torch._weight_norm(w, w[:, :1] + 2, 0),
    "weight norm of columns": lambda w: torch._weight_norm(w, w[:1] + 2, 1),
    "bilinear": lambda w: F.bilinear(w, w[:, :2], kernel(w, 3, 4, 2), w[0, :3]),
    "embedding bag": lambda w: F.embedding_bag(PLACES, w, mode="mean"),
    "embedding bag, weighted": lambda w: F.embedding_bag(PLACES, w, mode="sum", per_sample_weights=w[:2] * 0.5),
    "cdist": lambda w: torch.cdist(w, w[:3] + 5),
    "cdist, order 1": lambda w: torch.cdist(w, w[:3] + 5, p=1),
    "cdist, by a product": lambda w: torch.cdist(w.repeat(7, 1), w[:3] + 5),
    "interpolate, linear": lambda w: F.interpolate(w[None], size=7, mode="linear"),
    "interpolate, bilinear": image(lambda x: F.interpolate(x, size=(5, 9), mode="bilinear")),
    "interpolate, bilinear, by 1.7": image(lambda x: F.interpolate(x, scale_factor=1.7, mode="bilinear")),
    "interpolate, aligned": image(lambda x: F.interpolate(x, size=(11, 4), mode="bilinear", align_corners=True)),
    "interpolate, bicubic": image(lambda x: F.interpolate(x, size=(5, 9), mode="bicubic")),
    "interpolate, bicubic, aligned": image(lambda x: F.interpolate(x, size=(7, 8), mode="bicubic", align_corners=True)),
    "reflected": image(lambda x: F.pad(x, (1, 2, 3, 0), mode="reflect")),
    "replicated": lambda w: F.pad(w, (2, 1), mode="replicate"),
    "interpolate, trilinear": lambda w: F.interpolate(w.reshape(1, 1, 4, 2, 2), size=(3, 3, 5), mode="trilinear"),
    "interpolate, nearest of 3": image(lambda x: F.interpolate(x, size=(4, 9), mode="nearest-exact")),
    "interpolate, nearest, 1d": lambda w: F.interpolate(w[None], size=7),
    "an LSTM of two layers, both ways": lambda w: torch.func.functional_call(
        torch.nn.LSTM(4, 3, num_layers=2, bidirectional=True).to(w.dtype),
        {"weight_ih_l0": kernel(w, 12, 4)},
        (w[None],),
    )[0],
}
