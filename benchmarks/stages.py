"""One pack asked, certified, judged and counted, with the CPU seconds of each stage."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from backproof.agreement.judging.backends import answer
from backproof.agreement.judging.judge import Judge
from backproof.agreement.tally.tally import Tally
from backproof.manual.case import Pack
from backproof.reference.protocol import Backend


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Time what is done inside to this stage."""
        started = time.process_time()
        yield
        self.spent[stage] += time.process_time() - started


def judged(pack: Pack, regimes: tuple[str, ...], backends: Sequence[Backend], tally: Tally, clock: Clock) -> None:
    """What a sweep does with a pack."""
    with clock.of("count"):
        tally.count(pack, regimes)
    judge = Judge(pack)
    with clock.of("truth and its bounds"):
        _ = judge.truth
    for backend in backends:
        with clock.of(f"ask {backend.name}"):
            got = answer(backend, pack)
        with clock.of("bound and compare"):
            findings = judge.findings(backend, got)
        with clock.of("count"):
            tally.add(pack, regimes, findings)
