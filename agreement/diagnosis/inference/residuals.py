"""What can still be said of a wrong answer that no catalogued mistake reproduces: its residual's look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ....manual.backprop import backprop, hidden_activation
from ....manual.case import Case
from ....manual.gradients import Gradients
from ....manual.shapes import Array
from .conventions import Convention
from .matching import FLOOR, NOTHING, SAME, ratio
from .reading import Observed

NOISE = 1e-4
"""Errors of float32 are below this part of an array's largest entry, and far above float64's."""
UNROUNDED = 2.0**-40
"""A number that was rounded to float32 is hardly ever nearer to what it was, relatively."""

SHORT, SHORT_ULPS = float(np.finfo(np.float32).eps), 8.0
"""ε of float32, and in how many of them the typical error lies."""
FINEST = 2.0**-7
"""Part of ε below which a typical error is none of float32."""


class Signature(NamedTuple):
    """What the residual looks like, the equation that it stands in, and its number or layer."""

    kind: str
    where: str
    value: float = float("nan")


class Pair(NamedTuple):
    """One answer, in the scale of our own cost, beside the right one."""

    case: Case
    seen: Observed
    right: Gradients[Array]


def pairs(evidence: Sequence[tuple[Case, Observed]], convention: Convention) -> list[Pair]:
    """Every answer with the right one."""
    return [_pair(convention.adapt(case), seen, convention.scale(case.architecture.widths)) for case, seen in evidence]


def _pair(case: Case, seen: Observed, scale: float) -> Pair:
    ours = Observed(tuple(w / scale for w in seen.nabla_w), tuple(b / scale for b in seen.nabla_b))
    return Pair(case, ours, backprop(case))


def _parts(pair: Pair) -> list[tuple[str, int, Array, Array]]:
    return [
        (name, layer, got, want)
        for name, gots, wants in (
            ("BP4", pair.seen.nabla_w, pair.right.nabla_w),
            ("BP3", pair.seen.nabla_b, pair.right.nabla_b),
        )
        for layer, (got, want) in enumerate(zip(gots, wants, strict=False), start=1)
    ]


def _wrong(got: Array, want: Array, tolerance: float) -> bool:
    return not (got.shape == want.shape and bool((np.abs(got - want) <= tolerance * np.abs(want).max()).all()))


def of(beside: Sequence[Pair]) -> list[Signature]:
    """Every look that the residuals have on all the answers."""
    return [signature for look in LOOKS if beside and (signature := look(beside)) is not None]


def _constant(beside: Sequence[Pair]) -> Signature | None:
    for name in ("nabla_w", "nabla_b"):
        factors = [ratio(getattr(pair.seen, name), getattr(pair.right, name)) for pair in beside]
        known = [f for f in factors if f is not None and not np.isnan(f)]
        if len(known) == len(factors) and np.ptp(known) <= 1e-9 * abs(known[0]) and abs(known[0] - 1) > 1e-9:
            return Signature("constant", {"nabla_w": "BP4", "nabla_b": "BP3"}[name], known[0])
    return None


def _transposed(beside: Sequence[Pair]) -> Signature | None:
    rows = [(got, want) for pair in beside for name, _, got, want in _parts(pair) if name == "BP4" and want.size > 1]
    transposed = all(got.T.shape == want.shape and not _wrong(got.T, want, 1e-9) for got, want in rows)
    return Signature("transpose", "BP4") if rows and transposed else None


def _decay(beside: Sequence[Pair]) -> Signature | None:
    """∝ W: an L2 term that C does not have."""
    for where, name, of_case in (("BP4", "nabla_w", "weights"), ("BP3", "nabla_b", "biases")):
        values = []
        for pair in beside:
            got, want = getattr(pair.seen, name), getattr(pair.right, name)
            if [x.shape for x in got] != [x.shape for x in want]:
                break
            values.append(ratio([x - y for x, y in zip(got, want, strict=True)], getattr(pair.case, of_case), 1e-6))
        known = [v for v in values if v is not None and not np.isnan(v)]
        if known and len(known) == len(beside) and np.ptp(known) <= 1e-6 * abs(known[0]):
            return Signature("decay", where, known[0])
    return None


def _noise(beside: Sequence[Pair]) -> Signature | None:
    """Errors of every size and sign up to those of float32, as its roundings leave them."""
    close = all(_within(pair, NOISE) for pair in beside)
    exact = all(_within(pair, SAME) for pair in beside)
    rounded = close and not exact and FINEST * SHORT <= _typical(beside) <= SHORT_ULPS * SHORT and _rounded(beside)
    return Signature("noise", "") if rounded else None


def _within(pair: Pair, tolerance: float) -> bool:
    """Every layer is right to a part of its largest entry, or of the least that is no noise."""
    parts = _parts(pair)
    least = max(NOTHING, FLOOR * max((float(np.abs(want).max(initial=0.0)) for *_, want in parts), default=0.0))
    return all(
        got.shape == want.shape
        and bool((np.abs(got - want) <= tolerance * max(float(np.abs(want).max(initial=0.0)), least)).all())
        for *_, got, want in parts
    )


def _typical(beside: Sequence[Pair]) -> float:
    """The median relative error of the entries that have one beyond float64's."""
    with np.errstate(all="ignore"):
        parts = [part for pair in beside for part in _parts(pair)]
        errors = np.concatenate([(np.abs(got - want) / np.abs(want)).ravel() for _, _, got, want in parts])
    shown = errors[errors > 1e-12]
    return float(np.median(shown)) if len(shown) else 0.0


