"""What must hold of each stage of a zonotope and of the whole, for one package: `backproof.manual`, or a copy with a
mistake in it.

A stage is given errors as far apart as it may: z° anywhere within R of the centre, ẑ within R of z°.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from backproof.manual.case import Architecture, Case
from backproof.manual.rounding.arithmetic import Arithmetic
from backproof.manual.shapes import Array
from helpers.adversary import Allowed, attack

TRUE = "backproof.manual"
EXACT = 1 + 1e-9
"""Float64's own part in a residual."""


class Package:
    """The modules of one package by their short names."""

    def __init__(self, name: str = TRUE) -> None:
        self.arithmetic = import_module(f"{name}.rounding.arithmetic")
        self.activations = import_module(f"{name}.activations")
        self.ranges = import_module(f"{name}.activations.ranges")
        self.costs = import_module(f"{name}.costs")
        self.case = import_module(f"{name}.case")
        self.zonotope, self.form, self.layers, self.heads = (
            import_module(f"{name}.rounding.zonotope{module}") for module in ("", ".form", ".layers", ".heads")
        )

    def rules(self, textbook: bool = False, recomputes: bool = False, open_: bool = False) -> Any:
        arithmetic = self.arithmetic
        return self.layers.Rules(arithmetic.Arithmetic("float64"), arithmetic.Tier(textbook, open_), recomputes)


class Errors(NamedTuple):
    """A form, and one choice of all that it leaves open: η, the truth and another program's value."""

    form: Any
    eta: Array
    truth: Array
    program: Array

    def signed(self, of: Any) -> Array:
        """A η of a form in the same symbols."""
        return np.asarray((of.signed * self.eta[..., : of.signed.shape[-1]]).sum(axis=-1))


def drawn(of: Package, seed: int, shape: tuple[int, int], largest: float = 1.0, boxed: bool = False) -> Errors:
    """(1, n, m) entries with 5 symbols an example; the truth and the program mostly at the far ends."""
    rng, (n, m), symbols = np.random.default_rng(seed), shape, 5
    size = largest * 10.0 ** rng.uniform(-2, 0, (1, 1, m))
    value = rng.normal(0, 2, (1, n, m))
    signed = size[..., None] * rng.normal(0, 0.3, (1, n, m, symbols))
    box = size * rng.uniform(0, 0.5, (1, n, m)) if boxed else np.zeros((1, n, m))
    form = of.form.Form(value, signed, np.abs(signed).sum(-1), box)
    eta = rng.choice([-1.0, 1.0], (1, 1, m, symbols))
    if n == 1:  # as far as it goes
        eta = np.sign(signed) * rng.choice([-1.0, 1.0], (1, 1, m, 1))
    moved = (signed * eta).sum(-1) + box * rng.choice([-1.0, 1.0], (1, n, m))
    truth = value + form.radius * np.where(rng.random((1, n, m)) < 0.7, np.sign(moved), rng.uniform(-1, 1, (1, n, m)))
    return Errors(form, np.broadcast_to(eta, (1, n, m, symbols)), truth, truth + moved)


def held(residual: Array, box: Array, least: float) -> None:
    """Never above the box, and somewhere near it."""
    assert np.isfinite(box).all()
    assert (np.abs(residual) <= box * EXACT + 1e-13).all(), np.max(np.abs(residual) / box)
    assert np.max(np.abs(residual) / box) >= least


def check_activation(of: Package, name: str) -> None:
    """σ(ẑ) − σ(z°) is λ A η and at most the box."""
    sigma, rules = of.activations.ACTIVATIONS[name], of.rules()
    z = drawn(of, 1, (1, 6000))
    a = rules.activation(sigma, z.form, of.ranges.slopes(sigma, rules.near(z.form)))
    residual = sigma.value(z.program) - sigma.value(z.truth) - z.signed(a)
    straight = not sigma.kinks and of.ranges.BENDS[name].second is None
    held(residual, a.box + 1e-14, 0.0 if straight else 0.5)


