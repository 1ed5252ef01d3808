"""Right backends that differ from the hand-written module in what is free: what a gate must let through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from backproof.manual.backprop import backprop
from backproof.manual.equations import EQUATIONS
from backproof.reference.protocol import Array, Gradients, Pack
from helpers.harms import Change


def reversed_sums(pack: Pack) -> Gradients[Array]:
    """BP2 and BP4 with their sums from the other end."""

    def bp2(w: Array, delta: Array, sigma: Any, z: Array) -> Array:
        return EQUATIONS.bp2(w[..., ::-1, :], delta[..., ::-1, :], sigma, z)

    def bp4(a: Array, delta: Array) -> Array:
        return EQUATIONS.bp4(a[..., ::-1], delta[..., ::-1])

    return backprop(pack, EQUATIONS._replace(bp2=bp2, bp4=bp4))


def one_by_one(pack: Pack) -> Gradients[Array]:
    """Case by case instead of all at once."""
    alone = [backprop(Pack.of([case])) for case in pack]
    return alone[0].map(lambda *parts: np.concatenate(parts), *alone[1:])


def in_fortran_order(pack: Pack) -> Gradients[Array]:
    """The same numbers in another layout."""
    return backprop(pack).map(np.asfortranarray)


def read_only(pack: Pack) -> Gradients[Array]:
    """Arrays that cannot be written."""
    got = backprop(pack).map(np.array)
    for _, part in got.items():
        part.setflags(write=False)
    return got


def gradients_alone(pack: Pack) -> Gradients[Array]:
    """All that is asked for, in lists."""
    got = backprop(pack)
    return replace(got, nabla_w=list(got.nabla_w), nabla_b=list(got.nabla_b))  # type: ignore[arg-type]


VARIATIONS: tuple[Change, ...] = (reversed_sums, one_by_one, in_fortran_order, read_only, gradients_alone)
