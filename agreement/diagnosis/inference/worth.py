"""Answers that say nothing of a network: empty, no numbers, zero, constant, or the parameters given back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ....manual.case import Case
from ....manual.shapes import Array
from .matching import ratio
from .reading import Observed

Evidence = Sequence[tuple[Case, Observed]]


def worthless(evidence: Evidence) -> str | None:
    """The key of the sentence that says why these answers earn nothing; None where they may."""
    return next((key for key, empty in KINDS.items() if evidence and empty(evidence)), None)


def _numbers(seen: Observed) -> list[Array]:
    return [*seen.nabla_w, *seen.nabla_b]


def _empty(evidence: Evidence) -> bool:
    return not any(part.size for _, seen in evidence for part in _numbers(seen))


def _no_number(evidence: Evidence) -> bool:
    """NaN or infinite in every entry of every answer."""
    return not any(np.isfinite(part).any() for _, seen in evidence for part in _numbers(seen))


def _zero(evidence: Evidence) -> bool:
    return not any(part.any() for _, seen in evidence for part in _numbers(seen))


def _constant(evidence: Evidence) -> bool:
    """One number in every entry of every answer."""
    values = np.concatenate([part.ravel() for _, seen in evidence for part in _numbers(seen)])
    return len(values) > 1 and bool((values == values[0]).all())


def _echoed(evidence: Evidence) -> bool:
    """The weights, times one number; a single number is a multiple of any."""
    telling = [(case, seen) for case, seen in evidence if sum(w.size for w in case.weights) > 1]
    return bool(telling) and all(ratio(seen.nabla_w, case.weights) is not None for case, seen in telling)


KINDS: dict[str, Callable[[Evidence], bool]] = {
    "empty": _empty,
    "no_number": _no_number,
    "zero": _zero,
    "constant": _constant,
    "echoed": _echoed,
}
