from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def hook(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FORMULAS, HEAT = hook("formulas"), hook("heat")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("ℓ_j = q̄_j e_j", "ℓ<sub>j</sub> = q̄<sub>j</sub> e<sub>j</sub>"),
        ("Σ_{k≠j} p̄_k", "Σ<sub>k≠j</sub> p̄<sub>k</sub>"),
        ("(W^{l+1})ᵀ δ^{l+1}", "(W<sup>l+1</sup>)ᵀ δ<sup>l+1</sup>"),
        ("a_j^l", "a<sub>j</sub><sup>l</sup>"),
        ("e^−z and e^(−x²)", "e<sup>−z</sup> and e<sup>(−x²)</sup>"),
        ("`nabla_b` of check_grads", "`nabla_b` of check_grads"),
        ("[a](x_1.md)", "[a](x_1.md)"),
        ("::: backproof.a_b", "::: backproof.a_b"),
    ],
)
def test_scripts_are_typeset_outside_code(written: str, shown: str) -> None:
    assert FORMULAS.on_page_markdown(written) == shown


@pytest.mark.parametrize(
    ("text", "dtype", "lost"),
    [
        ("0", "float64", 0),
        ("1.51 at -13.23", "float64", 0),
        ("290 at -409.7", "float64", 2),
        ("8.92e+15 at 5e-116", "float64", 16),
        ("1.67e+07 at -8", "float32", 7),
        ("no number at 3", "float32", 7),
        ("–", "float64", None),
    ],
)
def test_digits_lost(text: str, dtype: str, lost: int | None) -> None:
    assert HEAT.digits_lost(text, dtype) == lost


def test_other_tables_and_pages_stay() -> None:
    table = "<table><thead><tr><th>function</th><th>dtype</th><th>torch</th></tr></thead></table>"
    other = SimpleNamespace(file=SimpleNamespace(src_path="index.md"))
    assert HEAT.on_page_content(table, other) == table
