"""`backproof backends`: what can be asked for here."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...reference import registry
from ...reference.deviations import deviations
from ..output import say
from ..screen.text import padded, printed, wrapped
from .exit_codes import AGREE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command: how to print."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Load each backend, and print its version and what it does, or why it is not here.

    Returns:
        The exit code: 0.

    """
    rows = [_row(name) for name in registry.names()]
    if given.format == "json":
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        say(printed(_lines(rows)), end="")
    return AGREE


def _row(name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"name": name, "default": name in registry.DEFAULT, "version": None, "reason": None}
    try:
        backend = registry.load(name)
    except (registry.Unavailable, ValueError) as error:
        return {**row, "reason": str(error), "what": None, "known_deviations": []}
    known = [deviation.what for deviation in deviations.known_of(backend)]
    return {**row, "version": backend.version, "what": _what(backend), "known_deviations": known}


def _what(backend: object) -> str:
    """What the backend says it does, or the first line of its class."""
    return str(getattr(backend, "what", "")) or (type(backend).__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Name, version and what it does, or why it is not here; below, the listed deviations and whose they are."""
    name, version = (max(len(str(row[key] or "")) for row in rows) for key in ("name", "version"))
    start = 2 + name + 2 + version + 2
    for row in rows:
        mark = "✓" if row["version"] else "?"
        default = " (default)" if row["default"] else ""
        told = f"{row['what']}{default}" if row["version"] else f"not here: {row['reason']}"
        head = f"{mark} {padded(row['name'], name)}  {padded(str(row['version'] or ''), version)}  "
        yield from wrapped(f"{head}{told}", hang=start)
    known: dict[str, list[str]] = {}
    for row in rows:
        for what in dict.fromkeys(row["known_deviations"]):
            known.setdefault(what, []).append(row["name"])
    yield from ["", "⟦bold⟧Known deviations, held against bounds of their own⟦/⟧"] if known else []
    for what, names in known.items():
        yield from wrapped(f"  {_whose(names, rows)}: {what}", hang=4)


def _whose(names: list[str], rows: list[dict[str, Any]]) -> str:
    """The backends of a deviation; where all modes of a library have it, the library once."""
    library = names[0].partition(".")[0]
    of_library = [row["name"] for row in rows if row["name"].partition(".")[0] == library]
    return f"{library}, every mode" if len(names) > 1 and names == of_library else ", ".join(names)
