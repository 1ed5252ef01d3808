"""`backproof merge`: the shards of one sweep as one record."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path

from ...reference import user_rows
from ...reference.deviations import deviations
from ..screen.numbers import counted
from ..sweep.merge import merge
from ..sweep.pool import Pool
from . import common
from .sweep import add_unit_seconds, check_unit_seconds, conclude


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: the folders, and what check has, too."""
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="the folder of each shard")
    add_unit_seconds(parser)
    common.add_output(parser)


def run(given: argparse.Namespace, folder: Path) -> int:
    """Merge what several shards of a sweep counted, then write and print the record; no case is judged again.

    Returns:
        The exit code: 1 where something disagrees, 5 where too little was seen, else 0.

    Raises:
        UsageError: The folders hold no shards of one sweep, or a number makes no sense.

    """
    check_unit_seconds(given)
    started = time.perf_counter()
    with user_rows.lasting(), deviations.lasting():
        plan, tally = merge(given.folders)
        common.probe_output(given.out, given.format)
        with closing(Pool(plan.text, 1, given.unit_seconds)) as workers:
            also = [f"merged from {counted(len(given.folders), 'folder')}"]
            seconds = time.perf_counter() - started
            return conclude(plan, tally, workers, given, given.out, seconds, also=also)
