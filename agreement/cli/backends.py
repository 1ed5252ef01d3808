"""`backproof backends`: what can be asked for here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ...reference import registry
from ...reference.deviations import deviations
from ..output import say
from .exit_codes import AGREE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to print."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what stdout gets")


def run(given: argparse.Namespace, folder: Path) -> int:
    """Load each backend and say what came."""
    rows = [_row(name) for name in registry.names()]
    if given.format == "json":
        say(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        say("\n".join(map(_line, rows)))
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
    return str(getattr(backend, "what", "")) or (type(backend).__doc__ or "").strip().partition("\n")[0]


def _line(row: dict[str, Any]) -> str:
    if row["version"] is None:
        return f"{row['name']:16} not here: {row['reason']}"
    lines = [f"{row['name']:16} {row['version']:12} {row['what']}{' (default)' if row['default'] else ''}"]
    return "\n".join([*lines, *(f"{'':30}known: {what}" for what in row["known_deviations"])])
