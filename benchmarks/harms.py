"""Backends that are harmed on purpose, a row each: what a gate must not let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from backproof.manual.backprop import backprop
from backproof.manual.equations import EQUATIONS, TEXTBOOK_EQUATIONS
from backproof.reference.protocol import Architecture, Array, Gradients, Pack, Traits

Change = Callable[[Pack], Gradients[Array]]


@dataclass(frozen=True)
class HarmedManual:
    """The hand-written module under its own name, with one thing spoilt."""

    change: Change
    name: str = "numpy"
    version: str = np.__version__
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return self.change(pack)


def _cast(gradients: Gradients[Array], dtype: Any) -> Gradients[Array]:
    return gradients.map(lambda part: part.astype(dtype))


def float32_inside(pack: Pack) -> Gradients[Array]:
    """All of it in float32, handed back in the dtype asked for."""
    return _cast(backprop(pack.astype("float32")), pack.dtype)


def slope_off_by_4_ulp(pack: Pack) -> Gradients[Array]:
    """σ′ of the sigmoid times 1 + 4ε, as it enters BP2."""

    def bp2(w: Array, delta: Array, sigma: Any, z: Array) -> Array:
        got = EQUATIONS.bp2(w, delta, sigma, z)
        return got * got.dtype.type(1 + 4 * np.finfo(got.dtype).eps) if sigma.name == "sigmoid" else got

    return backprop(pack, EQUATIONS._replace(bp2=bp2))


def textbook_slopes(pack: Pack) -> Gradients[Array]:
    """a(1 − a) for σ′: digits lost that were not."""
    return backprop(pack, TEXTBOOK_EQUATIONS)


def flushed(pack: Pack) -> Gradients[Array]:
    """Every subnormal number becomes 0, undeclared."""
    least = np.finfo(pack.dtype).smallest_normal
    return backprop(pack).map(lambda part: np.where(np.abs(part) < least, part.dtype.type(0), part))


def bfloat16_products(pack: Pack) -> Gradients[Array]:
    """The operands of BP4 cut to the 8 bits of a bfloat16, in float32 only."""

    def cut(x: Array) -> Array:
        return (x.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32) if x.dtype == np.float32 else x

    return backprop(
        pack, EQUATIONS._replace(bp4=lambda a, delta: EQUATIONS.bp4(cut(np.ascontiguousarray(a)), cut(delta)))
    )


def unguarded_softmax(pack: Pack) -> Gradients[Array]:
    """e^z / Σ e^z without the largest z taken out, as a fast-math rewriting would allow."""
    got = backprop(pack)
    if pack.architecture.activations[-1] != "softmax" or got.z is None or got.a is None:
        return got
    powers = np.exp(got.z[-1])
    return replace(got, a=(*got.a[:-1], powers / powers.sum(axis=-2, keepdims=True)))


def off_by_1e_10(pack: Pack) -> Gradients[Array]:
    """A relative error of 1e-10 in the weight gradient of the first layer."""
    got = backprop(pack)
    first, *rest = got.nabla_w
    return replace(got, nabla_w=(first * first.dtype.type(1 + 1e-10), *rest))


def one_nan(pack: Pack) -> Gradients[Array]:
    """NaN in one entry."""
    got = backprop(pack)
    first, *rest = got.nabla_w
    spoilt = first.copy()
    spoilt[0, 0, 0] = np.nan
    return replace(got, nabla_w=(spoilt, *rest))


def layers_swapped(pack: Pack) -> Gradients[Array]:
    """The gradients of the layers in the order of back-propagation, the last first."""
    got = backprop(pack)
    return replace(got, nabla_w=got.nabla_w[::-1], nabla_b=got.nabla_b[::-1])


def mean_for_sum(pack: Pack) -> Gradients[Array]:
    """BP3 divided by m once more."""
    got = backprop(pack)
    return replace(got, nabla_b=tuple(b / b.dtype.type(pack.examples) for b in got.nabla_b))


def slope_left_out(pack: Pack) -> Gradients[Array]:
    """δ of the hidden layers without σ′."""

    def bp2(w: Array, delta: Array, sigma: Any, z: Array) -> Array:
        return w.mT @ delta

    return backprop(pack, EQUATIONS._replace(bp2=bp2))


def raising(pack: Pack) -> Gradients[Array]:
    """No answer at all."""
    raise RuntimeError("out of memory")


HARMS: tuple[Change, ...] = (
    float32_inside,
    slope_off_by_4_ulp,
    textbook_slopes,
    flushed,
    bfloat16_products,
    unguarded_softmax,
    off_by_1e_10,
    one_nan,
    layers_swapped,
    mean_for_sum,
    slope_left_out,
    raising,
)
