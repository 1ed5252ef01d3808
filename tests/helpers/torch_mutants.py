"""Mutants made from any function of torch: the right pullback by autograd, then changed in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch

Function = Callable[..., torch.Tensor]
Change = Callable[[list[torch.Tensor], tuple[torch.Tensor, ...], torch.Tensor], list[torch.Tensor] | None]
"""Cotangents, operands, the result's cotangent → changed cotangents; None where it does not apply."""


class TorchMutant(NamedTuple):
    """A function with a planted backward, and operands for it."""

    name: str
    apply: Callable[..., torch.Tensor]
    operands: tuple[torch.Tensor, ...]


def with_backward(name: str, forward: Function, backward: Function | None, change: Change | None) -> Any:
    """An autograd.Function of this name: `backward`, a function to differentiate, or `forward`'s own, changed."""

    def run(ctx: Any, *operands: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(*operands)
        return forward(*operands)

    def pull(ctx: Any, v: torch.Tensor) -> tuple[torch.Tensor, ...]:
        operands = ctx.saved_tensors
        with torch.enable_grad():
            leaves = [x.detach().requires_grad_(True) for x in operands]
            out = (backward or forward)(*leaves)
            found = list(torch.autograd.grad(out, leaves, v, allow_unused=True))
        whole = [torch.zeros_like(x) if g is None else g for g, x in zip(found, operands, strict=True)]
        return tuple(whole if change is None else change(whole, operands, v) or whole)

    return type(name, (torch.autograd.Function,), {"forward": staticmethod(run), "backward": staticmethod(pull)})


def negated(k: int) -> Change:
    return lambda g, x, v: [-t if i == k else t for i, t in enumerate(g)] if k < len(g) else None


def dropped(k: int) -> Change:
    return lambda g, x, v: [torch.zeros_like(t) if i == k else t for i, t in enumerate(g)] if k < len(g) else None


def transposed(g: list[torch.Tensor], x: Any, v: Any) -> list[torch.Tensor] | None:
    square = [i for i, t in enumerate(g) if t.ndim == 2 and t.shape[0] == t.shape[1]]
    return [t.mT.contiguous() if i == square[0] else t for i, t in enumerate(g)] if square else None


def first_for_the_sum(g: list[torch.Tensor], x: Any, v: torch.Tensor) -> list[torch.Tensor] | None:
    small = [i for i, t in enumerate(g) if t.ndim == 1 and v.ndim == 2 and t.shape[0] == v.shape[1]]
    return [v[0].clone() if i == small[0] else t for i, t in enumerate(g)] if small else None


def mean_for_the_sum(g: list[torch.Tensor], x: Any, v: torch.Tensor) -> list[torch.Tensor] | None:
    small = [i for i, t in enumerate(g) if t.ndim == 1 and v.ndim == 2]
    return [t / v.shape[0] if i == small[0] else t for i, t in enumerate(g)] if small else None


def mask_left_out(g: list[torch.Tensor], x: Any, v: torch.Tensor) -> list[torch.Tensor] | None:
    return [v.clone(), *g[1:]] if g[0].shape == v.shape and bool((g[0] == 0).any()) else None


def one_part_in_a_million(k: int) -> Change:
    return lambda g, x, v: [t * (1 + 1e-6) if i == k else t for i, t in enumerate(g)] if k < len(g) else None


def one_entry(k: int) -> Change:
    def change(g: list[torch.Tensor], x: Any, v: Any) -> list[torch.Tensor] | None:
        if k >= len(g):
            return None
        moved = g[k].clone()
        place = int(moved.abs().argmax())
        moved.view(-1)[place] *= 1.01
        return [moved if i == k else t for i, t in enumerate(g)]

    return change


CHANGES: dict[str, Change] = {
    **{f"sign of operand {k}": negated(k) for k in range(3)},
    **{f"operand {k} dropped": dropped(k) for k in range(3)},
    **{f"operand {k} off by a millionth": one_part_in_a_million(k) for k in range(3)},
    **{f"one entry of operand {k}": one_entry(k) for k in range(3)},
    "transposed": transposed,
    "ct[0] for the sum": first_for_the_sum,
    "mean for sum": mean_for_the_sum,
    "mask left out": mask_left_out,
}


def normalised(x: torch.Tensor, eps: float = 1e-2, inside: bool = True) -> torch.Tensor:
    centred = x - x.mean(-1, keepdim=True)
    spread = centred.square().mean(-1, keepdim=True)
    return centred / ((spread + eps).sqrt() if inside else spread.sqrt() + eps)


FUNCTIONS: dict[str, tuple[Function, str]] = {
    "affine": (lambda x, w, b: x @ w + b, "mmv"),
    "matmul": (lambda x, w: x @ w, "mm"),
    "scale": (lambda x, w: x * w, "mv"),
    "shift": (lambda x, b: x + b, "mv"),
    "relu": (lambda x: torch.relu(x), "m"),
    "leaky": (lambda x: torch.nn.functional.leaky_relu(x, 0.1), "m"),
    "tanh": (lambda x: torch.tanh(x), "m"),
    "gelu": (lambda x: torch.nn.functional.gelu(x), "m"),
    "silu_times": (lambda x, y: torch.nn.functional.silu(x) * y, "mm"),
    "layer_norm": (lambda x, w, b: normalised(x) * w + b, "mvv"),
    "rms_norm": (lambda x, w: x * (x.square().mean(-1, keepdim=True) + 1e-3).rsqrt() * w, "mv"),
    "softmax": (lambda x: torch.softmax(x, -1), "m"),
    "log_softmax": (lambda x: torch.log_softmax(x, -1), "m"),
    "attention": (lambda q, k, v: torch.softmax(q @ k.mT / 2.0, -1) @ v, "mmm"),
    "clamp": (lambda x: x.clamp(-0.5, 0.5), "m"),
    "divide": (lambda x, y: x / (1 + y.square()), "mm"),
    "power": (lambda x: (x.square() + 1) ** 1.5, "m"),
    "masked": (lambda x: torch.where(x > 0, x * 2, torch.zeros_like(x)), "m"),
    "cumulative": (lambda x: x.cumsum(-1), "m"),
    "mean_of": (lambda x, w: (x * w).mean(-1, keepdim=True).expand_as(x) * x, "mv"),
    "exponential": (lambda x, b: torch.exp(0.3 * x + b), "mv"),
    "sine": (lambda x, w: torch.sin(x * w), "mv"),
    "outer_sum": (lambda x, y: (x.unsqueeze(1) * y.unsqueeze(2)).sum(1), "mm"),
}

BY_HAND: dict[str, tuple[Function, Function, str]] = {
    "detached mean": (
        lambda x: x - x.mean(-1, keepdim=True),
        lambda x: x - x.mean(-1, keepdim=True).detach(),
        "m",
    ),
    "detached spread": (
        lambda x: normalised(x),
        lambda x: (x - x.mean(-1, keepdim=True)) / (x.detach().var(-1, unbiased=False, keepdim=True) + 1e-2).sqrt(),
        "m",
    ),
    "epsilon outside": (normalised, lambda x: normalised(x, inside=False), "m"),
    "softmax without its sum": (
        lambda x: torch.softmax(x, -1),
        lambda x: torch.exp(x) / x.exp().sum(-1, keepdim=True).detach(),
        "m",
    ),
    "unscaled scores": (
        lambda q, k, v: torch.softmax(q @ k.mT / 2.0, -1) @ v,
        lambda q, k, v: torch.softmax(q @ k.mT, -1) @ v,
        "mmm",
    ),
    "straight through": (lambda x: x.clamp(-0.5, 0.5), lambda x: x * 1.0, "m"),
}


def operands(kinds: str, rng: torch.Generator) -> tuple[torch.Tensor, ...]:
    """m: a 4 × 4 matrix; v: a vector of 4."""
    return tuple(torch.randn((4, 4) if kind == "m" else (4,), generator=rng) for kind in kinds)


def mutants() -> Iterator[TorchMutant]:
    """Every function with every change that applies to it, and the ones by hand."""
    rng = torch.Generator().manual_seed(1)
    for name, (function, kinds) in FUNCTIONS.items():
        given = operands(kinds, rng)
        for said, change in CHANGES.items():
            if _applies(function, given, change):
                planted = with_backward(f"planted_{name}", function, None, change)
                yield TorchMutant(f"{name}: {said}", planted.apply, given)
    for said, (function, other, kinds) in BY_HAND.items():
        planted = with_backward("planted_by_hand", function, other, None)
        yield TorchMutant(said, planted.apply, operands(kinds, rng))


def _applies(function: Function, given: tuple[torch.Tensor, ...], change: Change) -> bool:
    leaves = [x.clone().requires_grad_(True) for x in given]
    out = function(*leaves)
    v = torch.randn(out.shape, generator=torch.Generator().manual_seed(2))
    right = list(torch.autograd.grad(out, leaves, v))
    changed = change(right, given, v)
    return changed is not None and any(not torch.equal(a, b) for a, b in zip(right, changed, strict=True))
