"""Backends that are right but for one planted error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.shapes import Array
from backproof.reference.protocol import Traits

Harm = Callable[[Array], Array]


@dataclass(frozen=True)
class Harmed:
    """The manual module with one part of its answer changed; `shown=False` keeps z, a and δ to itself."""

    harm: Harm
    part: str = "nabla_w"
    layer: int = 1
    shown: bool = True
    name: str = "harmed"
    version: str = "0"
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = backprop(pack)
        answer = {name: getattr(got, name) for name in ("nabla_w", "nabla_b", "delta", "z", "a", "cost")}
        parts = list(answer[self.part])
        if self.layer <= len(parts):
            parts[self.layer - 1] = self.harm(parts[self.layer - 1].copy())
        answer[self.part] = tuple(parts)
        if not self.shown:
            answer.update(delta=None, z=None, a=None, cost=None)
        return Gradients(**answer)


def one_entry(factor: float, seed: int = 0) -> Harm:
    """One nonzero entry of each case, chosen at random, times a factor."""

    def harm(part: Array) -> Array:
        rng = np.random.default_rng(seed)
        for case in part:
            nonzero = np.argwhere(case != 0)
            if len(nonzero):
                case[tuple(rng.choice(nonzero))] *= factor
        return part

    return harm
