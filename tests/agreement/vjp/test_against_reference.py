"""Hand-written backward passes of NumPy, torch and jax against a plain reference."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from backproof.agreement import Disagreement, Incomplete, UsageError, cross_check_vjp
from backproof.agreement.vjp.against_reference import judge_against
from backproof.agreement.vjp.variations import REGIMES
from backproof.reference.graph.contract import Contract
from helpers.later import long_but

jax = pytest.importorskip("jax")
torch = pytest.importorskip("torch")
jnp = jax.numpy
RNG = np.random.default_rng(0)
X, W = RNG.standard_normal((3, 6)).astype(np.float32), RNG.standard_normal(6).astype(np.float32)
FEW = len(REGIMES) + 8


def rms_norm(x: Any, w: Any) -> Any:
    return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-6) * w


def torch_rms_norm(x: Any, w: Any) -> Any:
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * w


def numpy_back(x: Any, w: Any, v: Any) -> Any:
    r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + x.dtype.type(1e-6))
    g = v * w
    return r * (g - x * r * r * (g * x).mean(-1, keepdims=True)), (v * x * r).sum(0)


def jax_back(x: Any, w: Any, v: Any) -> Any:
    r = jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-6)
    g = v * w
    return r * (g - x * r * r * (g * x).mean(-1, keepdims=True)), (v * x * r).sum(0)


def torch_back(x: Any, w: Any, v: Any) -> Any:
    r = torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6)
    g = v * w
    return r * (g - x * r * r * (g * x).mean(-1, keepdim=True)), (v * x * r).sum(0)


class TorchRMS(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, w: Any) -> Any:
        ctx.save_for_backward(x, w)
        return torch_rms_norm(x, w)

    @staticmethod
    def backward(ctx: Any, v: Any) -> Any:
        return torch_back(*ctx.saved_tensors, v)


jax_rms = jax.custom_vjp(rms_norm)
jax_rms.defvjp(lambda x, w: (rms_norm(x, w), (x, w)), lambda saved, v: jax_back(*saved, v))
KERNELS = {
    "numpy": (numpy_back, rms_norm, np.asarray),
    "jax": (jax_back, rms_norm, jnp.asarray),
    "custom_vjp": (jax_rms, rms_norm, jnp.asarray),
    "torch": (torch_back, torch_rms_norm, torch.tensor),
    "Function": (TorchRMS, torch_rms_norm, torch.tensor),
    "Function.apply": (TorchRMS.apply, torch_rms_norm, torch.tensor),
}


@pytest.mark.parametrize("name", long_but(*(name for name in KERNELS if name != "jax"), of=KERNELS))
def test_a_right_kernel_agrees(name: str) -> None:
    kernel, reference, array = KERNELS[name]
    report = cross_check_vjp(kernel, reference=reference, arguments=(array(X), array(W)), cases=FEW)
    assert report.cases == FEW
    assert report.worst_ratio < 1
    half, most = report.power
    assert half < most < 0.1
    assert half < 1e-4
    if name != "numpy":
        assert "exact values agree to" in report.program


DTYPES = ("float64", "float32", "float16", "bfloat16")


@pytest.mark.parametrize(
    ("framework", "dtype"),
    long_but(*(("torch", dtype) for dtype in DTYPES), ("jax", "bfloat16"), of=product(("torch", "jax"), DTYPES)),
)
def test_every_dtype(framework: str, dtype: str) -> None:
    if framework == "torch":
        arguments = tuple(torch.tensor(x).to(getattr(torch, dtype)) for x in (X, W))
        report = cross_check_vjp(TorchRMS, reference=torch_rms_norm, arguments=arguments, cases=FEW)
    else:
        with jax.enable_x64(True):
            arguments = tuple(jnp.asarray(x, dtype) for x in (X, W))
        report = cross_check_vjp(jax_back, reference=rms_norm, arguments=arguments, cases=FEW)
    assert report.worst_ratio < 1
    assert report.decided


def _forgets_the_mean(x: Any, w: Any, v: Any) -> Any:
    r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + x.dtype.type(1e-6))
    return r * v * w, (v * x * r).sum(0)


def _off_by(relative: float) -> Callable[..., Any]:
    def back(x: Any, w: Any, v: Any) -> Any:
        dx, dw = numpy_back(x, w, v)
        dx.flat[-1] *= 1 + relative
        return dx, dw

    return back


WRONG = {
    "a mean forgotten": (_forgets_the_mean, "∂x"),
    "one entry off by 1e-3": (_off_by(1e-3), "∂x"),
    "ct[0] for the sum": (lambda x, w, v: (numpy_back(x, w, v)[0], numpy_back(x[:1], w, v[:1])[1]), "∂w"),
    "not a number": (lambda x, w, v: (numpy_back(x, w, v)[0] * np.float32(np.nan), numpy_back(x, w, v)[1]), "∂x"),
    "infinite": (lambda x, w, v: (numpy_back(x, w, v)[0] + np.float32(np.inf), numpy_back(x, w, v)[1]), "∂x"),
    "float64": (lambda x, w, v: tuple(p.astype(np.float64) for p in numpy_back(x, w, v)), "float32"),
    "a shape": (lambda x, w, v: (numpy_back(x, w, v)[0], numpy_back(x, w, v)[1][None]), r"\(1, 6\)"),
    "one result": (lambda x, w, v: numpy_back(x, w, v)[0], r"gave float32 \(3, 6\) where"),
    "three results": (lambda x, w, v: (*numpy_back(x, w, v), v), "one more"),
    "raises": (lambda x, w, v: 1 / 0, "raised ZeroDivisionError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_kernel_is_told(name: str) -> None:
    kernel, said = WRONG[name]
    with pytest.raises(Disagreement, match=said):
        cross_check_vjp(kernel, reference=rms_norm, arguments=(X, W), cases=3)


def test_operands_changed_in_place_are_told() -> None:
    def back(x: Any, w: Any, v: Any) -> Any:
        found = numpy_back(x, w, v)
        x *= 2
        return found

    with pytest.raises(Disagreement, match="changes its operands in place"):
        cross_check_vjp(back, reference=rms_norm, arguments=(X.copy(), W), cases=2)


def test_a_kernel_that_ignores_strides_is_told() -> None:
    def back(x: Any, w: Any, v: Any) -> Any:
        dense = torch.as_strided(v, v.shape, (v.shape[1], 1)) if v.numel() and 0 not in v.stride() else v
        return torch_back(x, w, dense)

    # Of a strided cotangent it reads the gaps, whose content is chance: the permuted one need not be the worst.
    with pytest.raises(Disagreement, match=r"wrong in .* cotangent (permuted|strided)"):
        cross_check_vjp(back, reference=torch_rms_norm, arguments=(torch.tensor(X), torch.tensor(W)), cases=14)


def test_a_tail_lost_beyond_a_tile_is_told() -> None:
    def back(x: Any, w: Any, v: Any) -> Any:
        dx, dw = numpy_back(x, w, v)
        dw[len(dw) // 32 * 32 :] *= len(dw) < 32
        return dx, dw

    with pytest.raises(Disagreement, match="6 → 33"):
        cross_check_vjp(back, reference=rms_norm, arguments=(X, W))


def test_a_program_off_by_less_than_rounding_is_told() -> None:
    def back(x: Any, w: Any, v: Any) -> Any:
        dx, dw = jax_back(x, w, v)
        return dx * (1 + 3e-7), dw

    with pytest.raises(Disagreement, match=r"the program's ∂x is not the reference's: 18 of 18 entries"):
        cross_check_vjp(back, reference=rms_norm, arguments=(jnp.asarray(X), jnp.asarray(W)), cases=1)


def test_the_contract_decides() -> None:
    def rounds(x: Any, w: Any, v: Any) -> Any:
        import ml_dtypes

        return tuple(p.astype(ml_dtypes.bfloat16).astype(np.float32) for p in numpy_back(x, w, v))

    with pytest.raises(Disagreement):
        cross_check_vjp(rounds, reference=rms_norm, arguments=(X, W), cases=1)
    loose = judge_against(rounds, rms_norm, (X, W), Contract(inside="bfloat16"), cases=1)
    assert not loose.disagrees
    assert "inside in bfloat16" in str(loose)


def test_sums_within_16_bits_are_seen_where_float32_is_asked() -> None:
    x, y = (torch.tensor(RNG.standard_normal((64, 64))).to(torch.bfloat16) for _ in range(2))

    def slow(x: Any, y: Any, v: Any) -> Any:
        def product(a: Any, b: Any) -> Any:
            total = torch.zeros(a.shape[0], b.shape[1], dtype=torch.bfloat16)
            for k in range(a.shape[1]):
                total = total + a[:, k : k + 1] * b[k]
            return total

        return product(v, y.T), product(x.T, v)

    with pytest.raises(Disagreement):
        cross_check_vjp(slow, reference=torch.matmul, arguments=(x, y), contract=Contract(sums="float32"), cases=1)
    report = cross_check_vjp(slow, reference=torch.matmul, arguments=(x, y), cases=1)
    assert sum(n for verdict, n in report.verdicts.items() if verdict.word in ("lossy", "blind")) > 1000
    cross_check_vjp(slow, reference=torch.matmul, arguments=(x, y), contract=Contract(sums="bfloat16"), cases=1)


def test_ties_are_undetermined_and_beyond_them_wrong() -> None:
    x = np.array([1.0, 1.0, 0.5], np.float32)
    half = judge_against(lambda x, v: v * np.float32([0.5, 0.5, 0]), lambda x: x.max(), (x,), cases=1)
    assert not half.disagrees
    assert half.verdicts.keys() >= {v for v in half.verdicts if v.word == "undetermined"}
    assert any(v.word == "undetermined" and n == 2 for v, n in half.verdicts.items())
    both = judge_against(lambda x, v: v * np.float32([2, 0, 0]), lambda x: x.max(), (x,), cases=1)
    assert both.disagrees


def test_an_embedding_with_integers() -> None:
    table, where = RNG.standard_normal((5, 3)).astype(np.float32), np.array([1, 4, 1, 0])

    def back(table: Any, where: Any, v: Any) -> Any:
        made = np.zeros_like(table)
        np.add.at(made, where, v)
        return made

    def loses_duplicates(table: Any, where: Any, v: Any) -> Any:
        made = np.zeros_like(table)
        made[where] += v
        return made

    def reference(table: Any, where: Any) -> Any:
        return table[where]

    cross_check_vjp(back, reference=reference, arguments=(table, where), cases=FEW)
    with pytest.raises(Disagreement, match="∂table"):
        cross_check_vjp(loses_duplicates, reference=reference, arguments=(table, where), cases=FEW)


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"reference": rms_norm}, "arguments= is needed"),
        ({}, "either an operation's name or reference="),
        ({"reference": 3, "arguments": (X,)}, "no function"),
        ({"reference": rms_norm, "arguments": (np.arange(3),)}, "no argument is an array of floats"),
        ({"reference": rms_norm, "arguments": (X.astype(complex), W)}, "complex"),
        ({"reference": lambda x: x.nonsense(), "arguments": (X,)}, "can't be traced"),
        ({"reference": lambda x: (x, x), "arguments": (X,)}, "2 results: one array"),
        (
            {"reference": lambda x: jax.lax.igamma_grad_a(x, x), "arguments": (X,)},
            "no row for the primitive igamma_grad_a at .*test_against",
        ),
    ],
)
def test_bad_input_is_said(keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        cross_check_vjp(lambda *given: given[:-1], **keywords)


def test_a_kernel_that_is_none() -> None:
    with pytest.raises(UsageError, match="is no function"):
        cross_check_vjp("text", reference=rms_norm, arguments=(X, W))


def test_an_unknown_dtype_of_a_contract() -> None:
    with pytest.raises(ValueError, match="inside is 'float31': choose from float64"):
        Contract(inside="float31")


def test_json_of_a_report() -> None:
    found = judge_against(numpy_back, rms_norm, (X, W), cases=2).as_json()
    assert found["contract"] == "as the tensors' dtypes say"
    assert float.fromhex(found["visible"]["median"]) < float.fromhex(found["visible"]["p99"])


def test_what_is_hardly_seen_is_incomplete() -> None:
    """∂x is 1 beside a bound of some 10^8 u: whatever a kernel gives there passes, and agrees with nothing."""

    def cancelling(x: Any, y: Any) -> Any:
        return (1e9 * x + x) - 1e9 * x + y.sum()

    def kernel(x: Any, y: Any, v: Any) -> Any:
        return 3 * v, np.full_like(y, v.sum())

    x, y = np.ones((8,), np.float32), np.ones((2,), np.float32)
    report = judge_against(kernel, cancelling, (x, y), cases=1)
    assert not report.disagrees
    assert report.sharpness["float32"].share == 0.2
    assert str(report).startswith("? Incomplete: 20 % of the nonzero entries in float32 were judged sharply, 50 % are")
    with pytest.raises(Incomplete, match="Incomplete"):
        cross_check_vjp(kernel, reference=cancelling, arguments=(x, y), cases=1)