def check_slope(of: Package, name: str) -> None:
    """σ′(ẑ) − σ′(z°) is μ A η and at most the box, either branch of a kink included."""
    sigma, rules = of.activations.ACTIVATIONS[name], of.rules(open_=True)
    z = drawn(of, 2, (1, 6000))
    s = rules.slope(sigma, z.form, of.ranges.slopes(sigma, rules.near(z.form)))
    residual = sigma.slope(z.program) - sigma.slope(z.truth) - s.middle * z.signed(z.form)
    held(residual, s.box + 1e-14, 0.0 if not sigma.kinks and of.ranges.BENDS[name].second is None else 0.5)


def check_cap(of: Package) -> None:
    """A sigmoid and a tanh are off by their span at most, and ∞ is not hidden."""
    for name, span in (("sigmoid", 1.0), ("tanh", 2.0)):
        sigma, rules = of.activations.ACTIVATIONS[name], of.rules()
        z = drawn(of, 3, (1, 50), largest=1e3).form
        z = z._replace(
            value=np.zeros_like(z.value), spread=z.spread + 50, signed=z.signed * (1 + 50 / z.spread[..., None])
        )
        a = rules.activation(sigma, z, of.ranges.slopes(sigma, rules.near(z)))
        assert (a.radius <= span * (1 + 1e-6)).all()
        assert (a.radius >= span).all()
        for part in ("spread", "box"):
            lost = z._replace(**{part: np.full_like(z.spread, np.inf)})
            with np.errstate(all="ignore"):
                a = rules.activation(sigma, lost, of.ranges.slopes(sigma, rules.near(lost)))
            assert not np.isfinite(a.radius).any()


def check_range(of: Package) -> None:
    """A case with an example that may leave the range has no bound, and another of its pack keeps its own."""
    case, parts = network(ATTACKS["tanh"]), [part for part in CASE if part != "architecture"]
    pack = {name: _doubled(getattr(case, name)) for name in parts}
    pack["x"][1, 0, 0] = 1e30
    again = of.case.Pack(case.architecture, *(pack[name] for name in parts))
    arithmetic = of.arithmetic.Arithmetic("float32")
    bound = of.zonotope.zonotope(again, arithmetic, of.arithmetic.STABLE, False)
    for each in (*bound.nabla_w, *bound.nabla_b):
        assert np.isinf(each[1]).all()
        assert np.isfinite(each[0]).all()


def _doubled(part: Any) -> Any:
    if part is None:
        return None
    return tuple(map(_doubled, part)) if isinstance(part, tuple) else np.stack([part, part])


def check_textbook(of: Package, name: str) -> None:
    """The textbook tier has room for what the textbook's formulas round."""
    sigma, rules = of.activations.ACTIVATIONS[name], of.rules(textbook=True)
    z = drawn(of, 13, (1, 500), largest=1e-9).form
    near, between = rules.near(z), of.ranges.slopes(sigma, rules.near(z))
    assert (rules.activation(sigma, z, between).box >= sigma.textbook_value_rounding(near, rules.arithmetic)).all()
    assert (rules.slope(sigma, z, between).box >= sigma.textbook_slope_rounding(near, rules.arithmetic)).all()


def check_product(of: Package) -> None:
    """x̂ŷ − x°y° is x_c A_y η + y_c A_x η and at most the box."""
    rules, one, other = of.rules(), drawn(of, 4, (1, 6000), 3.0, boxed=True), drawn(of, 5, (1, 6000), 3.0, boxed=True)
    y = Errors(other.form, one.eta, other.truth, other.truth + other.signed(other.form) * 0)
    rng = np.random.default_rng(6)
    along = (other.form.signed * one.eta).sum(-1)
    extra = other.form.box * rng.choice([-1.0, 1.0], other.form.box.shape)
    program = y.truth + along + extra
    x = one.form
    product = of.heads._product(rules, x, other.form, 2)
    signed = (product.signed * one.eta).sum(-1)
    held(one.program * program - one.truth * y.truth - signed, product.box, 0.5)


