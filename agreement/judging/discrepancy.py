"""Where a wrong answer comes from: the first equation that its own inputs do not explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...manual.gradients import Place, Quantity
from ...manual.second_order.r_operator import R_FORMULAS
from ..cases.layouts import CONTIGUOUS, in_words
from .entry import JudgedEntry
from .finding import Finding, Judgement
from .verdict import Verdict

GRADIENTS, PRODUCTS = "gradients", "products"
"""What is judged: ∂C/∂W and ∂C/∂b, or Hessian-vector products."""
MINIMISED = "minimised"
"""The regime of a case that was made small; it stands before all others."""
LIKELY = (
    "If the program is meant to be right, look for: products in less than the declared precision (TF32, bf16), "
    "fast-math or flushed subnormals that the backend does not declare, a matrix product that is not a plain sum."
)


@dataclass(frozen=True, kw_only=True)
class Discrepancy(JudgedEntry):
    """One wrong entry of one backend in one case; got, truth and bound are of the judgement that failed."""

    backend: str
    place: Place
    judgement: str
    architecture: str
    dtype: str
    regime: str
    case: str
    judged: str = GRADIENTS
    layout: str = CONTIGUOUS

    @property
    def equation(self) -> str:
        """BP1 … BP4, z, a or C; of products with an R: what is named in one word."""
        quantity = self.place.quantity.value
        return quantity if self.judged == GRADIENTS else f"R-{quantity}"

    @property
    def seen_in_the_gradient_alone(self) -> bool:
        """Whether nothing before it was shown, or could tell: an equation before it may be the cause."""
        return self.judgement == "end to end" and self.place.quantity in (Quantity.BP3, Quantity.BP4)

    @property
    def part(self) -> str:
        """The equation; where a gradient alone was seen, which one."""
        symbol = "∂C/∂b" if self.place.quantity is Quantity.BP3 else "∂C/∂W"
        return symbol if self.seen_in_the_gradient_alone and self.judged == GRADIENTS else self.equation

    @property
    def formula(self) -> str:
        """How the note writes that equation."""
        return self.place.quantity.formula if self.judged == GRADIENTS else R_FORMULAS[self.place.quantity]

    @property
    def symbol(self) -> str:
        """The entry, as δ^2[0, 1]."""
        index = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        symbol = str(self.place).rpartition(" ")[2]
        return f"{symbol if self.judged == GRADIENTS else f'R{{{symbol}}}'}{index}"

    def __str__(self) -> str:
        where, formula = self._in_the_note if self.judged == GRADIENTS else self._of_the_r_operator
        said = f"{self.backend} is wrong in {where}, layer {self.place.layer}, entry {self.at or '–'}"
        return f"{said}   ({formula})\n{self.numbers}"

    @property
    def _in_the_note(self) -> tuple[str, str]:
        return str(self.place), self.place.quantity.formula

    @property
    def _of_the_r_operator(self) -> tuple[str, str]:
        equation, _, symbol = str(self.place).rpartition(" ")
        return f"R-{equation} R{{{symbol}}}" if equation else f"R{{{symbol}}}", R_FORMULAS[self.place.quantity]

    @property
    def numbers(self) -> str:
        """What came, what is true, how far off that is, and the case, a line each."""
        case = f"{self.case}: {self.architecture}, {self.dtype}, {self.regime}{in_words(self.layout)}"
        return f"{self.told(self.judgement)}\n    case  {case}"

    def as_json(self) -> dict[str, Any]:
        """As in a record: numbers as hex floats, exact."""
        return {
            "backend": self.backend,
            "quantity": self.place.quantity.value,
            "layer": self.place.layer,
            "index": list(self.index),
            **self.hex_numbers,
            "judgement": self.judgement,
            "architecture": self.architecture,
            "dtype": self.dtype,
            "regime": self.regime,
            "case": self.case,
            **({} if self.judged == GRADIENTS else {"judged": self.judged}),
            **({} if self.layout == CONTIGUOUS else {"layout": self.layout}),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Discrepancy:
        """Back from a record, to the bit."""
        place = Place(Quantity(row["quantity"]), row["layer"])
        exact = {key: float.fromhex(row[key]) for key in ("got", "truth", "bound", "ratio")}
        rest = {key: value for key, value in row.items() if key not in ("quantity", "layer")}
        return cls(**{**rest, **exact, "index": tuple(row["index"]), "place": place})


def _failed(finding: Finding, k: int) -> tuple[str, Judgement] | None:
    """The judgement that case k fails, the single step first."""
    if finding.step is not None and (finding.step.verdict[k] == Verdict.WRONG).any():
        return "one step", finding.step
    if (finding.whole.verdict[k] == Verdict.WRONG).any():
        return "end to end", finding.whole
    return None


def origin(findings: list[Finding], k: int, **about: str) -> Discrepancy | None:
    """The first part, in the order of computation, that is wrong in one step; else the first that is
    wrong end to end; None where case k has no wrong entry.
    """
    wrong = [finding for finding in findings if (finding.verdict[k] == Verdict.WRONG).any()]
    if not wrong:
        return None
    failures = [(finding, failed) for finding in wrong if (failed := _failed(finding, k)) is not None]
    finding, (judgement, side) = next((failure for failure in failures if failure[1][0] == "one step"), failures[0])
    ratio = np.where(side.verdict[k] == Verdict.WRONG, side.ratio(side.bounds.open)[k], -1.0)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
    here = (k, *index)
    return Discrepancy(
        backend=finding.backend,
        place=finding.place,
        index=index,
        got=float(finding.got[here]),
        truth=float(side.truth.hi[here]),
        bound=float(side.bounds.open[here]),
        ratio=float(ratio[index]),
        judgement=judgement,
        **about,
    )
