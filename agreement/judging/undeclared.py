"""What a backend's wrong numbers would be right in: arithmetic that it does not declare, another layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...manual.gradients import Gradients
from ...manual.rounding.formats import NARROWED
from ...manual.shapes import Array
from ...reference.protocol import Backend, Traits, traits
from ..cases.layouts import CONTIGUOUS
from .backends import BackendFailed, answer
from .finding import Finding
from .judge import Judge
from .verdict import Verdict

REMEDY = {
    "tf32": "torch.backends.cuda.matmul.allow_tf32 = False, jax_default_matmul_precision = 'highest'",
    "bfloat16": "torch.set_float32_matmul_precision('highest'), jax_default_matmul_precision = 'highest'",
}
"""How libraries turn it off."""


@dataclass(frozen=True)
class Declaring:
    """A backend as it would be judged with other traits."""

    name: str
    version: str
    traits: Traits


def undeclared(judge: Judge, backend: Backend, got: Gradients[Array], findings: list[Finding]) -> str | None:
    """A sentence, where narrower products of float32 explain every wrong entry; None where nothing is
    wrong, or they do not.
    """
    said = traits(backend)
    if judge.pack.dtype != "float32" or said.products is not None or not _wrong(findings):
        return None
    for name in NARROWED:
        as_if = Declaring(backend.name, backend.version, replace(said, products=name))
        if not _wrong(judge.findings(as_if, got)):
            return (
                f"{backend.name}: its wrong float32 entries are right for {name} products: "
                f"declare Traits(products={name!r}), or turn them off ({REMEDY[name]})"
            )
    return None


def misread(judge: Judge, backend: Backend, layout: str, findings: list[Finding]) -> str | None:
    """A sentence, where the same operands are judged right once they are contiguous; else None."""
    if layout == CONTIGUOUS or not _wrong(findings):
        return None
    try:
        contiguous = answer(backend, judge.pack)
    except BackendFailed:
        return None
    if _wrong(judge.findings(backend, contiguous)):
        return None
    return (
        f"{backend.name}: what is wrong on {layout} operands is right on contiguous ones: "
        "it reads memory in an order of its own (a layout may be refused: Traits(views=False))"
    )


def _wrong(findings: list[Finding]) -> bool:
    return any((finding.verdict == Verdict.WRONG).any() for finding in findings)
