from __future__ import annotations

import ast
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.regimes import REGIMES
from backproof.manual.backprop import backprop
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.rounding import rounding
from backproof.manual.rounding.arithmetic import STABLE, TEXTBOOK, Arithmetic
from backproof.reference.truth import balls, certified, doubled
from backproof.reference.truth.enclosure import Enclosure
from flint import arb, ctx
from helpers.definitions import BITS, ball, forward, inner, line, no_direction
from helpers.drawn import OPTIONED, case, cases
from helpers.every import every
from helpers.sabotage import Touched, forbid
from hypothesis import given, settings
from hypothesis import strategies as st

WITHIN_SERIES = tuple(set(REGIMES) - {"huge"})
"""There e^z has more digits than memory: definitions without rearrangement cannot reach it."""
DEEP = Architecture((2, 3, 3, 2), ("tanh", "softplus", "sigmoid"), "cross_entropy")


def tolerance(of: Case | Pack) -> Gradients[Any]:
    return rounding.end_to_end(of, Arithmetic(of.dtype.name), STABLE)


def certify(of: Case) -> Gradients[Enclosure]:
    return certified.truth(of, tolerance(of))


def direction(of: Case, seed: int) -> Gradients[Any]:
    """Random small integers for every W, b and Δz."""
    rng = np.random.default_rng(seed)
    return no_direction(of).map(lambda part: rng.integers(-3, 4, part.shape).astype(float))


@given(of=cases(WITHIN_SERIES), seed=st.integers(0, 2**32 - 1))
def test_the_truth_holds_every_directional_derivative(of: Case, seed: int) -> None:
    v = direction(of, seed)
    truth = certify(of)
    with ctx.workprec(BITS):
        slope = forward(of, line(2), v)["cost"][1]
        total, scale = inner(truth, v)
        assert slope.overlaps(total)
        sharp = (scale * 2.0**-40 + 1e-300).upper()  # an enclosure of nothing in particular would overlap, too
        assert slope.rad() <= sharp


@settings(max_examples=12)
@given(of=cases(WITHIN_SERIES, OPTIONED, depth=2, width=3), seed=st.integers(0, 2**32 - 1))
def test_it_does_with_an_l2_term_and_weights(of: Case, seed: int) -> None:
    v = direction(of, seed)
    with ctx.workprec(BITS):
        walked = forward(of, line(2), v)["cost"]
        for truth in (certify(of), certified.truth(Pack.of([of]), tolerance(Pack.of([of]))).map(_first)):
            assert walked[1].overlaps(inner(truth, v)[0])
            assert walked[0].overlaps(ball(truth.cost, ()))


def _first(enclosure: Enclosure) -> Enclosure:
    return Enclosure(*(part[0] for part in enclosure))


@given(of=cases(WITHIN_SERIES))
def test_the_truth_holds_z_a_and_the_cost(of: Case) -> None:
    truth = certify(of)
    with ctx.workprec(BITS):
        walked = forward(of, lambda x, dx: arb(x), no_direction(of))
        assert ball(truth.cost, (0, 0) if truth.cost.hi.ndim else ()).overlaps(walked["cost"])
        for part in ("z", "a"):
            for layer, columns in enumerate(walked[part]):
                enclosure = getattr(truth, part)[layer]
                for j, e in np.ndindex(enclosure.hi.shape):
                    assert ball(enclosure, (j, e)).overlaps(columns[e][j])


@given(of=cases())
def test_the_radius_is_small_beside_the_tolerance(of: Case) -> None:
    limits = tolerance(of)
    parts = certified.truth(of, limits).map(lambda truth, limit: (truth, limit), limits)
    for place, (truth, limit) in parts.items():
        judged = np.isfinite(limit)
        fine = np.maximum(2.0**-10 * (limit + np.spacing(np.abs(truth.hi))), 5e-324)
        assert (truth.radius <= fine)[judged].all(), place


