"""Public reports of wrong gradients outside dense networks: expressed, and called wrong where they are."""

from __future__ import annotations

from typing import Any

import pytest
from backproof.agreement.vjp.against_reference import judge_against

jax = pytest.importorskip("jax")
pytest.importorskip("torch")
from helpers.every import none_of  # noqa: E402
from helpers.later import long_but  # noqa: E402
from helpers.reported import REPORTS, Reported, torch  # noqa: E402  (it needs both)

NAMED = {f"{report.where} {report.what}": report for report in REPORTS}


EVERY = 3
"""The quick run takes every so many reports: other mistakes each."""
SOME = long_but(*[*NAMED][::EVERY], of=NAMED)


@pytest.mark.parametrize("name", SOME)
def test_what_was_wrong_there_is_told(name: str) -> None:
    """Repository, number and what was wrong stand in the row; the inputs are our own."""
    report = NAMED[name]
    found = judge_against(report.kernel, report.reference, report.arguments, cases=report.cases)
    if not report.said:  # rounding explains it, or there is no derivative
        assert not found.disagrees, str(found)
        assert none_of(
            v.word in ("accurate", "lossy") and n == sum(found.verdicts.values()) for v, n in found.verdicts.items()
        )
        return
    assert found.disagrees, str(found)
    assert report.said in str(found)


@pytest.mark.parametrize("name", SOME)
def test_the_framework_s_own_gradient_is_not(name: str) -> None:
    report = NAMED[name]
    if any(isinstance(x, torch.Tensor) for x in report.arguments):
        kernel: Any = _torch_kernel(report)
    else:
        kernel = _jax_kernel(report)
    try:
        found = judge_against(kernel, report.reference, report.arguments, cases=2)
    except NotImplementedError:
        return
    assert not found.disagrees or "NotImplementedError" in str(found), str(found)


def _torch_kernel(report: Reported) -> Any:
    from helpers.reported_layers import _pulled

    return _pulled(report.reference)


def _jax_kernel(report: Reported) -> Any:
    def back(*given: Any) -> Any:
        floats = [i for i, x in enumerate(given[:-1]) if x.dtype.kind == "f"]

        def of_floats(*moved: Any) -> Any:
            whole = list(given[:-1])
            for i, x in zip(floats, moved, strict=True):
                whole[i] = x
            return report.reference(*whole)

        return [
            jax.numpy.asarray(g)
            for g in jax.vjp(of_floats, *(given[i] for i in floats))[1](jax.numpy.asarray(given[-1]))
        ]

    return back


def test_how_many() -> None:
    assert len(NAMED) == len(REPORTS) >= 40
    assert sum(bool(report.said) for report in REPORTS) >= 0.9 * len(REPORTS)
