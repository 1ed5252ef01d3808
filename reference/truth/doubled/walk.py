"""One forward and one backward pass over a whole pack in pairs of floats."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....manual.case import Architecture, Pack
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from .number import Doubled, exact, total
from .products import product
from .rows import ACTIVATIONS, HEADS, ONE

HandOver = Callable[[str, int, Doubled], Doubled]
"""What the next equation works from, given the part (z, a or delta), the index of its layer and the result."""


def covers(architecture: Architecture) -> bool:
    """Whether every activation and the cost have a row here."""
    names = architecture.activations
    return set(names) <= set(ACTIVATIONS) and (architecture.cost, names[-1]) in HEADS


def walk(pack: Pack, computed: Gradients[Array] | None) -> Gradients[Doubled]:
    """Every part of every case: end to end, or, from a program's own floats, each equation alone."""

    def hand_over(part: str, index: int, result: Doubled) -> Doubled:
        shown = None if computed is None else getattr(computed, part)
        return result if shown is None else exact(shown[index])

    with np.errstate(all="ignore"):
        return _walk(pack, hand_over)


def _walk(pack: Pack, hand_over: HandOver) -> Gradients[Doubled]:
    architecture = pack.architecture
    names, head = architecture.activations, HEADS[architecture.cost, architecture.activations[-1]]
    weights, y, share = [exact(w) for w in pack.weights], exact(pack.y), _share(pack)
    z, a, delta = [], [], []
    fed_z, fed_a = [], [exact(pack.x)]
    for i, name in enumerate(names):
        z.append(product(weights[i], fed_a[i]) + exact(pack.biases[i][..., None]))
        fed_z.append(hand_over("z", i, z[i]))
        a.append(ACTIVATIONS[name].value(fed_z[i]))
        fed_a.append(hand_over("a", i, a[i]))
    output = fed_z[-1], fed_a[-1], y
    delta.append(_weighted(head.delta(*output), pack) * share)
    fed_delta = [hand_over("delta", len(names) - 1, delta[0])]
    for i in range(len(names) - 2, -1, -1):
        delta.insert(0, ACTIVATIONS[names[i]].pull(fed_z[i], product(weights[i + 1].mT, fed_delta[0])))
        fed_delta.insert(0, hand_over("delta", i, delta[0]))
    cost = total(_weighted(total(head.terms(*output), axis=-2), pack), axis=-1) * share
    nabla_w = [product(d, below.mT) for d, below in zip(fed_delta, fed_a, strict=False)]
    if architecture.l2:
        decay = exact(architecture.l2) * share
        nabla_w = [of_c0 + w * decay for of_c0, w in zip(nabla_w, weights, strict=True)]
        for w in weights:
            cost = cost + total(total((w * w).scaled(0.5), axis=-2), axis=-1) * decay
    return Gradients(
        nabla_w=tuple(nabla_w),
        nabla_b=tuple(_flat(total(d, axis=-1), 1) for d in fed_delta),
        delta=tuple(delta),
        z=tuple(z),
        a=tuple(a),
        cost=_flat(cost, 2),
    )


def _share(pack: Pack) -> Doubled:
    """1/m of a mean, or 1."""
    return ONE / exact(float(pack.examples)) if pack.architecture.reduction == "mean" else ONE


def _weighted(x: Doubled, pack: Pack) -> Doubled:
    """Each example times its weight."""
    return x if pack.example_weights is None else x * exact(pack.example_weights[..., None, :])


def _flat(x: Doubled, axes: int) -> Doubled:
    """Without its last axes, which have length 1."""
    return Doubled(*(part.reshape(part.shape[: part.ndim - axes]) for part in x))
