"""What the judge finds of a backend's answer to a pack, by place."""

from __future__ import annotations

from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.finding import Finding
from backproof.agreement.judging.judge import Judge
from backproof.manual import Architecture, Pack
from backproof.manual.gradients import Place
from backproof.reference.protocol import Backend
from helpers import drawn

NETWORK = Architecture((3, 4, 4, 2), ("sigmoid", "tanh", "sigmoid"), "quadratic", "mean")
CALM = drawn.pack(NETWORK, regimes=("calm",) * 4)


def findings(backend: Backend, pack: Pack = CALM) -> dict[Place, Finding]:
    return {finding.place: finding for finding in Judge(pack).findings(backend, answer(backend, pack))}