def _rounded(beside: Sequence[Pair]) -> bool:
    """Whether most entries of the parts that are off at all are off, to either side: rounding spares few."""
    parts = [(got, want) for pair in beside for _, _, got, want in _parts(pair) if got.shape == want.shape]
    moved = [(got[want != 0], want[want != 0]) for got, want in parts if not np.allclose(got, want, SAME, 0)]
    off = [(got - want) / np.abs(want) for got, want in moved]
    errors = np.concatenate(off) if off else np.zeros(0)
    far = errors[np.abs(errors) > UNROUNDED]
    return far.size >= errors.size / 2 and bool((far > 0).any() and (far < 0).any())


def _one_layer(beside: Sequence[Pair]) -> Signature | None:
    """Counted from the output, layers of different networks compare."""
    found = {
        (pair.case.architecture.depth - layer)
        for pair in beside
        for _, layer, got, want in _parts(pair)
        if _wrong(got, want, 1e-9)
    }
    deep = any(pair.case.architecture.depth > 2 for pair in beside)
    return Signature("one_layer", "", float(found.pop())) if deep and len(found) == 1 else None


def _slope(beside: Sequence[Pair]) -> Signature | None:
    """∂C/∂b of the output off by the slope there, one example at a time."""
    ratios = []
    for pair in beside:
        name = pair.case.architecture.activations[-1]
        if pair.case.examples != 1 or name == "softmax" or not pair.seen.nabla_b or pair.right.z is None:
            continue
        got, want = pair.seen.nabla_b[-1], pair.right.nabla_b[-1]
        slope = hidden_activation(name).slope(pair.right.z[-1])[:, 0]
        if got.shape == want.shape:
            ratios.append(not _wrong(got, want * slope, 1e-9) or not _wrong(got * slope, want, 1e-9))
    return Signature("slope", "BP1") if ratios and all(ratios) else None


def _negative(beside: Sequence[Pair]) -> Signature | None:
    """δ of the last hidden layer wrong for negative z only, one example at a time."""
    signs = []
    for pair in beside:
        if pair.case.examples != 1 or len(pair.seen.nabla_b) < 2 or pair.right.z is None:
            continue
        got, want, z = pair.seen.nabla_b[-2], pair.right.nabla_b[-2], pair.right.z[-2][:, 0]
        if got.shape == want.shape:
            signs += [float(x) for x in z[np.abs(got - want) > 1e-9 * np.abs(want).max()]]
    return Signature("negative", "BP2") if signs and max(signs) < 0 else None


LOOKS: tuple[Callable[[Sequence[Pair]], Signature | None], ...] = (
    _noise, _constant, _transposed, _decay, _slope, _negative, _one_layer,
)  # fmt: skip
