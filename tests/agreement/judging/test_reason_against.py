"""Networks in 16 bits: what is asked, what right libraries come to, and what is seen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.cases.generate import Menu, units
from backproof.agreement.judging.backends import reason_against
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual.case import Architecture, Case, Pack
from backproof.manual.gradients import Gradients
from backproof.reference import registry
from backproof.reference.protocol import Traits
from helpers.drawn import HALF, pack
from helpers.every import none_of

OF = Architecture((3, 4, 2), ("tanh", "sigmoid"), "cross_entropy")


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("name", ["torch", "torch.nn", "torch.per_example"])
def test_torch_is_right_in_every_regime(name: str, dtype: str) -> None:
    found: Counter[Any] = Counter()
    backend = registry.load(name)
    for unit in units(90, 3, Menu(dtypes=(dtype,), l2=(0.0, 0.1), weighted=True)):
        drawn, _ = unit.draw()
        for finding in Judge(drawn).findings(backend, backend.gradients(drawn)):
            found.update(finding.verdict.ravel().tolist())
    assert found[Verdict.ACCURATE] > 5000
    assert not found[Verdict.WRONG]


@pytest.mark.parametrize("dtype", HALF)
def test_jax_is_right_in_every_regime(dtype: str) -> None:
    drawn, backend = pack(OF, dtype=dtype), registry.load("jax")
    verdicts = [finding.verdict for finding in Judge(drawn).findings(backend, backend.gradients(drawn))]
    assert none_of((verdict == Verdict.WRONG).any() for verdict in verdicts)
    assert any((verdict == Verdict.ACCURATE).any() for verdict in verdicts)


def test_what_overflows_before_it_is_averaged_is_out_of_range() -> None:
    of, two_hundred = Architecture((1, 1), ("identity",), "quadratic"), np.full((1, 2), 200, np.float16)
    one, zero = np.ones((1, 1), np.float16), np.zeros(1, np.float16)
    drawn, backend = Pack.of([Case(of, (one,), (zero,), two_hundred, 0 * two_hundred)]), registry.load("torch")
    got = backend.gradients(drawn)
    assert np.isinf(got.cost).all()  # the truth: 20,000
    verdicts = {finding.place.quantity.value: finding.verdict for finding in Judge(drawn).findings(backend, got)}
    assert (verdicts["C"] == Verdict.OUT_OF_RANGE).all()
    assert (verdicts["z"] == Verdict.ACCURATE).all()


class InHalf:
    """One layer by hand, whose sums are added up in 16 bits, or in float32 and rounded."""

    name, version, traits = "in_half", "1", Traits(recomputes=False, dtypes=HALF)

    def __init__(self, narrow: bool) -> None:
        self._narrow = narrow

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Any]:
        within, dtype = pack.dtype if self._narrow else np.dtype(np.float32), pack.dtype
        z = np.zeros((len(pack), pack.architecture.widths[1], pack.examples), within)
        for k in range(pack.architecture.widths[0]):
            z = (z + pack.weights[0][:, :, k, None].astype(within) * pack.x[:, None, k].astype(within)).astype(within)
        z = z.astype(dtype)
        delta = (z - pack.y).astype(dtype)
        nabla_w = (delta.astype(np.float32) @ pack.x.mT.astype(np.float32)).astype(dtype)
        nabla_b = delta.astype(np.float32).sum(axis=-1).astype(dtype)
        cost = (delta.astype(np.float32) ** 2).sum(axis=(-2, -1)) / 2
        return Gradients((nabla_w,), (nabla_b,), (delta,), (z,), (z,), cost.astype(dtype))


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("narrow", [True, False])
def test_sums_in_16_bits_are_wrong(dtype: str, narrow: bool) -> None:
    rng, n = np.random.default_rng(1), 600
    numbers = [np.abs(rng.standard_normal(shape)).astype(dtype) for shape in ((1, n), (n, 1), (1, 1))]
    of = Architecture((n, 1), ("identity",), "quadratic", "sum")
    drawn = Pack.of([Case(of, (numbers[0] / np.dtype(dtype).type(32),), (np.zeros(1, dtype),), numbers[1], numbers[2])])
    backend = InHalf(narrow)
    z = next(f for f in Judge(drawn).findings(backend, backend.gradients(drawn)) if f.place.quantity.value == "z")
    assert (z.verdict == Verdict.WRONG).all() == narrow


@pytest.mark.parametrize(
    ("name", "of", "dtype", "reason"),
    [
        ("numpy", OF, "bfloat16", "not asked in bfloat16: its traits say float64, float32"),
        ("torch.jacfwd", OF, "float16", "not asked in float16"),
        ("torch", Architecture((1, 1), ("gelu",)), "float16", "no bound is derived for gelu in float16"),
        ("torch", Architecture((1, 1), ("tanh",), "huber"), "bfloat16", "no bound is derived for huber in bfloat16"),
        ("torch", Architecture((1, 1), ("gelu",)), "float32", None),
        ("torch", OF, "bfloat16", None),
    ],
)
def test_what_is_not_asked_has_a_reason(name: str, of: Architecture, dtype: str, reason: str | None) -> None:
    told = reason_against(registry.load(name), of, dtype)
    assert told == reason if reason is None else reason in str(told)


@pytest.mark.parametrize("dtype", HALF)
def test_a_case_file_holds_the_very_floats(dtype: str) -> None:
    case = pack(OF, dtype=dtype)[0]
    again = case_json.from_json(case_json.as_json(case))
    assert again.id == case.id
    assert again.dtype == np.dtype(dtype)
    assert (again.weights[0] == case.weights[0]).all()
    assert again.id != case.astype(np.float32).id


def test_numpy_knows_of_bfloat16() -> None:
    assert np.dtype("bfloat16") == ml_dtypes.bfloat16
