"""What a sweep has done, in one SQLite file: a row for each unit, in a transaction of its own.

Whenever the process dies, what was committed is there. The counts of many units are folded into one
now and then, so that neither the file nor what a resumed sweep reads grows with the sweep.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..documents import LARGEST, first, loaded
from ..errors import UsageError
from ..tally import tally_json
from ..tally.tally import Tally
from ..tally.tally_schema import of_whole
from .plan import Plan
from .plan_schema import plan_document
from .units import Shard

FILE = "sweep.sqlite"
FOLDED_EVERY = 64
TABLES = (
    "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE totals (part INTEGER PRIMARY KEY, tally BLOB NOT NULL)",
    "CREATE TABLE units (number INTEGER PRIMARY KEY, quarantined INTEGER NOT NULL, tally BLOB)",
)
"""A unit whose tally is NULL is in the totals."""


class Journal:
    """The journal of a folder, held by one process; `total` is the tally of its units."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection
        about = dict(connection.execute("SELECT key, value FROM about"))
        self.document: dict[str, Any] = plan_document(about["plan"])
        self.shard = Shard.parse(str(about["shard"]))
        rows = connection.execute("SELECT number, quarantined, tally IS NULL FROM units").fetchall()
        self.done = {number for number, *_ in rows}
        self.quarantined = sum(flag for _, flag, _ in rows)
        self.total = Tally()
        totals = connection.execute("SELECT tally FROM totals ORDER BY part").fetchall()
        if not {flag for _, flag, _ in rows} <= {0, 1} or (any(folded for *_, folded in rows) and not totals):
            raise ValueError("its units and its totals do not fit")
        for (blob,) in totals:
            self.total.merge(_tally(blob))
        self._unfolded = 0
        for (blob,) in connection.execute("SELECT tally FROM units WHERE tally IS NOT NULL ORDER BY number"):
            self.total.merge(tally_json.whole(_document(blob)))
            self._unfolded += 1
        first(of_whole(self.total), "the total")

    @classmethod
    def create(cls, folder: Path, plan: Plan, shard: Shard) -> Journal:
        """A new one, instead of whatever stands there; UsageError where it cannot be written."""
        path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            connection = _connected(path)
            with connection:
                connection.execute("BEGIN")
                for table in TABLES:
                    connection.execute(table)
                connection.executemany("INSERT INTO about VALUES (?, ?)", [("plan", plan.text), ("shard", str(shard))])
        except sqlite3.Error as error:
            raise UsageError(f"{str(path)!r} cannot be written: {error}") from None
        return cls(path, connection)

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """The one of a folder; UsageError where there is none to read, another process has it, or it is damaged.

        Nothing is written before all of it is read and adds up.
        """
        path = folder / FILE
        if not path.is_file():
            raise UsageError(f"{str(folder)!r} holds no sweep: there is no {FILE}")
        try:
            connection = _connected(path)
        except sqlite3.Error as error:
            raise UsageError(_refused(path, error)) from None
        try:
            ((found, *_), *_) = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if found != "ok":
                raise ValueError(found)
            return cls(path, connection)
        except (sqlite3.Error, zlib.error, KeyError, TypeError, ValueError, UsageError) as error:
            connection.close()
            raise UsageError(_refused(path, error)) from None

    def add(self, number: int, document: dict[str, Any], quarantined: bool = False) -> Tally:
        """Write the tally of a unit: it is done from here on, whatever happens."""
        tally = tally_json.whole(document)
        with self._written():
            row = (number, int(quarantined), _blob(document))
            self._connection.execute("INSERT INTO units VALUES (?, ?, ?)", row)
        self.done.add(number)
        self.quarantined += quarantined
        self.total.merge(tally)
        self._unfolded += 1
        if self._unfolded >= FOLDED_EVERY:
            self._fold()
        return tally

    def _fold(self) -> None:
        with self._written(), self._connection:
            self._connection.execute("BEGIN")
            self._connection.execute("DELETE FROM totals")
            for part, document in enumerate(tally_json.documents(self.total)):
                self._connection.execute("INSERT INTO totals VALUES (?, ?)", (part, _blob(document)))
            self._connection.execute("UPDATE units SET tally = NULL WHERE tally IS NOT NULL")
        self._unfolded = 0

    def settle(self) -> None:
        """Everything is done: make the file as small as its totals."""
        self._fold()
        with self._written():
            self._connection.execute("VACUUM")

    @contextmanager
    def _written(self) -> Iterator[None]:
        """UsageError where the disk is full or the file cannot be written: what is done is kept."""
        try:
            yield
        except sqlite3.Error as error:
            status = f"{len(self.done)} units are kept: backproof sweep --resume {self._path.parent}"
            raise UsageError(f"{str(self._path)!r} cannot be written: {error}; {status}") from None

    def close(self) -> None:
        """Let other processes at it."""
        self._connection.close()


def _connected(path: Path) -> sqlite3.Connection:
    """Held by this process alone until it is closed."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def _blob(document: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(document).encode(), 1)


def _tally(blob: bytes) -> Tally:
    return tally_json.from_json(_document(blob))


def _document(blob: bytes) -> Any:
    unpacked = zlib.decompressobj()
    text = unpacked.decompress(blob, LARGEST)
    if unpacked.unconsumed_tail or not unpacked.eof:
        raise ValueError(f"a tally of more than {LARGEST} bytes, or cut")
    return loaded(text.decode("utf-8"))


def _refused(path: Path, error: Exception) -> str:
    """Why a journal cannot be gone on with; a lock and missing rights are no damage."""
    usable = isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such")
    return f"{str(path)!r} {'cannot be used' if usable else 'is no journal of a sweep, or damaged'}: {error}"
