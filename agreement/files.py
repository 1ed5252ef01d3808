"""Files: a JSON document read with an error that names the file, a text written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from .documents import read_json
from .errors import UsageError

T = TypeVar("T")


def read_as(from_document: Callable[[Any], T], path: Path) -> T:
    """What a file's JSON document stands for; UsageError naming the file where it is none."""
    document = read_json(path)
    try:
        return from_document(document)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def write_text(path: Path, text: str) -> None:
    """Write under a temporary name, then rename: a reader sees the old file or the whole new one.

    Where a link stands, the file that it leads to is written.
    """
    with _refused(path):
        target = _behind(path)
        name = _beside(target, text)
        try:
            name.chmod(0o644)
            name.replace(target)
        except BaseException:
            name.unlink()
            raise


def probe(*paths: Path) -> None:
    """Raise UsageError where one of these files could not be written; nothing of them is changed.

    Whoever works long before it writes asks first. Folders that are missing are made.
    """
    for path in paths:
        with _refused(path):
            _beside(_behind(path), "?").unlink()


def _behind(path: Path) -> Path:
    """The file that a link leads to, else the path as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _beside(path: Path, text: str) -> Path:
    """A file of another name in the same folder, with this text."""
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot write {str(path)!r}: it is a folder or a device, a file is needed")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """UsageError naming the file for whatever the system has against it."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        in_the_way = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "a file is in the way of its folder" if in_the_way else getattr(error, "strerror", None) or error
        raise UsageError(f"cannot write {str(path)!r}: {reason}") from None
