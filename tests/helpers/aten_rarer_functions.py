"""More functions of a 4 × 4 tensor: systems, special functions, sampling, and what else is met less often."""

from __future__ import annotations

import torch
from helpers.aten_functions import LABELS, MASK, PLACES, Function, image, kernel
from torch.nn import functional as F  # noqa: N812 - as torch names it

DEFINITE = torch.eye(4, dtype=torch.float64) * 6


def sampled(mode: str, padding: str, aligned: bool) -> Function:
    """An image read inside and outside."""
    return lambda w: F.grid_sample(
        kernel(w, 1, 2, 4, 5), torch.tanh(w.reshape(1, 2, 4, 2)) * 1.7, mode, padding, align_corners=aligned
    )


FUNCTIONS: dict[str, Function] = {
    "solve": lambda w: torch.linalg.solve(DEFINITE.to(w.dtype) + w, w),
    "solve for a vector": lambda w: torch.linalg.solve(DEFINITE.to(w.dtype) + w.T, w[0]),
    "solve from the right": lambda w: torch.linalg.solve(DEFINITE.to(w.dtype) + w, w, left=False),
    "inverse": lambda w: torch.linalg.inv(DEFINITE.to(w.dtype) + w),
    "solve a triangle": lambda w: torch.linalg.solve_triangular(DEFINITE.to(w.dtype) + w, w, upper=False),
    "cholesky": lambda w: torch.linalg.cholesky(w @ w.T + DEFINITE.to(w.dtype)),
    "cholesky, upper": lambda w: torch.linalg.cholesky(w @ w.T + DEFINITE.to(w.dtype), upper=True),
    "log of a determinant": lambda w: torch.logdet(w @ w.T + DEFINITE.to(w.dtype)),
    "qr": lambda w: torch.cat(torch.linalg.qr(w[:, :3])),
    "matrix_exp": lambda w: torch.linalg.matrix_exp(torch.stack([w, 0.1 * w.mT])),
    "slogdet": lambda w: torch.linalg.slogdet(w)[1],
    "determinant": lambda w: torch.linalg.det(w),
    "solve, stacked": lambda w: torch.linalg.solve(
        torch.stack([DEFINITE.to(w.dtype) + w, DEFINITE.to(w.dtype) - w.mT]), w.expand(2, 4, 4)
    ),
    "logs of determinants": lambda w: torch.logdet(torch.stack([w @ w.T, w.T @ w]) + DEFINITE.to(w.dtype)),
    "determinants": lambda w: torch.linalg.det(torch.stack([w, w + 1])),
    "pseudo-inverse, tall": lambda w: torch.linalg.pinv(w[:, :2]),
    "pseudo-inverse, wide": lambda w: torch.linalg.pinv(w[:3]),
    "least squares": lambda w: torch.linalg.lstsq(w[:, :2], w[:, 2:]).solution,
    "threshold": lambda w: F.threshold(w, 0.1, 0.7),
    "softshrink": lambda w: F.softshrink(w, 0.3),
    "hardshrink": lambda w: F.hardshrink(w, 0.3),
    "rrelu": lambda w: F.rrelu(w, training=True),
    "rrelu, evaluated": lambda w: F.rrelu(w),
    "fmod": lambda w: torch.fmod(w * 3, w.T.abs() + 0.3),
    "fmod of a number": lambda w: torch.fmod(w * 3, 0.7),
    "remainder": lambda w: torch.remainder(w * 3, w.T + 0.1),
    "remainder of a number": lambda w: torch.remainder(w * 3, 0.7),
    "frac": lambda w: torch.frac(w * 3),
    "trunc": lambda w: torch.trunc(w * 3) + w,
    "log2": lambda w: torch.log2(w.abs() + 0.1),
    "log10": lambda w: torch.log10(w.abs() + 0.1),
    "hypot": lambda w: torch.hypot(w, w.T),
    "sinc": torch.sinc,
    "logit": lambda w: torch.logit(torch.sigmoid(w)),
    "logit, clamped": lambda w: torch.logit(torch.sigmoid(w), eps=0.3),
    "nan_to_num": lambda w: torch.nan_to_num(torch.where(w > 0.1, w, float("nan"))) * w,
    "lgamma": lambda w: torch.lgamma(w.abs() + 0.3),
    "digamma": lambda w: torch.digamma(w.abs() + 0.3),
    "polygamma": lambda w: torch.polygamma(1, w.abs() + 0.3),
    "entr": lambda w: torch.special.entr(w.abs() + 0.3),
    "i0": torch.i0,
    "i0e": torch.special.i0e,
    "i1": torch.special.i1,
    "i1e": torch.special.i1e,
    "cummax": lambda w: w.cummax(1)[0],
    "cummin": lambda w: w.cummin(0)[0],
    "logcumsumexp": lambda w: w.logcumsumexp(1),
    "aminmax": lambda w: w.aminmax()[0] * w.aminmax()[1],
    "aminmax of rows": lambda w: torch.stack(w.aminmax(dim=1)),
    "channel shuffle": image(lambda x: F.channel_shuffle(x, 2)),
    "index_copy": lambda w: (w * 0.5).index_copy(0, LABELS[:2], w[2:]),
    "masked_select": lambda w: w.masked_select(w > 0),
    "masked_scatter": lambda w: (w * 0.5).masked_scatter(MASK, w.T * 2),
    "max unpool": image(lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2)),
    **{
        f"scatter_reduce, {how}{'' if own else ', others alone'}": (
            lambda w, how=how, own=own: (w + 3).scatter_reduce(0, PLACES, w[:2] + 2.5, how, include_self=own)
        )
        for how in ("sum", "mean", "prod", "amax", "amin")
        for own in (True, False)
    },
    "embedding bag, largest": lambda w: F.embedding_bag(PLACES, w, mode="max"),
    "columns": image(lambda x: F.unfold(x, (3, 2), padding=1, stride=2, dilation=(1, 2))),
    "columns as an image": lambda w: F.fold(w.reshape(1, 4, 4), (3, 3), 2),
    "packed": lambda w: torch.nn.utils.rnn.pack_padded_sequence(w.reshape(4, 2, 2), [4, 2]).data,
    "packed, examples first": lambda w: (
        torch.nn.utils.rnn.pack_padded_sequence(w.reshape(2, 4, 2), [3, 2], batch_first=True).data
    ),
    "cross": lambda w: torch.linalg.cross(w[:, :3], w[:, 1:]),
    "affine grid": lambda w: F.affine_grid(w.reshape(-1)[:6].reshape(1, 2, 3), (1, 4, 3, 5), align_corners=False),
    "affine grid of volumes": lambda w: F.affine_grid(
        w.reshape(-1)[:12].reshape(1, 3, 4), (1, 4, 3, 2, 2), align_corners=True
    ),
    **{
        f"grid sample, {mode}, {padding}{', aligned' if aligned else ''}": sampled(mode, padding, aligned)
        for mode in ("bilinear", "nearest", "bicubic")
        for padding in ("zeros", "border", "reflection")
        for aligned in (False, True)
    },
    "grid sample of volumes": lambda w: F.grid_sample(
        kernel(w, 1, 2, 3, 2, 2), torch.tanh(kernel(w, 1, 2, 2, 1, 3) * 5), align_corners=False
    ),
}
