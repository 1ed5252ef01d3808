"""A right formula whose terms cancel loses digits, and is never wrong; an error beside it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.judging.finding import Finding
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture, Case, Pack
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from helpers import drawn
from helpers.textbook_forms import FORMS, HEADS, TextbookNetwork

both = pytest.mark.parametrize("dtype", ["float64", "float32"])


def judged(backend: Any, pack: Pack) -> list[Finding]:
    return Judge(pack).findings(backend, backend.gradients(pack))


def counted(findings: list[Finding]) -> Counter[Verdict]:
    return Counter(Verdict(v) for finding in findings for v in finding.verdict.ravel().tolist())


def scaled(name: str, dtype: str, size: float) -> Pack:
    """Calm cases, with every z about so large."""
    pack = drawn.pack(Architecture((3, 4, 3), (name, name), "quadratic"), dtype, regimes=("calm",) * 12)
    factor = np.asarray(size, pack.dtype)
    return Pack(pack.architecture, tuple(w * factor for w in pack.weights), pack.biases, pack.x, pack.y)


@both
@pytest.mark.parametrize(("name", "formula"), FORMS)
@pytest.mark.parametrize("size", [1e-3, 1.0, 8.0, 30.0])
def test_an_activation_however_it_is_written_is_not_wrong(name: str, formula: str, size: float, dtype: str) -> None:
    size = min(size, 3.0) if name == "softplus" else size  # beyond, e^z leaves the range in float32
    backend, pack = TextbookNetwork(FORMS[name, formula]), scaled(name, dtype, size)
    found = counted(judged(backend, pack))
    assert found[Verdict.WRONG] == 0
    assert found[Verdict.ACCURATE] > 0


@both
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus"])
def test_some_digits_are_lost_and_the_stable_forms_lose_none(name: str, dtype: str) -> None:
    pack = scaled(name, dtype, 8.0)
    forms = [TextbookNetwork(form) for (of, _), form in FORMS.items() if of == name]
    assert any(counted(judged(form, pack))[Verdict.LOSSY] for form in forms)
    assert set(counted(judged(MANUAL, pack))) == {Verdict.ACCURATE}


def offset_by(offset: float, dtype: str, output: str) -> Pack:
    """Logits that have a number in common."""
    rng, of = np.random.default_rng(0), Architecture((3, 4), (output,), "cross_entropy", "mean")
    cases = []
    for _ in range(40):
        y = np.eye(4)[:, rng.integers(0, 4, 2)] if rng.random() < 1 / 2 else rng.dirichlet(np.ones(4), 2).T
        arrays = rng.standard_normal((4, 3)), offset + rng.standard_normal(4), rng.standard_normal((3, 2)), y
        w, b, x, y = (array.astype(dtype) for array in arrays)
        cases.append(Case(of, (w,), (b,), x, y))
    return Pack.of(cases)


@both
@pytest.mark.parametrize(("output", "formula"), HEADS)
@pytest.mark.parametrize("offset", [0.0, -30.0, 30.0, 100.0, 1e3, 1e4, 1e6])
def test_a_cross_entropy_from_logits_with_an_offset_is_not_wrong(
    output: str, formula: str, offset: float, dtype: str
) -> None:
    backend, pack = TextbookNetwork(head=HEADS[output, formula]), offset_by(offset, dtype, output)
    found = counted(judged(backend, pack))
    assert found[Verdict.WRONG] == 0
    assert found[Verdict.OUT_OF_RANGE] == 0
    if output == "softmax" and offset >= 1e3:
        assert found[Verdict.LOSSY] > 0
    assert set(counted(judged(MANUAL, pack))) <= {Verdict.ACCURATE, Verdict.BLIND}


@both
def test_beside_what_a_formula_loses_an_error_is_still_seen(dtype: str) -> None:
    """A relative 1e-3 in δ^L, where the offset is as large as networks have it."""
    harm = 1 + 1e-3
    for (output, _), head in HEADS.items():
        found = counted(judged(TextbookNetwork(head=head, factor=harm), offset_by(30.0, dtype, output)))
        assert found[Verdict.WRONG] > 100 if output == "softmax" else found[Verdict.WRONG] >= 0
    for (name, _), form in FORMS.items():
        assert counted(judged(TextbookNetwork(form, factor=harm), scaled(name, dtype, 1.0)))[Verdict.WRONG] >= 60


@both
@pytest.mark.parametrize("regime", REGIMES)
def test_no_regime_makes_them_wrong(regime: str, dtype: str) -> None:
    for (name, _), form in FORMS.items():
        if name != "softplus":
            pack = drawn.pack(Architecture((3, 4, 3), (name, name), "quadratic"), dtype, regimes=(regime,) * 10)
            assert counted(judged(TextbookNetwork(form), pack))[Verdict.WRONG] == 0, name
    for (output, formula), head in HEADS.items():
        pack = drawn.pack(Architecture((3, 4), (output,), "cross_entropy"), dtype, regimes=(regime,) * 10)
        assert counted(judged(TextbookNetwork(head=head), pack))[Verdict.WRONG] == 0, formula
