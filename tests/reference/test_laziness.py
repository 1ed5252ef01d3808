"""What is imported when: torch and jax only once a backend of theirs is asked for."""

from __future__ import annotations

from helpers.python import run

MODULES = [
    "backproof.manual",
    "backproof.reference.protocol",
    "backproof.reference.registry",
    "backproof.reference.truth.certified",
    "backproof.reference.deviations.deviations",
    "backproof.reference.graph.contract",
    "backproof.reference.graph.from_jaxpr",
    "backproof.agreement",
    "backproof.agreement.running.check",
    "backproof.agreement.cases.strategies",
    "backproof.agreement.vjp.judge",
]
REPORT = "import sys; print(*sorted({'torch', 'jax', 'flint', 'numpy', 'hypothesis'} & set(sys.modules)))"


def imported(*statements: str) -> set[str]:
    """Which of the heavy libraries a fresh interpreter holds after these statements."""
    return set(run("\n".join([*statements, REPORT])).split())


def test_no_module_of_ours_imports_torch_or_jax() -> None:
    assert not imported(*(f"import {module}" for module in MODULES)) & {"torch", "jax"}


def test_the_manual_module_needs_numpy_alone() -> None:
    assert imported("import backproof.manual") == {"numpy"}


def test_the_agreement_package_needs_nothing_until_it_is_used() -> None:
    assert imported("import backproof.agreement") == set()


def test_naming_the_backends_imports_none_of_them() -> None:
    assert not imported("from backproof.reference import registry", "registry.names()") & {"torch", "jax"}


def test_and_a_backend_that_is_asked_for_is_seen() -> None:
    assert "jax" in imported("from backproof.reference import registry", "registry.load('jax')")


def test_a_traced_function_of_jax_is_seen_too() -> None:
    trace = "from backproof.reference.graph.from_jaxpr import trace"
    assert "torch" not in imported(trace, "trace(lambda x: x * 2, 1.0)")
    assert "jax" in imported(trace, "trace(lambda x: x * 2, 1.0)")