@given(of=cases(WITHIN_SERIES))
def test_hi_is_the_nearest_float_and_lo_the_rest(of: Case) -> None:
    for truth in dict(certify(of).items()).values():
        finite = np.isfinite(truth.radius)
        assert truth.hi.dtype == truth.lo.dtype == truth.radius.dtype == np.float64
        assert truth.hi.shape == truth.lo.shape == truth.radius.shape
        assert (np.abs(truth.lo) <= np.spacing(np.abs(truth.hi)) / 2 + 5e-324)[finite].all()
        assert (truth.radius >= 0).all()


EXACT = Case(
    Architecture((1, 1), ("identity",), "quadratic", "sum"),
    (np.array([[1 + 2.0**-52]]),),
    (np.array([2.0**-70]),),
    np.array([[1 + 2.0**-52]]),
    np.zeros((1, 1)),
)


def test_a_value_of_more_than_two_floats_has_its_rest_in_the_radius() -> None:
    truth = certified.truth(EXACT, tolerance(EXACT))
    z = (1 + arb(2) ** -52) ** 2 + arb(2) ** -70
    with ctx.workprec(256):
        exact = (1 + arb(2.0**-52)) ** 2 + arb(2.0**-70)
        assert ball(truth.z[0], (0, 0)).contains(exact)
    assert truth.z[0].hi == float(z)
    assert truth.z[0].lo == 2.0**-104 + 2.0**-70
    assert truth.z[0].radius == 0


def test_a_cost_that_no_pair_of_floats_holds_is_enclosed_with_a_radius() -> None:
    truth = certified.truth(EXACT, tolerance(EXACT))
    with ctx.workprec(1024):
        z = (1 + arb(2.0**-52)) ** 2 + arb(2.0**-70)
        half = z * z / 2
        apart = abs(half - arb(float(truth.cost.hi)) - arb(float(truth.cost.lo)))
        assert 0 < apart <= arb(float(truth.cost.radius))
    assert truth.cost.radius < 2.0**-104


def test_what_no_precision_resolves_has_radius_infinity() -> None:
    # σ(x) − σ(x) is 0 but never proven so: the slope of relu stays open, and with it δ¹ and what follows.
    x, one = np.array([[0.3]]), np.array([[1.0], [1.0]])
    of = Case(
        Architecture((1, 2, 1, 1), ("sigmoid", "relu", "identity")),
        (one, np.array([[1.0, -1.0]]), np.array([[1.0]])),
        (np.zeros(2), np.zeros(1), np.ones(1)),
        x,
        np.zeros((1, 1)),
    )
    truth = certified.truth(of, rounding.end_to_end(of, Arithmetic("float64"), TEXTBOOK))
    assert np.isinf(truth.delta[1].radius).all()
    assert np.isinf(truth.nabla_w[0].radius).all()
    for _, part in (*truth.items(),):
        assert not np.isnan(part.radius).any()
    assert truth.z[1].hi == 0
    assert np.isfinite(truth.z[1].radius).all()
    assert np.isfinite(truth.delta[2].radius).all()


def test_what_is_not_to_be_judged_is_not_sharpened(monkeypatch: pytest.MonkeyPatch) -> None:
    precisions = []
    walk = certified.walk
    monkeypatch.setattr(certified, "walk", lambda *args: precisions.append(ctx.prec) or walk(*args))
    of = case(DEEP)
    certified.truth(of, tolerance(of).map(lambda limit: np.full_like(limit, np.inf)))
    assert precisions == [certified.PRECISIONS[0]]
    certified.truth(of, tolerance(of).map(lambda limit: 1e-60 * limit))
    assert precisions == [128, 128]  # the ulp of hi is sharp enough for any tolerance in floats


