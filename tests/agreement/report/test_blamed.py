from __future__ import annotations

import re
from importlib import resources

import pytest
from backproof.agreement import report
from backproof.agreement.catalogue.mistakes import MISTAKES
from backproof.agreement.report.blamed import TERMS, underlined
from backproof.agreement.report.typeset import typeset


@pytest.mark.parametrize(
    ("line", "blamed"),
    [
        ("delta.insert(0, w.mT @ delta[0])", "w.mT @ delta[0]"),
        ("    delta = weights[-l + 1].T @ delta", "weights[-l + 1].T @ delta"),
        ("δ = σ(z) * w", "σ(z) * w"),
        ("nabla_w += delta @ a.T  # BP4", "delta @ a.T"),
        ("return delta", "delta"),
        ("for l in range(2):", None),
        ("delta = f(a,", None),
        ("pass", None),
    ],
)
def test_the_expression_of_a_line_is_underlined(line: str, blamed: str | None) -> None:
    found = underlined(line)
    assert (found and line[found[0] : found[1]]) == blamed


def test_every_term_that_a_mistake_is_about_stands_in_the_equations() -> None:
    assert {*TERMS} <= {*MISTAKES}
    page = resources.files(report).joinpath("page", "equations.html").read_text("utf-8")
    assert {term.term for term in TERMS.values()} == {*re.findall(r'call term\("(\w+)"', page)}


def test_indices_are_elements_and_the_rest_is_escaped() -> None:
    assert typeset("(W^{l+1})ᵀ δ^l < b_j") == "(W<sup>l+1</sup>)ᵀ δ<sup>l</sup> &lt; b<sub>j</sub>"
