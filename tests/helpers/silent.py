"""A backend that shows its gradients and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from backproof.manual.case import Architecture, Pack
from backproof.manual.gradients import Gradients
from backproof.manual.shapes import Array
from backproof.reference.protocol import Backend, Traits, traits


@dataclass(frozen=True)
class Silent:
    """The answers of another, without z, a, δ and C."""

    of: Backend

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def version(self) -> str:
        return self.of.version

    @property
    def traits(self) -> Traits:
        return traits(self.of)

    def supports(self, architecture: Architecture, dtype: str) -> str | None:
        return self.of.supports(architecture, dtype)

    def gradients(self, pack: Pack) -> Gradients[Array]:
        got = self.of.gradients(pack)
        return Gradients(got.nabla_w, got.nabla_b)
