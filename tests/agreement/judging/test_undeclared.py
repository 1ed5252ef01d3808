"""TF32 and bfloat16 inside float32 products: judged by what is declared, and named where they are not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ml_dtypes
import numpy as np
import pytest
from backproof.agreement.judging.judge import Judge
from backproof.agreement.judging.undeclared import undeclared
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.running.check import judge_one
from backproof.agreement.tally.tally import Tally
from backproof.manual.activations import ACTIVATIONS, Elementwise
from backproof.manual.backprop import head_of
from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.rounding.arithmetic import Arithmetic, narrowed_products
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.protocol import Traits, traits
from helpers import drawn

KINDS, LOST = ("tf32", "bfloat16"), 13
"""TF32 has 13 binary digits less than a float32."""
NETWORKS = [
    Architecture((5, 8, 4), ("tanh", "sigmoid"), "quadratic"),
    Architecture((6, 7, 5, 3), ("relu", "softplus", "softmax"), "cross_entropy", "sum"),
]


@dataclass(frozen=True)
class Narrowed:
    """NumPy by hand, whose matrix products cut TF32 operands off, and round those of bfloat16."""

    kind: str
    traits: Traits = Traits(recomputes=False)
    name: str = "gpu"
    version: str = "1"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def cut(self, x: Array) -> Array:
        if self.kind == "bfloat16":
            return x.astype(ml_dtypes.bfloat16).astype(np.float32)
        mask = np.uint32(0xFFFFFFFF) << np.uint32(LOST)
        return (np.ascontiguousarray(x).view(np.uint32) & mask).view(np.float32)

    def product(self, x: Array, y: Array) -> Array:
        return self.cut(x) @ self.cut(y)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        names, z, a = pack.architecture.activations, list[Array](), [pack.x]
        for w, b, name in zip(pack.weights, pack.biases, names, strict=True):
            z.append(self.product(w, a[-1]) + b[..., None])
            a.append(ACTIVATIONS[name].value(z[-1]))
        deltas = [head_of(pack).delta(z[-1], a[-1], pack.y) * np.float32(pack.share)]
        for i in range(len(names) - 2, -1, -1):
            sigma = ACTIVATIONS[names[i]]
            assert isinstance(sigma, Elementwise)
            deltas.insert(0, self.product(pack.weights[i + 1].mT, deltas[0]) * sigma.slope(z[i]))
        nabla_w = tuple(self.product(d, below.mT) for d, below in zip(deltas, a, strict=False))
        nabla_b = tuple(d.sum(axis=-1) for d in deltas)
        return Gradients(nabla_w, nabla_b, tuple(deltas), tuple(z), tuple(a[1:]))


def wrong(backend: Narrowed, pack: Pack) -> int:
    found = Judge(pack).findings(backend, backend.gradients(pack))
    return sum(int((finding.verdict == Verdict.WRONG).sum()) for finding in found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", NETWORKS, ids=str)
def test_what_is_declared_is_right_and_what_is_not_is_wrong_and_named(kind: str, of: Architecture) -> None:
    pack = drawn.pack(of, "float32", regimes=("calm", "wide", "zeros", "tiny") * 4)
    assert wrong(Narrowed(kind, Traits(recomputes=False, products=kind)), pack) == 0
    backend, judge = Narrowed(kind), Judge(pack)
    assert wrong(backend, pack) > 100
    got = backend.gradients(pack)
    sentence = undeclared(judge, backend, got, judge.findings(backend, got))
    assert sentence is not None
    assert sentence.startswith(f"gpu: its wrong float32 entries are right for {kind} products: declare Traits(")


def test_declared_products_are_still_judged() -> None:
    pack = drawn.pack(NETWORKS[0], "float32", regimes=("calm",) * 6)
    declared = Traits(recomputes=False, products="tf32")
    assert wrong(Narrowed("bfloat16", declared), pack) > 50
    in_double = drawn.pack(NETWORKS[0], "float64", regimes=("calm",) * 6)
    assert set(
        Judge(in_double).findings(replace(MANUAL, traits=declared), MANUAL.gradients(in_double))[0].verdict.ravel()
    ) == {0}


def test_another_mistake_is_not_blamed_on_them() -> None:
    pack = drawn.pack(NETWORKS[0], "float32", regimes=("calm",) * 6)
    judge = Judge(pack)
    got = MANUAL.gradients(pack)
    doubled = replace(got, nabla_w=tuple(2 * w for w in got.nabla_w))
    assert undeclared(judge, MANUAL, doubled, judge.findings(MANUAL, doubled)) is None
    assert undeclared(judge, MANUAL, got, judge.findings(MANUAL, got)) is None


def test_a_check_says_so() -> None:
    pack, tally = drawn.pack(NETWORKS[0], "float32", regimes=("calm",) * 6), Tally()
    judge_one(Judge(pack), Narrowed("tf32"), ("calm",) * 6, tally)
    assert [sentence for sentence in tally.unsteady if "tf32 products" in sentence]


def test_other_names_are_refused() -> None:
    with pytest.raises(AssertionError, match=r"products 'fp8'"):
        traits(Narrowed("tf32", Traits(products="fp8")))


def test_torch_says_what_it_narrows_to() -> None:
    torch = pytest.importorskip("torch")
    from backproof.reference.torch_backends.torch_autograd import narrowed_to

    before = torch.get_float32_matmul_precision()
    try:
        for said, name in (("highest", None), ("high", "tf32"), ("medium", "bfloat16")):
            torch.set_float32_matmul_precision(said)
            assert narrowed_to() == name
    finally:
        torch.set_float32_matmul_precision(before)


SAID = {
    (None, "cuda"): "tf32",
    ("default", "cuda"): "tf32",
    ("high", "gpu"): "tf32",
    ("tensorfloat32", "cuda"): "tf32",
    ("highest", "cuda"): None,
    ("float32", "tpu"): None,
    ("default", "tpu"): "bfloat16",
    ("TF32_TF32_F32", "tpu"): "tf32",
    ("BF16_BF16_F32", "cuda"): "bfloat16",
    ("BF16_BF16_F32", "cpu"): None,
}
"""jax_default_matmul_precision and the device: what operands are narrowed to."""


@pytest.mark.parametrize(("said", "device"), SAID)
def test_jax_says_what_it_narrows_to(said: str | None, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jax = pytest.importorskip("jax")
    from backproof.reference.jax_backends.jax_grad import JIT

    monkeypatch.setattr(jax, "devices", lambda device: [device])
    with jax.default_matmul_precision(said):
        assert traits(JIT.on(device)).products == SAID[said, device]
    assert traits(JIT).products is None


def test_their_sums_are_those_of_float32_which_may_cut_off() -> None:
    inside = narrowed_products("tf32").narrow
    assert inside is not None
    assert inside.summed(5, 2) == Arithmetic("float32").gamma(12)
