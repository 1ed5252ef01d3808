"""Records of the hand-written module, whole or harmed, on a few packs of the frozen corpus."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from unittest.mock import patch

from backproof.agreement.cases import corpus
from backproof.agreement.cases.corpus import Corpus
from backproof.agreement.environment import environment
from backproof.agreement.judging import saturation
from backproof.agreement.record import record as records
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.running import check
from backproof.manual.equations import EQUATIONS
from backproof.reference.numpy_backends.manual_numpy import MANUAL, ManualNumpy
from backproof.reference.protocol import Backend

EVERY = 5
"""Of the frozen corpus one pack in so many."""


@cache
def few() -> Corpus:
    return replace(corpus.frozen(), work=corpus.frozen().work[::EVERY])


@cache
def tiny() -> Corpus:
    """One pack of it: a record of a few dozen cells, quick to read."""
    return replace(corpus.frozen(), work=corpus.frozen().work[:1])


here = cache(environment)
"""One for all records here: a test that ran before may have loaded a library with threads of its own."""


def record_of(*backends: Backend, on: Corpus | None = None) -> Record:
    settings = check.Settings(backends=tuple(backend.name for backend in backends)).on(on or few())
    versions = {backend.name: backend.version for backend in backends}
    with patch.object(saturation, "Z", saturation.Z[::20]), patch.object(records, "environment", here):
        return Record.of(check.run(settings, backends), settings, versions, 1.0)


@cache
def good() -> Record:
    return record_of(MANUAL)


@cache
def worse() -> Record:
    """σ′ of the sigmoid off by 6 ulp: nothing is wrong, one cell is worse."""
    return record_of(spoilt(1 + 6 * 2.0**-52, "sigmoid"))


@cache
def doubled() -> Record:
    """σ′ of every activation doubled."""
    return record_of(spoilt(2.0))


@cache
def baseline() -> Baseline:
    return Baseline(good().corpus).with_record(good())


def spoilt(factor: float, *activations: str) -> ManualNumpy:
    """BP2 times a factor, of all or these activations: the hand-written module under its own name."""

    def bp2(w, delta, sigma, z):  # type: ignore[no-untyped-def]
        got = EQUATIONS.bp2(w, delta, sigma, z)
        return got * got.dtype.type(factor) if sigma.name in (activations or (sigma.name,)) else got

    return ManualNumpy(equations=EQUATIONS._replace(bp2=bp2))
