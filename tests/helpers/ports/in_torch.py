"""The models as torch has them. Each `NAME(dtype)` gives a step, and its module's parameters as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as torch names it

D, HEADS, LENGTH, WORDS = 6, 2, 4, 7


class MLP(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.norm, self.middle, self.out = (
            nn.Linear(4, 5),
            nn.LayerNorm(5),
            nn.Linear(5, 5),
            nn.Linear(5, 3),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(F.leaky_relu(self.middle(F.gelu(self.norm(self.inner(x)))), 0.01))


class ResNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 3, 3, stride=2, padding=1, bias=False)
        self.second = nn.Conv2d(3, 3, 3, padding=1)
        self.shortcut = nn.Conv2d(2, 3, 1, stride=2)
        self.norm, self.other, self.out = nn.BatchNorm2d(3), nn.BatchNorm2d(3), nn.Linear(27, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.other(self.second(torch.relu(self.norm(self.first(x)))))
        return self.out(torch.relu(h + self.shortcut(x)).flatten(1))


class CausalTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, D), nn.Parameter(torch.randn(LENGTH + 3, D))
        self.before, self.after = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.back = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down, self.out = nn.Linear(D, 4 * D), nn.Linear(4 * D, D), nn.Linear(D, WORDS)

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = (part.unflatten(-1, (HEADS, D // HEADS)).transpose(0, 1) for part in self.qkv(x).chunk(3, -1))
        scores = q @ k.mT / (D // HEADS) ** 0.5
        hidden = torch.ones(len(x), len(x), dtype=torch.bool).triu(1)
        weights = torch.softmax(scores.masked_fill(hidden, float("-inf")), -1)
        return self.back((weights @ v).transpose(0, 1).flatten(1))

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.words(words) * D**0.5 + self.places[: len(words)]
        x = x + self.attention(self.before(x))
        return self.out(x + self.down(F.gelu(self.up(self.after(x)))))


class Recurrent(nn.Module):
    def __init__(self, cell: Callable[..., nn.Module]) -> None:
        super().__init__()
        self.cell, self.out = cell(3, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.cell(x)
        return self.out(states[:, -1])


class ConvNeXt(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.deep = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.norm, self.up, self.down = nn.LayerNorm(4, eps=1e-6), nn.Linear(4, 16), nn.Linear(16, 4)
        self.scale, self.out = nn.Parameter(torch.randn(4)), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.norm(self.deep(x).permute(0, 2, 3, 1))
        h = self.down(F.gelu(self.up(h))) * self.scale
        return self.out((x + h.permute(0, 3, 1, 2)).mean((-2, -1)))


def classes(model: nn.Module, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return F.cross_entropy(model(x), labels)


def squares(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return F.mse_loss(model(x), y)


def _images(channels: int) -> Callable[[], tuple[Any, Any]]:
    return lambda: (torch.randn(2, channels, 6, 6), torch.randn(2, 2))


MODELS: dict[str, tuple[Callable[[], nn.Module], Any, Callable[[], tuple[Any, Any]]]] = {
    "mlp": (MLP, classes, lambda: (torch.randn(5, 4), torch.tensor([0, 1, 2, 1, 0]))),
    "resnet": (ResNet, squares, _images(2)),
    "transformer": (CausalTransformer, classes, lambda: (torch.tensor([3, 0, 6, 2]), torch.tensor([0, 6, 2, 5]))),
    "lstm": (lambda: Recurrent(nn.LSTM), squares, lambda: (torch.randn(3, 4, 3), torch.randn(3, 2))),
    "gru": (lambda: Recurrent(nn.GRU), squares, lambda: (torch.randn(3, 4, 3), torch.randn(3, 2))),
    "convnext": (ConvNeXt, squares, _images(4)),
}


def made(name: str, dtype: torch.dtype) -> tuple[Any, tuple[nn.Module, Any, Any]]:
    """A step: the loss, and the module with its data. Norms have weights and shifts of their own."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model, loss, data = MODELS[name]
        module = model()
        for key, p in module.named_parameters():
            if p.dim() == 1:
                p.data.normal_(mean=1.0 if "weight" in key or key == "scale" else 0.0, std=0.5)
        x, y = data()
    held = (t.to(dtype) if t.is_floating_point() else t for t in (x, y))
    return loss, (module.to(dtype), *held)
