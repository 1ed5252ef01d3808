"""`backproof sweep`: many cases, many workers, nothing lost."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from ...reference import registry, user_rows
from ...reference.deviations import deviations
from ..errors import Incomplete, UsageError
from ..judging.backends import load_all
from ..record.record import Record
from ..running import options
from ..running.check import Settings
from ..screen.numbers import counted
from ..sweep import sweep as bulk
from ..sweep.cluster import Cluster
from ..sweep.journal import FILE, Journal
from ..sweep.plan import Plan, resumed, rows_among, versions_of
from ..sweep.pool import Pool, Workers
from ..sweep.units import Shard
from ..tally.tally import Tally
from . import common
from .progress import progress

UNIT_SECONDS = 600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the shared settings, who does which part of the work, and check's."""
    common.add_settings(parser, without=("device",))
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--workers", type=int, metavar="W", help="processes on this machine (default: one a core)")
    who.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, as in tcp://host:8786")
    parser.add_argument("--shard", metavar="I/N", help="only part I of N; `backproof merge` puts them together")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="go on with the sweep of this folder")
    add_unit_seconds(parser)
    common.add_output(parser)
    parser.set_defaults(out=None)


def add_unit_seconds(parser: argparse.ArgumentParser) -> None:
    """Add `--unit-seconds`, how long to wait for a worker to judge one pack.

    Arguments:
        parser: The command's own parser; options are added to it.

    """
    parser.add_argument(
        "--unit-seconds",
        type=float,
        default=UNIT_SECONDS,
        metavar="S",
        help=f"a worker without an answer for so long hangs (default: {UNIT_SECONDS:g})",
    )


def check_unit_seconds(given: argparse.Namespace) -> None:
    """Refuse a time in which no worker could answer.

    Arguments:
        given: The words of the command line.

    Raises:
        UsageError: It is not above 0.

    """
    if not given.unit_seconds > 0:
        raise UsageError(f"unit-seconds is {given.unit_seconds:g}: a time above 0 is needed")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Do what is left of the sweep, then make the record.

    Returns:
        The exit code: 1 where something disagrees, 5 where too little was seen, else 0.

    Raises:
        UsageError: A number makes no sense, or the folder holds another sweep.

    """
    with user_rows.lasting(), deviations.lasting():
        return _run(given, folder)


def _run(given: argparse.Namespace, folder: Path) -> int:
    workers_wanted = _checked(given)
    out = given.resume or given.out or Path(options.REPORT_FOLDER)
    if out.is_dir() or not given.resume:
        common.probe_output(out, given.format)
    with closing(_journal(given, folder, out)) as journal:
        Record.set_aside(out)
        plan, started = Plan.of(journal.document), time.perf_counter()
        with closing(_workers(given, plan, workers_wanted)) as workers:
            left = bulk.cases_left(journal)
            with progress(left) as advance:
                bulk.sweep(journal, workers, advance)
            seconds = time.perf_counter() - started
            also = _shared_out(given, workers_wanted, left, journal, seconds)
            return conclude(plan, journal.total, workers, given, out, seconds, journal.shard, also)


def _shared_out(given: argparse.Namespace, workers: int, judged: int, journal: Journal, seconds: float) -> list[str]:
    """Who did the work and how fast, what was there already, and what lost its worker."""
    there = journal.total.cases - judged
    said = [f"the cluster at {given.scheduler}" if given.scheduler else counted(workers, "worker")]
    said += [f"{judged / seconds:,.0f} cases a second"] if judged else []
    said += [f"{counted(there, 'case')} judged before" if judged else "all judged before"] if there else []
    return said + ([f"{counted(journal.quarantined, 'unit')} in quarantine"] if journal.quarantined else [])


def conclude(
    plan: Plan,
    tally: Tally,
    workers: Workers,
    given: argparse.Namespace,
    out: Path,
    seconds: float,
    shard: Shard = Shard(),  # noqa: B008  # a value
    also: Sequence[str] = (),
) -> int:
    """Make what disagrees small, then write and print the record.

    Arguments:
        plan: What was swept.
        tally: What was counted.
        workers: Who makes cases small.
        given: The words of the command line.
        out: The folder to write to.
        seconds: How long the sweep took, on the clock.
        shard: Which part of the plan it was.
        also: What the text says besides of how the run went, a line each.

    Returns:
        The exit code: 1 where something disagrees, 5 where too little was seen, else 0.

    Raises:
        UsageError: A file cannot be written.

    """
    bulk.shrink(tally, workers)
    record = Record.of(tally, plan.settings, dict(plan.versions), seconds, missing=list(tally.unjudged))
    if shard.of > 1:
        said = {**record.document["settings"], "shard": str(shard)}
        record = Record({**record.document, "settings": said})
    record = record.failing_on(given.fail_on)
    common.write(record, given, out, also=also)
    return common.code_of(record)


def _checked(given: argparse.Namespace) -> int:
    """How many workers; UsageError where a number makes no sense."""
    workers = given.workers if given.workers is not None else _cores()
    if workers < 1:
        raise UsageError(f"workers is {workers}: at least 1 is needed")
    check_unit_seconds(given)
    if given.resume and given.out and given.out != given.resume:
        raise UsageError(f"--out {given.out} with --resume {given.resume}: a resumed sweep stays in its folder")
    return int(workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _journal(given: argparse.Namespace, folder: Path, out: Path) -> Journal:
    """The journal to go on with, or a new one; nothing that is unfinished is overwritten."""
    shared_settings: Mapping[str, object] = {option.name: vars(given).get(option.name) for option in options.OPTIONS}
    if not given.resume:
        rows = rows_among({**options.configured(folder), **_given(shared_settings)})
        plan = _plan(options.settings(shared_settings, folder, registry.SWEPT), rows)
        if (out / FILE).exists():
            with closing(Journal.open(out)) as there:
                if not bulk.finished(there):
                    raise UsageError(f"{str(out)!r} holds an unfinished sweep: --resume {out}, or another --out")
        return Journal.create(out, plan, Shard.parse(given.shard or "1/1"))
    journal = Journal.open(given.resume)
    try:
        rows = rows_among(shared_settings) or tuple(journal.document["rows"])
        differs = _plan(resumed(journal.document, shared_settings, folder), rows).differs(journal.document)
        if given.shard and Shard.parse(given.shard) != journal.shard:
            differs.append(f"shard {journal.shard} instead of {given.shard}")
        if differs:
            raise UsageError(f"{str(out)!r} is a sweep of something else: {'; '.join(differs)}")
        bulk.check(journal)
    except BaseException:
        journal.close()
        raise
    return journal


def _given(said: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in said.items() if value not in (None, [])}


def _plan(settings: Settings, rows: tuple[str, ...]) -> Plan:
    backends, missing = load_all(settings.backends)
    if missing:
        raise Incomplete("; ".join(f"not checked, {reason}" for reason in missing))
    return Plan(settings, versions_of(backends), rows)


def _workers(given: argparse.Namespace, plan: Plan, workers: int) -> Workers:
    if given.scheduler:
        return Cluster(plan.text, given.scheduler, given.unit_seconds)
    return Pool(plan.text, workers, given.unit_seconds)
