"""The main job: draw packs, ask every backend, hold the answers against the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...manual.case import Pack
from ...reference import registry
from ...reference.deviations import deviations
from ...reference.protocol import CPU, Backend, traits
from ..cases.corpus import Corpus, Work
from ..cases.generate import Menu, units
from ..cases.layouts import CONTIGUOUS
from ..cases.sizes import SIZES
from ..judging import saturation
from ..judging.backends import BackendFailed, answer, reason_against, unsteady
from ..judging.discrepancy import GRADIENTS
from ..judging.judge import Judge
from ..judging.undeclared import misread, undeclared
from ..judging.verdict import Verdict
from ..tally.tally import Tally
from . import ahead

DEFAULT_CASES = 635


@dataclass(frozen=True)
class Settings:
    """What a run checks.

    Attributes:
        backends: Names of backends, as `backproof backends` lists them, or `path/to/file.py:Class`.
        menu: What is drawn.
        cases: How many cases are drawn, at least 1.
        seed: What they are drawn from, an integer ≥ 0; the same seed draws the same floats.
        corpus: Cases that are there already, in place of drawn ones.
        judged: GRADIENTS or PRODUCTS.
        device: Where libraries that have more than one device compute, as "cpu" or "cuda".

    """

    backends: tuple[str, ...] = registry.DEFAULT
    menu: Menu = Menu()
    cases: int = DEFAULT_CASES
    seed: int = 0
    corpus: Corpus | None = None
    device: str = CPU
    judged: str = GRADIENTS
    deviations: str | None = None
    """A file of the user's own."""

    @property
    def corpus_name(self) -> str:
        """Where the cases come from."""
        return self.corpus.name if self.corpus else "drawn" if self.judged == GRADIENTS else "drawn with directions"

    def units(self) -> Sequence[Work]:
        """Divide the run into pieces of work.

        Returns:
            A unit for each pack; drawing one needs nothing of the others.

        """
        if self.corpus:
            return self.corpus.work
        return units(self.cases, self.seed, self.menu, sizes=SIZES if self.judged == GRADIENTS else ())

    def on(self, corpus: Corpus) -> Settings:
        """The same settings on cases that are there already.

        Arguments:
            corpus: The cases.

        Returns:
            Settings with what the menu leaves of them; as many cases as that.

        """
        selected = corpus.within(self.menu)
        return replace(self, corpus=selected, cases=selected.cases)


def run(
    settings: Settings,
    backends: Sequence[Backend],
    progress: Callable[[int], None] = lambda cases: None,
    pictures: bool = True,
) -> Tally:
    """Judge every backend on every case.

    Arguments:
        settings: What to draw.
        backends: What is judged; `settings.backends` are only their names.
        progress: Called after every pack with the number of its cases.
        pictures: Whether to ask also how σ′ saturates, which only a picture shows.

    Returns:
        The tally: cells, verdicts, discrepancies. What a backend raises is in `tally.failures`.

    """
    tally = Tally()
    for unit, pack, regimes in ahead.drawn(settings.units(), backends):
        tally.count(pack, regimes)
        judge_pack(pack, regimes, backends, unit, tally)
        if settings.corpus:
            for backend in backends:
                if not _spared(backend, unit.number):
                    tally.unsteady.update(unsteady(backend, pack))
        progress(len(pack))
    tally.merge(closing(settings.menu, backends, pictures))
    return tally


def judge_pack(pack: Pack, regimes: tuple[str, ...], backends: Sequence[Backend], work: Work, tally: Tally) -> None:
    """Every backend on the pack of a piece of work, but those that are spared so many."""
    judge = Judge(pack)
    for backend in backends:
        if not _spared(backend, work.number):
            judge_one(judge, backend, regimes, tally, work.layout)


def closing(menu: Menu, backends: Sequence[Backend], pictures: bool = True) -> Tally:
    """What a run asks once, whatever its cases are: how σ′ saturates, and which deviations are stale."""
    tally = Tally()
    if pictures:
        tally.pictures.saturation |= saturation.curves(menu, backends)
    for backend in backends:
        try:
            tally.stale.update(stale_deviations(backend, menu.dtypes))
        except BackendFailed as failure:
            tally.failures.update([str(failure)])
    return tally


def _spared(backend: Backend, number: int) -> bool:
    limit = traits(backend).architectures
    return limit is not None and number >= limit


def judge_one(judge: Judge, backend: Backend, regimes: tuple[str, ...], tally: Tally, layout: str = CONTIGUOUS) -> None:
    """One backend on one pack that lies so: its findings, or why there are none, go into the tally."""
    pack, layout = judge.pack, layout if traits(backend).views else CONTIGUOUS
    try:
        reason = reason_against(backend, pack.architecture, pack.dtype.name)
        if reason is not None:
            tally.add_unsupported(judge, backend.name, regimes, reason)
            return
        got = answer(backend, pack, lambda sentence: tally.unsteady.update([sentence]), layout)
    except BackendFailed as failure:
        tally.failures.update([str(failure)])
        return
    findings = judge.findings(backend, got)
    tally.add(pack, regimes, findings, layout)
    said = (undeclared(judge, backend, got, findings), misread(judge, backend, layout, findings))
    tally.unsteady.update(filter(None, said))


def stale_deviations(backend: Backend, dtypes: Sequence[str], listed_here: bool = True) -> list[str]:
    """The deviations that this backend no longer shows on their own witness; or those of users' own lists alone."""
    stale = []
    for row in deviations.known_of(backend):
        if not listed_here and row in deviations.listed():
            continue
        for dtype in set(row.dtypes) & set(dtypes):
            judge = Judge(row.witness_pack(dtype))
            findings = judge.findings(backend, answer(backend, judge.pack))
            if not any((finding.verdict == Verdict.KNOWN).any() for finding in findings):
                stale.append(f"{row.id} no longer shows in {backend.name} {backend.version} ({dtype}): {row.what}")
    return stale
