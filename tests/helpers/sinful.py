"""A backend with a mistake of the catalogue in it, otherwise the hand-written module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from backproof.agreement.catalogue.calling import accumulated
from backproof.agreement.catalogue.mistakes import Mistake
from backproof.manual import Architecture, Case, Gradients, Pack, backprop
from backproof.manual.shapes import Array
from backproof.reference.protocol import Traits, one_by_one


@dataclass(frozen=True)
class Sinful:
    """The plainest form of a mistake; right where it cannot be made. Shows only gradients, as students do."""

    mistake: Mistake
    version: str = "0"
    traits: Traits = Traits(recomputes=False)

    @property
    def name(self) -> str:
        return f"sinful.{self.mistake.id}"

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return None

    def gradients(self, pack: Pack) -> Gradients[Array]:
        if not self.mistake.forms:
            right = [backprop(case) for case in pack]
            totals = [Gradients(right[0].nabla_w, right[0].nabla_b)]
            for one in right[1:]:
                totals.append(accumulated(totals[-1], one))
            return totals[0].map(lambda *parts: np.stack(parts), *totals[1:]) if len(totals) > 1 else _packed(totals[0])
        return one_by_one(pack, self._gradients)

    def _gradients(self, case: Case) -> Gradients[Array]:
        with np.errstate(all="ignore"):
            got = self.mistake.form.gradients(case) if self.mistake.applies(case.architecture) else backprop(case)
        return Gradients(got.nabla_w, got.nabla_b)


def _packed(gradients: Gradients[Array]) -> Gradients[Array]:
    return gradients.map(lambda part: np.asarray(part)[None])