def check_slope_product(of: Package, name: str = "tanh") -> None:
    """x̂ ⊙ σ′(ẑ) − x° ⊙ σ′(z°) is its form and at most the box."""
    sigma, rules = of.activations.ACTIVATIONS[name], of.rules()
    z, x = drawn(of, 7, (1, 6000), boxed=True), drawn(of, 8, (1, 6000), boxed=True)
    s = rules.slope(sigma, z.form, of.ranges.slopes(sigma, rules.near(z.form)))
    along = (x.form.signed * z.eta).sum(-1)
    program = x.truth + along + x.form.box * np.random.default_rng(9).choice([-1.0, 1.0], x.form.box.shape)
    product = rules.times_slope(x.form, s, np.zeros_like(x.form.box), 5)
    residual = program * sigma.slope(z.program) - x.truth * sigma.slope(z.truth) - z.signed(product)
    held(residual, product.box, 0.3)


def check_softmax(of: Package) -> None:
    """p(ẑ) − p(z°) is J A η and at most the box."""
    rules, z = of.rules(), drawn(of, 10, (4, 20000), 1.0, boxed=True)
    y = of.arithmetic.Inexact(np.zeros_like(z.form.value), np.zeros_like(z.form.value))
    p = of.heads._softmax(rules, of.heads.HeadOperands(z.form, y))
    softmax = of.activations.SOFTMAX
    held(softmax.value(z.program) - softmax.value(z.truth) - z.signed(p), p.box, 0.2)


def check_rise(of: Package, cost: str) -> None:
    """f′(ĝ) − f′(g°) is its form and at most the box."""
    head, rules, g = of.costs.COSTS[cost].head("tanh"), of.rules(), drawn(of, 11, (1, 6000), boxed=True)
    rise = of.heads._rise(rules, head, g.form)
    residual = head.rise(g.program) - head.rise(g.truth) - g.signed(rise)
    held(residual, rise.box, 0.5 if cost != "quadratic" else 0.99)


def check_read(of: Package) -> None:
    """A weight and a bias that a program has otherwise count with all of that, times the largest operand."""
    rules, z, inexact = of.rules(), drawn(of, 12, (1, 2000), boxed=True), of.arithmetic.Inexact
    w, b = inexact(np.full((1, 1, 1), 0.5), np.full((1, 1, 1), 0.5)), inexact(np.zeros((1, 1)), np.full((1, 1), 0.25))
    residual = z.program - 0.5 * z.truth - 0.5 * z.signed(z.form)  # it has 1 for ½
    made, _ = rules.weighted_input(w, b, z.form)
    held(residual + 0.25 * np.sign(residual), made.box, 0.99)
    back, _ = rules.back(w, z.form)
    held(residual, back.box, 0.99)


class Attack(NamedTuple):
    """A network, and how near its bound an adversary must come."""

    activations: tuple[str, ...]
    cost: str
    textbook: bool = False
    recomputes: bool = False
    l2: float = 0.0
    weighted: bool = False


ATTACKS = {
    "tanh": Attack(("tanh",) * 5, "quadratic"),
    "tanh, textbook": Attack(("tanh",) * 5, "quadratic", textbook=True),
    "tanh, recomputed": Attack(("tanh",) * 5, "quadratic", recomputes=True),
    "sigmoid": Attack(("sigmoid",) * 5, "cross_entropy", l2=0.3),
    "sigmoid, textbook": Attack(("sigmoid",) * 5, "cross_entropy", textbook=True, recomputes=True),
    "softmax": Attack(("softplus", "tanh", "softplus", "softmax"), "cross_entropy"),
    "softmax, textbook": Attack(("softplus", "tanh", "softplus", "softmax"), "cross_entropy", True, True),
    "mixed": Attack(("relu", "tanh", "identity", "sigmoid", "softplus"), "quadratic", weighted=True),
}


