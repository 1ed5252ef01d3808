"""Cases built to sit on kinks: neurons whose weighted input is the kink itself, or the float next to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...manual.activations import ACTIVATIONS, Elementwise
from ...manual.case import Case
from ...manual.shapes import Array


def moved_to_kinks(rng: np.random.Generator, case: Case) -> Case:
    """Every other neuron that has kinks, at one of them: its weights are 0, its bias is the kink."""
    layers = zip(case.weights, case.biases, case.architecture.activations, strict=True)
    moved = [_layer(rng, w.copy(), b.copy(), name) for w, b, name in layers]
    return replace(case, weights=tuple(w for w, _ in moved), biases=tuple(b for _, b in moved))


def _layer(rng: np.random.Generator, w: Array, b: Array, name: str) -> tuple[Array, Array]:
    row = ACTIVATIONS[name]
    kinks = [kink.at for kink in row.kinks] if isinstance(row, Elementwise) else []
    for j in np.flatnonzero(rng.random(len(b)) < 1 / 2) if kinks else ():
        w[j], b[j] = 0, rng.choice(kinks)
        if rng.random() < 1 / 2:
            b[j] = np.nextafter(b[j], b.dtype.type(rng.choice([-np.inf, np.inf])))
    return w, b
