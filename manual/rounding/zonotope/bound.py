"""The bound of every entry from linear forms: a few examples at a time, then BP3 and BP4 of all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...backprop import head_of
from ...case import Case, Pack
from ...gradients import Gradients
from ...regularisation import decayed_bound
from ...shapes import Array
from ..arithmetic import Arithmetic, Inexact, Tier
from ..rounding import bp3, bp4
from .layers import Rules
from .operands import Operands
from .walk import WalkedErrors, walk

LARGEST = 2**28
"""How many products of a weight and a symbol a case may need: beyond, the running bound stands alone."""
WIDEST = 2**23
"""How many numbers the forms of one example may hold, where thousands of outputs have a symbol each: 64 MB."""
CHUNK = 2**20
"""How many numbers the forms of all layers may hold at a time."""


def zonotope(inputs: Case | Pack, arithmetic: Arithmetic, tier: Tier, recomputes: bool) -> Gradients[Array] | None:
    """For every entry, the most that a correct program of this tier may be off the true gradient.

    All rounding errors are carried as one linear form, with their signs. Float64, shaped as the
    Gradients of the inputs, cost None; ∞ in a case that may leave the range. None for what the form
    is not derived for: 16 bits, derivatives carried forward, a listed deviation, and networks that
    are not `affordable`.
    """
    if arithmetic.practice.sums or arithmetic.forward or tier.deviation_bounds or not affordable(inputs):
        return None
    pack = Pack.of([inputs]) if isinstance(inputs, Case) else inputs
    rules, operands = Rules(arithmetic, tier, recomputes), Operands.of(pack, arithmetic)
    with np.errstate(all="ignore"):
        result = _gradients(pack, operands, _walked(pack, operands, rules), rules)
    return result.map(lambda error: error[0]) if isinstance(inputs, Case) else result


def affordable(inputs: Case | Pack) -> bool:
    """Whether the forms of a case are small enough."""
    of, each = inputs.architecture, symbols(inputs)
    return inputs.examples * of.parameters * each <= LARGEST and sum(of.widths) * each <= WIDEST


def symbols(inputs: Case | Pack) -> int:
    """S: one for z and one for a of each hidden neuron, one for each z^L, one for each component of δ."""
    _, *hidden, outputs = inputs.architecture.widths
    return 3 * sum(hidden) + 2 * outputs


def _walked(pack: Pack, operands: Operands, rules: Rules) -> WalkedErrors:
    """The whole pack, in parts that a cache holds: examples beside each other, cases one after the other."""
    each = sum(pack.architecture.widths) * symbols(pack)
    examples = min(pack.examples, max(1, CHUNK // each))
    rows = operands.parts(max(1, CHUNK // (each * examples)), examples)
    return _joined([_joined([walk(part, head_of(pack), rules) for part in row], -1) for row in rows], 0)


def _joined(parts: Sequence[WalkedErrors], axis: int) -> WalkedErrors:
    def join(*each: Inexact) -> Inexact:
        return Inexact(*(np.concatenate(arrays, axis=axis) for arrays in zip(*each, strict=True)))

    (first, *others), sound = zip(*parts, strict=True)
    return parts[0] if not others else WalkedErrors(first.map(join, *others), np.concatenate(sound, axis=axis))


def _gradients(pack: Pack, operands: Operands, walked: WalkedErrors, rules: Rules) -> Gradients[Array]:
    """BP3 and BP4 of the whole pack, from the errors of a and δ."""
    arithmetic, (errors, sound) = rules.arithmetic, walked
    assert errors.a is not None
    assert errors.delta is not None
    fed = (operands.x, *errors.a[:-1])
    nabla_w = [bp4(a, delta, arithmetic, rules.tier) for a, delta in zip(fed, errors.delta, strict=True)]
    if pack.architecture.l2:
        pairs = zip(nabla_w, operands.weights, strict=True)
        nabla_w = [decayed_bound(of_c0, w, pack, arithmetic) for of_c0, w in pairs]
    usable = sound.all(axis=-1)

    def bound(of: Inexact) -> Array:
        return np.where(usable.reshape(-1, *(1,) * (of.error.ndim - 1)), of.error, np.inf)

    nabla_b = tuple(bp3(delta, arithmetic) for delta in errors.delta)
    return Gradients(tuple(nabla_w), nabla_b, errors.delta, errors.z, errors.a).map(bound)