def check_attack(of: Package, name: str, entries: int = 4) -> None:
    """No entry of ∂C/∂W or ∂C/∂b passes its bound, and everyone comes within 1 % of what the forms allow it."""
    case, row, arithmetic = network(ATTACKS[name]), ATTACKS[name], Arithmetic("float32")
    allowed = Allowed(arithmetic.u, arithmetic.omega, arithmetic.tau, row.textbook, row.recomputes)
    rules = of.layers.Rules(
        of.arithmetic.Arithmetic("float32"), of.arithmetic.Tier(row.textbook, False), row.recomputes
    )
    package_case = of.case.Case(*(getattr(case, part) for part in CASE))
    bound = of.zonotope.zonotope(package_case, rules.arithmetic, rules.tier, row.recomputes)
    unsplit = [split - lost for split, lost in zip(bound.nabla_w, split_off(of, package_case, rules), strict=True)]
    rng = np.random.default_rng(1)
    for kind, (limits, sharp) in enumerate(((bound.nabla_w, unsplit), (bound.nabla_b, bound.nabla_b))):
        for _ in range(entries):
            layer = int(rng.integers(len(limits)))
            entry = tuple(int(rng.integers(size)) for size in limits[layer].shape)
            furthest = attack(case, allowed, kind, layer, entry)
            assert furthest <= limits[layer][entry], (name, kind, furthest / limits[layer][entry])
            assert furthest >= 0.99 * sharp[layer][entry], (name, kind, furthest / sharp[layer][entry])
    wider = np.concatenate([(split / sharp).ravel() for split, sharp in zip(bound.nabla_w, unsplit, strict=True)])
    assert np.median(wider) <= MOST_SPLIT, (name, np.median(wider))


MOST_SPLIT = 1.06
"""How much wider BP4 may be at the median for bounding a and δ apart, where their errors have symbols in common."""


def split_off(of: Package, case: Case, rules: Any) -> list[Array]:
    """|δ| R_a + R_δ |a| less Σ |δ A_a + a A_δ|, for each ∂C/∂W: what the signs of both together would save."""
    pack = of.case.Pack.of([case])
    operands = of.zonotope.bound.Operands.of(pack, rules.arithmetic)
    forms = of.zonotope.walk.Pass(operands, rules).forms(of.zonotope.bound.head_of(pack))
    return [_saved(a, delta) for a, delta in zip(forms.a, forms.delta, strict=True)]


def _saved(a: Any, delta: Any) -> Array:
    """Of one layer: (n_l, n_{l−1})."""
    symbols = delta.signed.shape[-1]
    of_a = np.pad(a.signed, [(0, 0)] * 3 + [(0, symbols - a.signed.shape[-1])])
    parts = delta.value[:, :, None, :, None] * of_a[:, None], a.value[:, None, :, :, None] * delta.signed[:, :, None]
    apart, together = (np.abs(each).sum(axis=(-2, -1)) for each in (np.abs(parts).sum(axis=0), sum(parts)))
    return np.asarray((apart - together)[0])


CASE = ("architecture", "weights", "biases", "x", "y", "example_weights")


def network(row: Attack, examples: int = 2, seed: int = 0) -> Case:
    """A calm case of it."""
    rng, widths = np.random.default_rng(seed), (4,) * (len(row.activations) + 1)

    def normal(*shape: int) -> Array:
        return rng.standard_normal(shape).astype("float32")

    weights = tuple(normal(n, k) / np.float32(2) for k, n in itertools.pairwise(widths))
    x, y = normal(4, examples), normal(4, examples)
    if row.cost == "cross_entropy":
        y = np.float32(1.5) * np.abs(y) / np.abs(y).sum(axis=0)
    counts = np.abs(normal(examples)) if row.weighted else None
    of = Architecture(widths, row.activations, row.cost, "mean", row.l2, row.weighted)
    return Case(of, weights, tuple(normal(n) for n in widths[1:]), x, y, counts)


def elementwise(of: Package) -> list[str]:
    return list(of.ranges.BENDS)


CHECKS: dict[str, Callable[[Package], None]] = {
    **{f"activation {name}": lambda of, name=name: check_activation(of, name) for name in elementwise(Package())},  # type: ignore[misc]
    **{f"slope {name}": lambda of, name=name: check_slope(of, name) for name in elementwise(Package())},  # type: ignore[misc]
    **{f"f′ of {cost}": lambda of, cost=cost: check_rise(of, cost) for cost in ("quadratic", "huber", "log_cosh")},  # type: ignore[misc]
    **{f"textbook {name}": lambda of, name=name: check_textbook(of, name) for name in elementwise(Package())},  # type: ignore[misc]
    "cap": check_cap,
    "range": check_range,
    "product": check_product,
    "product with a slope": check_slope_product,
    "softmax": check_softmax,
    "read": check_read,
    **{f"attack on {name}": lambda of, name=name: check_attack(of, name) for name in ATTACKS},  # type: ignore[misc]
}
"""Every one, by name."""
