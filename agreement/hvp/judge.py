"""One problem, one mode: every entry of Hv held against the truth, end to end."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np

from ...manual.gradients import Gradients
from ...manual.rounding.arithmetic import STABLE, Arithmetic, Tier
from ...manual.rounding.formats import DTYPES
from ...manual.second_order.r_operator import unsupported
from ...manual.second_order.r_rounding import r_by_columns, r_end_to_end
from ...manual.shapes import Array
from ...reference.arithmetic_state import ieee
from ...reference.product import Product
from ...reference.protocol import traits
from ...reference.truth import certified_product
from ...reference.truth.enclosure import Enclosure
from ..judging.backends import answered
from ..judging.finding import Finding
from ..judging.judge import Side, or_blind, tiers_of
from .problem import Problem


class ProductJudge:
    """The truth and the bounds of one problem, made once and held against any number of modes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._bounds: dict[tuple[Arithmetic, Tier, bool], Gradients[Array]] = {}
        self._made: dict[int, Array] = {}

    def _end_to_end(self, arithmetic: Arithmetic, tier: Tier, columns: bool = False) -> Gradients[Array]:
        key = arithmetic, tier, columns
        if key not in self._bounds:
            bound = r_by_columns if columns else r_end_to_end
            self._bounds[key] = bound(self.problem.pack, self.problem.v, arithmetic, tier)
        return self._bounds[key]

    @cached_property
    @ieee()
    def truth(self) -> Gradients[Enclosure]:
        """The certified product of every case."""
        tolerance = self._end_to_end(Arithmetic(self.problem.pack.dtype.name), STABLE)
        return certified_product.truth(self.problem.pack, self.problem.v, tolerance)

    def refuses(self, mode: Product) -> str | None:
        """Why this problem cannot be judged, or this mode is not asked."""
        architecture, dtype = self.problem.pack.architecture, self.problem.pack.dtype.name
        if dtype not in DTYPES:
            return f"no bound is derived for products in {dtype}"
        return unsupported(architecture) or mode.supports(architecture, dtype)

    @ieee()
    def findings(self, mode: Product) -> list[Finding]:
        """A Finding for every part that the mode shows; BackendFailed where it raises or answers in other shapes."""
        pack = self.problem.pack
        with np.errstate(all="ignore"):
            got = answered(mode.name, pack, lambda handed: mode.products(handed, self.problem.v.map(np.copy)))
        said = traits(mode)
        arithmetic = Arithmetic(pack.dtype.name, flushes=said.flushes)
        errors = [self._end_to_end(arithmetic, tier, said.columns) for tier in tiers_of(mode, pack, arithmetic)]
        exact = partial(self._end_to_end, tier=STABLE, columns=said.columns)
        side, found = Side(self.truth, errors, arithmetic, self._made, exact), []
        for place, part in got.items():
            judged = side.judge(place, part)
            found.append(Finding(mode.name, place, part, judged, None, or_blind(judged)))
        return found
