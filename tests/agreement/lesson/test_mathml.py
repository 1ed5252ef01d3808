from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from backproof.agreement.lesson.mathml import math


def tags(formula: str) -> list[str]:
    return [element.tag for element in ET.fromstring(math(formula)).iter()]


@pytest.mark.parametrize(
    ("formula", "tag"),
    [
        ("δ_j^{l+1}", "msubsup"),
        ("a_j", "msub"),
        ("z^l", "msup"),
        ("frac{∂C}{∂z}", "mfrac"),
        ("∑_k w_k", "munder"),
        ("'ln' a", "mtext"),
    ],
)
def test_each_construct_becomes_its_element(formula: str, tag: str) -> None:
    assert tag in tags(formula)


def test_a_part_is_marked_with_what_it_stands_for() -> None:
    marked = [e for e in ET.fromstring(math("[W2:(W^2)^⊤]δ^2")).iter() if e.get("data-part")]
    assert [e.get("data-part") for e in marked] == ["W2"]
    assert "".join(marked[0].itertext()) == "(W2)⊤"


def test_a_minus_is_a_minus() -> None:
    assert "−" in math("a-y")
    assert "-" not in math("a-y").replace("data-", "")


@pytest.mark.parametrize("formula", ["(a", "frac{a}{b", "a}", "[W2:a", "a_"])
def test_an_open_bracket_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        math(formula)
