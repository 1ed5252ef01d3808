"""Files: a JSON document read with an error that names the file, a text written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
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
    """Write under a temporary name, then rename: a reader sees the old file or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
