"""`backproof check`: the main job."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...reference import user_files, user_rows
from ...reference.deviations import deviations
from ...reference.protocol import Backend
from ..cases import corpus
from ..diagnosis.diagnose import diagnose_backend, of_the_note
from ..diagnosis.reports.text import brief
from ..errors import UsageError
from ..judging import saturation
from ..judging.backends import load_all
from ..record.cases_of import cases_of
from ..record.record import Record
from ..running import options
from ..running.check import Settings
from ..running.check import run as run_check
from ..tally.tally import Tally
from . import common
from .progress import progress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the shared settings, where to write, and how to print."""
    common.add_settings(parser)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--corpus", choices=(corpus.FROZEN,), help="judge the cases that come with the package")
    source.add_argument("--cases-from", type=Path, metavar="RECORD", help="judge the cases of an earlier record.json")
    common.add_output(parser)


def run(given: argparse.Namespace, folder: Path) -> int:
    """Draw cases, judge every backend on them, write the record and print it.

    Returns:
        The exit code: 1 where something disagrees, 5 where too little was seen, else 0.

    Raises:
        UsageError: A setting makes no sense, or nothing is left to check.

    """
    with user_rows.lasting(), deviations.lasting():
        return _run(given, folder)


def _run(given: argparse.Namespace, folder: Path) -> int:
    settings = _settings(given, folder)
    backends, missing = load_all(settings.backends, settings.device)
    common.probe_output(given.out, given.format)
    Record.set_aside(given.out)
    started = time.perf_counter()
    with progress(settings.cases) as advance:
        tally = run_check(settings, backends, advance, pictures=False)
    versions = {backend.name: backend.version for backend in backends}
    record = Record.of(tally, settings, versions, time.perf_counter() - started, missing)
    addresses = record.document["settings"].get("addresses", {})
    record = record.failing_on(given.fail_on).diagnosed(_diagnoses(backends, tally, addresses))
    common.write(record, given, given.out, lambda: saturation.curves(settings.menu, backends))
    return common.code_of(record)


def _settings(given: argparse.Namespace, folder: Path) -> Settings:
    """As given and configured; on the cases of a corpus where one is asked for."""
    said = vars(given)
    if given.cases_from:  # a record's cases may be of any kind
        said = {**said, **{name: said[name] or [options.ALL] for name in ("cost", "activation")}}
    settings = options.settings(said, folder)
    if not (given.corpus or given.cases_from):
        return settings
    requested = [f"--{name}" for name in ("cases", "seed", "l2", "weighted") if said[name] is not None]
    if requested:
        raise UsageError(f"{' and '.join(requested)}: with --corpus or --cases-from nothing is drawn")
    chosen, warning = cases_of(Record.load(given.cases_from)) if given.cases_from else (corpus.frozen(), None)
    if warning:
        print(f"backproof: {warning}", file=sys.stderr)
    settings = settings.on(chosen)
    if not settings.cases:
        raise UsageError("no case of the corpus is left with these dtypes, costs and activations")
    return settings


def _diagnoses(backends: Sequence[Backend], tally: Tally, addresses: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """What is wrong with each backend from a file, by name, on a network of the note that it got wrong."""
    for backend in backends:
        found = (one.case for one in tally.discrepancies if one.backend == backend.name)
        of = (tally.cases_by_id[case].architecture for case in found)
        wrong = next((architecture for architecture in of if of_the_note(architecture)), None)
        if wrong is not None and user_files.from_file(backend):
            file, _ = user_files.split(addresses.get(backend.name, ""))
            yield {"backend": backend.name, "file": str(file), **brief(diagnose_backend(backend, wrong))}
