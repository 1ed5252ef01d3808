"""Training steps of torch, small: (loss, (first, *rest)) by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as torch names it
from torch.utils.checkpoint import checkpoint

Step = tuple[Callable[..., Any], tuple[Any, ...]]


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.second, self.norm2 = nn.Conv2d(3, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3)
        self.pool, self.out = nn.MaxPool2d(2), nn.Linear(12, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = F.relu(self.norm(self.first(x)))
        return self.out(self.pool(F.relu(x + self.norm2(self.second(inner)))).flatten(1))


class Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.group = nn.Conv2d(2, 4, 3, stride=2), nn.GroupNorm(2, 4)
        self.layer, self.pool = nn.LayerNorm([4, 2, 2]), nn.AdaptiveAvgPool2d(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(F.silu(self.layer(F.gelu(self.group(self.conv(x))))))


class Embedded(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table, self.inner, self.out = nn.Embedding(7, 6, padding_idx=0), nn.Linear(6, 6), nn.Linear(6, 7)

    def forward(self, index: torch.Tensor) -> torch.Tensor:
        x = self.table(index)
        return F.log_softmax(self.out(x + torch.tanh(self.inner(x))), -1)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.qkv(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)


class Autocast(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(5, 6), nn.GELU(), nn.LayerNorm(6), nn.Linear(6, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return self.inner(x)


def mean_square(module: nn.Module, *x: torch.Tensor) -> torch.Tensor:
    out = module(*x)
    return (out[0] if isinstance(out, tuple) else out).float().square().mean()


def against(target: torch.Tensor) -> Callable[..., torch.Tensor]:
    return lambda module, x: (module(x).float() * target).mean()


def encoder() -> Step:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.1)
    return against(torch.randn(2, 5, 8)), (layer, torch.randn(2, 5, 8))


def checkpointed() -> Step:
    inner = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    return (lambda module, x: checkpoint(module, x, use_reentrant=False).square().sum()), (inner, torch.randn(3, 4))


MODULES: dict[str, Callable[[], Step]] = {
    "transformer encoder layer": encoder,
    "residual block, batch norm": lambda: (mean_square, (Residual(), torch.randn(2, 3, 4, 4))),
    "group and layer norm": lambda: (mean_square, (Normed(), torch.randn(2, 2, 6, 6))),
    "LSTM": lambda: (mean_square, (nn.LSTM(3, 4, batch_first=True), torch.randn(2, 3, 3))),
    "GRU": lambda: (mean_square, (nn.GRU(3, 4, batch_first=True), torch.randn(2, 3, 3))),
    "embedding, residual": lambda: (mean_square, (Embedded(), torch.randint(0, 7, (2, 5)))),
    "attention in bfloat16": lambda: (mean_square, (Attention().bfloat16(), torch.randn(2, 5, 8).bfloat16())),
    "autocast": lambda: (mean_square, (Autocast(), torch.randn(4, 5))),
    "checkpoint": checkpointed,
}


def made(name: str, seed: int = 0) -> Step:
    """A step from this seed; the generator is left as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return MODULES[name]()
