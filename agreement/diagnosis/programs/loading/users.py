"""The files of a project that use a program: its own example of how it is built is the best evidence there is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from . import places

LARGE = 2_000_000
"""Bytes of a file that is no program to look into."""
MANY = 400
"""Files of a project that are looked into."""
SHOWS = re.compile(r"train|main|example|demo|run|xor|mnist|iris|test|usage|tutorial|notebook|readme", re.I)
"""How a file is called that shows how a program is used."""
READABLE = (*places.SOURCES, ".md")


def users(path: Path, names: list[str]) -> Iterator[Path]:
    """The files that import a program, or write about it, and call one of these names; those nearest to it first."""
    above = places.folders(path.parent)
    modules = [places.module_name(path), *(folder.name for folder in above)]
    imports = re.compile(rf"(?:from|import)\s+[\w., ]*\b(?:{'|'.join(map(re.escape, modules))})\b")
    calls = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\s*\(")
    for other in _near(path, above):
        text = _text(other)
        if imports.search(text) and calls.search(text):
            yield other


def _near(path: Path, above: list[Path]) -> Iterator[Path]:
    """The other sources beside a program, then above it, then in the folders that stand there, and in theirs."""
    seen, count = {path}, 0
    below = [inner for place in above for inner in places.within(place)]
    for folder in dict.fromkeys([*above, *below, *(deeper for inner in below for deeper in places.within(inner))]):
        for other in sorted(_files(folder), key=lambda one: (not SHOWS.search(one.stem), one.suffix, one.name)):
            if other not in seen and count < MANY:
                seen.add(other)
                count += 1
                yield other


def _files(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return [one for one in folder.iterdir() if one.suffix.lower() in READABLE and one.is_file()]
    return []


def _text(file: Path) -> str:
    with contextlib.suppress(OSError):
        if file.stat().st_size < LARGE:
            return file.read_text("utf-8", "replace")
    return ""
