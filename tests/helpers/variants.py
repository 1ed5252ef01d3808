"""Wrong equations to be caught, and who judges them."""

from __future__ import annotations

from typing import Any

from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.discrepancy import Discrepancy, origin
from backproof.agreement.judging.finding import Finding
from backproof.agreement.judging.judge import Judge
from backproof.manual.activations import Elementwise
from backproof.manual.case import Pack
from backproof.manual.equations import EQUATIONS, Equations
from backproof.manual.shapes import Array
from backproof.reference.numpy_backends.manual_numpy import ManualNumpy
from backproof.reference.protocol import Backend


def printed_bp2(w_next: Array, delta_next: Array, sigma: Elementwise, z: Array) -> Array:
    """((W^{l+1})ᵀ + δ^{l+1}) ⊙ σ′(z^l), as the note prints it."""
    return (w_next.mT + delta_next) * sigma.slope(z)


PRINTED = EQUATIONS._replace(bp2=printed_bp2)


def scaled(name: str, factor: float) -> Equations:
    """One equation of the four, its result times a factor."""
    right = getattr(EQUATIONS, name)

    def wrong(*arguments: Any) -> Any:
        result = right(*arguments)
        return (result * factor).astype(result.dtype)

    return EQUATIONS._replace(**{name: wrong})


def backend(equations: Equations) -> Backend:
    """A backend that works with these equations."""
    return ManualNumpy("variant", equations)


def findings(of: Backend, pack: Pack) -> list[Finding]:
    """What the judge finds."""
    return Judge(pack).findings(of, answer(of, pack))


def found(of: Backend, pack: Pack) -> list[Discrepancy]:
    """Where each wrong case of a pack goes wrong."""
    judged = findings(of, pack)
    about = {"architecture": str(pack.architecture), "dtype": pack.dtype.name, "regime": ""}
    each = (origin(judged, k, case=case.id, **about) for k, case in enumerate(pack))
    return [discrepancy for discrepancy in each if discrepancy is not None]
