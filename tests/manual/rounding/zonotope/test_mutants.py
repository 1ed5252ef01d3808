"""Mistakes in the zonotope itself: every one must turn a check red."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.mutant_package import PackageMutant, planted
from helpers.zonotopes import CHECKS, Package

LAYERS, HEADS, FORM = (f"rounding/zonotope/{name}.py" for name in ("layers", "heads", "form"))
WHOLE, RANGES = "rounding/zonotope/bound.py", "activations/ranges.py"

MUTANTS = {
    "K₂ = 1 in magnitudes": PackageMutant(
        FORM, "np.abs(self.value) + 2 * self.radius", "np.abs(self.value) + self.radius"
    ),
    "K₂ = 1 in ranges": PackageMutant(
        RANGES, "z.value - 2 * z.error, z.value + 2 * z.error", "z.value - z.error, z.value + z.error"
    ),
    "K₃ = 1": PackageMutant(LAYERS, "CROSS = 3.0", "CROSS = 1.0"),
    "K₃ = 2": PackageMutant(LAYERS, "CROSS = 3.0", "CROSS = 2.0"),
    "no cross term": PackageMutant(LAYERS, " + CROSS * x_radius * y.error", ""),
    "box of a slope left out": PackageMutant(LAYERS, "size_x * box_of_y + size_y * x.box", "size_y * x.box"),
    "box of x left out": PackageMutant(LAYERS, "size_x * box_of_y + size_y * x.box", "size_x * box_of_y"),
    "box halved": PackageMutant(LAYERS, "slope.half * radius + size", "slope.half / 2 * radius + size"),
    "box left out": PackageMutant(LAYERS, "slope.half * radius + size", "size"),
    "a box without its slope": PackageMutant(LAYERS, "size * (z.box + 4", "size * (4"),
    "what σ rounds left out": PackageMutant(LAYERS, " + added + z.lost\n    over", " + z.lost\n    over"),
    "a cap hides ∞": PackageMutant(LAYERS, "np.isfinite(radius) & ", ""),
    "a cap without its box": PackageMutant(LAYERS, "np.where(over, span + added, box)", "np.where(over, added, box)"),
    "the form kept beside its cap": PackageMutant(LAYERS, "np.where(over, 0.0, middle)", "middle"),
    "the jump at a kink left out": PackageMutant(LAYERS, "added + sigma.jumps(near, self.arithmetic)", "added"),
    "γ of z left out": PackageMutant(LAYERS, "self.arithmetic.summed(n, 2) * magnitude", "0 * magnitude"),
    "γ of z too small": PackageMutant(
        LAYERS, "self.arithmetic.summed(n, 2) * magnitude", "self.arithmetic.summed(n, 1) * magnitude"
    ),
    "γ of Wᵀδ left out": PackageMutant(LAYERS, "self.arithmetic.summed(n, 1) * magnitude", "0 * magnitude"),
    "γ of Wᵀδ too small": PackageMutant(
        LAYERS, "self.arithmetic.summed(n, 1) * magnitude", "self.arithmetic.summed(n, 0) * magnitude"
    ),
    "γ of a product left out": PackageMutant(LAYERS, "self.arithmetic.gamma(roundings) * most_x * most_y + ", ""),
    "a weight that is read as 0 left out": PackageMutant(LAYERS, "read = w.error @ a.most + b", "read = b"),
    "a bias that is read as 0 left out": PackageMutant(LAYERS, " + b.error[..., None]\n", "\n"),
    "the same on the way back": PackageMutant(LAYERS, "rounding + w.error.mT @ delta.most + added", "rounding + added"),
    "a box lost in Wa": PackageMutant(LAYERS, "rounding + read + added + inherited", "rounding + read + added"),
    "a box lost in Wᵀδ": PackageMutant(LAYERS, " + added + np.abs(across) @ delta.box", " + added"),
    "signs of W lost": PackageMutant(LAYERS, "a.through(w.value)", "a.through(np.abs(w.value))"),
    "signs of Wᵀ lost": PackageMutant(LAYERS, "delta.through(across)", "delta.through(np.abs(across))"),
    "σ″ left out of δ": PackageMutant(
        LAYERS, "signed[..., :symbols] += (x.value * s.middle)[..., None] * s.z.signed", "pass"
    ),
    "σ″ of the wrong sign": PackageMutant(LAYERS, "signed[..., :symbols] += (", "signed[..., :symbols] -= ("),
    "δ's own form left out": PackageMutant(
        LAYERS, "signed = s.value[..., None] * x.signed\n", "signed = 0 * x.signed\n"
    ),
    "the share's γ left out": PackageMutant(LAYERS, "each.box + self.arithmetic.gamma(4) * each.most", "each.box"),
    "the weights' γ left out": PackageMutant(LAYERS, "self.arithmetic.gamma(4) * x.most * counts.most", "0 * x.most"),
    "one z for all versions": PackageMutant(LAYERS, "return z if self.recomputes else settled", "return settled"),
    "a symbol for two neurons": PackageMutant(
        FORM, "new_symbols[..., each, :, each] = np.moveaxis", "new_symbols[..., each, :, 0] = np.moveaxis"
    ),
    "no symbols of its own": PackageMutant(FORM, "np.concatenate([self.signed, new_symbols], axis=-1)", "self.signed"),
    "half a spread": PackageMutant(FORM, "np.abs(signed).sum(axis=-1)", "np.abs(signed).sum(axis=-1) / 2"),
    "signs summed": PackageMutant(FORM, "np.abs(signed).sum(axis=-1)", "np.abs(signed.sum(axis=-1))"),
    "the softmax's bend left out": PackageMutant(HEADS, "BENT * most * others * top**2 + ", ""),
    "the softmax's bend too small": PackageMutant(HEADS, "BENT = 12.0", "BENT = 2.0"),
    "the softmax's diagonal left out": PackageMutant(
        HEADS, "jacobian[..., each, each] = columns", "jacobian[..., each, each] = 0 * columns"
    ),
    "the softmax's box left out": PackageMutant(HEADS, "evaluated + of_box", "evaluated"),
    "the other neurons' sign": PackageMutant(HEADS, "-columns[..., :, None]", "columns[..., :, None]"),
    "Σy left out": PackageMutant(HEADS, "Form(value, total[..., None] * p.signed", "Form(value, p.signed"),
    "what δ^L rounds left out (softmax)": PackageMutant(
        HEADS, "np.abs(total) * p.radius + rounded + p.lost", "np.abs(total) * p.radius + p.lost"
    ),
    "what δ^L rounds left out (sigmoid)": PackageMutant(
        HEADS, "moved.box + binary.delta_rounding(near, y, rules.arithmetic, rules.tier)", "moved.box"
    ),
    "what a − y rounds left out": PackageMutant(HEADS, "a.box + y.error + rounding", "a.box + y.error"),
    "what a rounds left out": PackageMutant(
        HEADS, "moved.box + sigma.rounding_of(rules.tier)(near, rules.arithmetic)", "moved.box"
    ),
    "γ_8 is γ_5": PackageMutant(HEADS, "s, sigma.raised(near), 8)", "s, sigma.raised(near), 5)"),
    "σ′'s turn left out": PackageMutant(
        RANGES, "return kinks + _values(sigma.slope, BENDS[sigma.name].turns)", "return kinks"
    ),
    "kinks left out": PackageMutant(RANGES, "return kinks + _values", "return _values"),
    "σ″'s turn left out": PackageMutant(
        RANGES, "range_of(bend.second, z, bend.extremes, bend.terms)", "range_of(bend.second, z, (), bend.terms)"
    ),
    "a turn of the tanh left out": PackageMutant(
        RANGES,
        "_smooth((0.0,), _of_tanh, (-0.6584789484624084, 0.6584789484624084))",
        "_smooth((0.0,), _of_tanh, (0.6584789484624084,))",
    ),
    "σ″ of the wrong sign at z": PackageMutant(
        RANGES, "return -2 * np.tanh(z) * TANH.slope(z)", "return 2 * np.tanh(z) * TANH.slope(z)"
    ),
    "the textbook's value forgotten": PackageMutant(
        LAYERS, "added = sigma.rounding_of(self.tier)", "added = sigma.value_rounding"
    ),
    "the textbook's value forgotten (a^L)": PackageMutant(
        HEADS, "box=moved.box + sigma.rounding_of(rules.tier)", "box=moved.box + sigma.value_rounding"
    ),
    "the textbook's slope forgotten": PackageMutant(
        LAYERS, "sigma.textbook_slope_rounding if self.tier.textbook else sigma", "sigma"
    ),
    "BP4's a without its error": PackageMutant(
        WHOLE, "[bp4(a, delta, arithmetic", "[bp4(Inexact(a.value, 0 * a.error), delta, arithmetic"
    ),
    "BP4's δ without its error": PackageMutant(
        WHOLE, "[bp4(a, delta, arithmetic", "[bp4(a, Inexact(delta.value, 0 * delta.error), arithmetic"
    ),
    "BP3's δ without its error": PackageMutant(
        WHOLE, "tuple(bp3(delta, arithmetic)", "tuple(bp3(Inexact(delta.value, 0 * delta.error), arithmetic)"
    ),
    "the L2 term left out": PackageMutant(WHOLE, "if pack.architecture.l2:", "if False:"),
    "a lost example is sound": PackageMutant(
        WHOLE, "usable = sound.all(axis=-1)", "usable = sound.any(axis=-1) | True"
    ),
}
"""By what is wrong."""


def failed(package: str) -> str | None:
    """The first check that is red."""
    for name, check in CHECKS.items():
        try:
            check(Package(package))
        except (AssertionError, ValueError, TypeError, IndexError):
            return name
    return None


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_in_the_zonotope_is_seen(name: str, tmp_path: Path) -> None:
    with planted(MUTANTS[name], tmp_path) as package:
        assert failed(package) is not None