def test_precision_rises_until_the_radius_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    of = case(Architecture((2, 3, 2), ("tanh", "softmax"), "cross_entropy"), regime="saturated")
    sharp = certify(of)
    monkeypatch.setattr(certified, "PRECISIONS", (24, 32, 40, 64, 128, 256))
    blunt = certify(of)
    for place, part in blunt.items():
        other = dict(sharp.items())[place]
        assert (np.abs(part.hi - other.hi) <= part.radius + other.radius + np.spacing(np.abs(other.hi))).all()
        assert np.isfinite(part.radius).all()
    monkeypatch.setattr(certified, "PRECISIONS", (8,))
    assert any(np.isinf(part.radius).any() for _, part in certify(of).items())


@pytest.mark.parametrize("before", [53, 77])
def test_the_caller_s_precision_is_restored(before: int) -> None:
    with ctx.workprec(before):
        of = case(DEEP)
        certified.step_truth(of, backprop(of), tolerance(of))
        certify(of)
        assert ctx.prec == before


def test_the_caller_s_precision_is_restored_after_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    assert forbid(monkeypatch, balls) > 5
    before = ctx.prec
    with pytest.raises(Touched):
        certify(case(DEEP))
    assert ctx.prec == before


def _imported(module: Any) -> set[str]:
    """Every module that the source of a module imports from, by its full name."""
    found = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), module.__spec__.parent)
            found |= {base} if node.module else {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found - {"__future__", "collections.abc", "typing"}


def _imported_by_all_of(package: Any) -> set[str]:
    """The same of every module of a package, but for each other."""
    names = [name for _, name, _ in walk_packages(package.__path__, f"{package.__name__}.")]
    assert len(names) > 4
    found = set().union(*(_imported(import_module(name)) for name in names))
    return {name for name in found if not name.startswith(f"{package.__name__}.")}


def test_the_truth_shares_no_mathematics_with_the_manual_module() -> None:
    inputs = {f"backproof.manual.{name}" for name in ("case", "gradients", "shapes")}
    assert _imported(certified) == inputs | {
        "backproof.manual.rounding.formats",
        *("functools", "numpy", "flint"),
        *(f"backproof.reference.truth.{name}" for name in ("balls", "doubled", "enclosure")),
    }
    assert _imported_by_all_of(balls) == {"flint"}
    compiling = {f"backproof.reference.fast.{name}" for name in ("error_free", "jit", "switch")}
    assert _imported_by_all_of(doubled) == inputs | compiling | {"math", "functools", "numpy", "flint"}


def test_the_truth_answers_with_the_manual_module_s_mathematics_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    of = case(DEEP)
    limits, computed, before = tolerance(of), backprop(of), certify(of)
    for name in (
        "activations",
        "backprop",
        "costs",
        "equations",
        "network",
        "rounding.arithmetic",
        "rounding.rounding",
    ):
        assert forbid(monkeypatch, import_module(f"backproof.manual.{name}"))
    with pytest.raises(Touched):
        backprop(of)
    pack = Pack.of([of])
    assert certified.truth(pack, limits.map(lambda limit: limit[None])).nabla_w[0].hi == pytest.approx(
        before.nabla_w[0].hi[None], rel=1e-15
    )
    after = certified.truth(of, limits)
    assert every((part.hi == dict(before.items())[place].hi).all() for place, part in after.items())
    assert certified.step_truth(of, computed, limits).nabla_w[0].hi == pytest.approx(computed.nabla_w[0])


def test_a_blunt_digit_beside_a_wide_tolerance_does_not_send_a_case_to_balls() -> None:
    value, ulp = 6.6e-7, np.spacing(6.6e-7)
    for radius, tolerance, doubtful in (
        (ulp / 8, 2 * ulp, False),
        (ulp / 2, 2 * ulp, True),
        (ulp / 2, 2.0**20 * ulp, False),
        (2.0**-19 * value, 1.0, True),  # no digit of a value is left to chance, however wide the tolerance
    ):
        enclosure = Enclosure(np.array([value]), np.array([0.0]), np.array([radius]))
        assert certified._doubtful("float64", enclosure, np.array([tolerance])) == doubtful
