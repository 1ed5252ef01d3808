"""Right programs as books write them: formulas whose terms cancel, and what differentiation makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.shapes import Array
from backproof.reference.protocol import Traits


class TextbookForm(NamedTuple):
    """σ(z), and σ′ from z and a."""

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def logistic(z: Array) -> Array:
    """1/(1 + e^−z)."""
    return 1 / (1 + np.exp(-z))


def of_a(z: Array, a: Array) -> Array:
    return a * (1 - a)


def one_minus_square(z: Array, a: Array) -> Array:
    return 1 - a * a


FORMS = {
    ("sigmoid", "1 − σ(−z)"): TextbookForm(lambda z: 1 - logistic(-z), of_a),
    ("sigmoid", "½ + ½ tanh(z/2)"): TextbookForm(lambda z: 0.5 + 0.5 * np.tanh(0.5 * z), of_a),
    ("sigmoid", "σ, by a(1 − a)"): TextbookForm(logistic, of_a),
    ("tanh", "2σ(2z) − 1"): TextbookForm(lambda z: 2 * logistic(2 * z) - 1, one_minus_square),
    ("tanh", "1 − 2/(e^2z + 1)"): TextbookForm(lambda z: 1 - 2 / (np.exp(2 * z) + 1), one_minus_square),
    ("softplus", "ln(1 + e^z)"): TextbookForm(lambda z: np.log(1 + np.exp(z)), lambda z, a: 1 - logistic(-z)),
}
"""Of functions that the note knows, by name and formula."""


def lse(z: Array) -> Array:
    """ln Σ e^z, shifted inside, and rounded as the number that it is."""
    top = z.max(axis=-2, keepdims=True)
    return np.asarray(top + np.log(np.exp(z - top).sum(axis=-2, keepdims=True)))


def of_lse(z: Array, y: Array) -> tuple[Array, Array]:
    """C = Σ y (LSE − z), and ∂C/∂z = Σy e^{z − LSE} − y."""
    each = (y * (lse(z) - z)).sum(axis=-2)
    return each, np.exp(z - lse(z)) * y.sum(axis=-2, keepdims=True) - y


def of_lse_apart(z: Array, y: Array) -> tuple[Array, Array]:
    """C = LSE Σy − yᵀz, with the same gradient."""
    each = lse(z)[..., 0, :] * y.sum(axis=-2) - (y * z).sum(axis=-2)
    return each, of_lse(z, y)[1]


def mirrored(z: Array, y: Array) -> tuple[Array, Array]:
    """C = (1 − y)z + ln(1 + e^−z), and ∂C/∂z = (1 − y) − σ(−z)."""
    each = ((1 - y) * z + np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))).sum(axis=-2)
    return each, (1 - y) - logistic(-z)


HEADS = {
    ("softmax", "Σ y (LSE − z)"): of_lse,
    ("softmax", "LSE Σy − yᵀz"): of_lse_apart,
    ("sigmoid", "(1 − y) − σ(−z)"): mirrored,
}
"""Cross-entropy from the logits, by output activation and formula."""


@dataclass(frozen=True)
class TextbookNetwork:
    """Two layers of one hidden form under the quadratic cost, or one layer under a cross-entropy."""

    form: TextbookForm | None = None
    head: Callable[[Array, Array], tuple[Array, Array]] | None = None
    factor: float = 1.0
    """What every δ^L is harmed by."""
    name: str = "written"
    version: str = "0"
    traits: Traits = Traits(recomputes=False)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            return self._of_head(pack) if self.head else self._of_form(pack)

    def _of_head(self, pack: Pack) -> Gradients[Array]:
        (w,), (b,), share = pack.weights, pack.biases, pack.x.dtype.type(pack.share)
        assert self.head is not None
        z = w @ pack.x + b[..., None]
        each, rise = self.head(z, pack.y)
        a = np.exp(z - lse(z)) if pack.architecture.activations == ("softmax",) else logistic(z)
        delta = (rise * share * pack.x.dtype.type(self.factor)).astype(z.dtype)
        return Gradients((delta @ pack.x.mT,), (delta.sum(axis=-1),), (delta,), (z,), (a,), each.sum(axis=-1) * share)

    def _of_form(self, pack: Pack) -> Gradients[Array]:
        (w1, w2), (b1, b2), form, share = pack.weights, pack.biases, self.form, pack.x.dtype.type(pack.share)
        assert form is not None
        z1 = w1 @ pack.x + b1[..., None]
        a1 = form.value(z1)
        z2 = w2 @ a1 + b2[..., None]
        a2 = form.value(z2)
        d2 = (a2 - pack.y) * form.slope(z2, a2) * share * pack.x.dtype.type(self.factor)
        d1 = (w2.mT @ d2) * form.slope(z1, a1)
        cost = np.asarray((((a2 - pack.y) ** 2).sum(axis=(-2, -1)) / 2) * share)
        nabla_b = (d1.sum(axis=-1), d2.sum(axis=-1))
        return Gradients((d1 @ pack.x.mT, d2 @ a1.mT), nabla_b, (d1, d2), (z1, z2), (a1, a2), cost)
