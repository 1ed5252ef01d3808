"""What a sweep is: its settings and the versions that it judges, as text that every worker and folder agrees on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...manual.activations import ACTIVATIONS
from ...reference.protocol import Backend
from ...reference.user_files import is_address
from ..cases.generate import Menu
from ..environment import installed
from ..running import options
from ..running.check import Settings
from ..running.deviation_file import take_in_deviations

SCHEMA = "backproof/sweep/1"
LIBRARIES = ("backproof", "numpy", "python-flint")


@dataclass(frozen=True)
class Plan:
    """Settings of drawn cases, the backends' versions, and a hash of each file that a backend comes from."""

    settings: Settings
    versions: Mapping[str, str]
    rows: tuple[str, ...] = ()
    """Activations of a user's own, as file.py:Row."""

    @classmethod
    def of(cls, document: dict[str, Any]) -> Plan:
        """The plan of a document; it is of this process alone that its versions are held against."""
        return cls(settings_of(document), document["versions"], tuple(document["rows"]))

    @cached_property
    def document(self) -> dict[str, Any]:
        """As it stands in a journal, and as a worker gets it; `given` is what was asked for."""
        settings = self.settings
        given = {
            "backend": list(settings.backends),
            "dtype": list(settings.menu.dtypes),
            "cost": list(settings.menu.costs),
            "activation": list(settings.menu.activations),
            "regime": list(settings.menu.regimes),
            **settings.menu.options,
            "cases": settings.cases,
            "seed": settings.seed,
            **({"deviations": settings.deviations} if settings.deviations else {}),
        }
        files = {name: _hash(name) for name in (*settings.backends, *self.rows) if is_address(name)}
        if settings.deviations:
            files[settings.deviations] = _hash(f"{settings.deviations}:")
        return {
            "schema": SCHEMA,
            "given": given,
            "versions": dict(self.versions),
            "libraries": {library: installed(library) for library in LIBRARIES},
            "rows": list(self.rows),
            "files": files,
        }

    @property
    def text(self) -> str:
        """The document on one line."""
        return json.dumps(self.document, sort_keys=True)

    def differs(self, other: dict[str, Any]) -> list[str]:
        """What another document says otherwise, in words."""
        here, there = _flat(self.document), _flat(other)
        return [
            f"{key} {there.get(key)} instead of {here.get(key)}"
            for key in sorted({*here, *there})
            if here.get(key) != there.get(key)
        ]


def settings_of(document: dict[str, Any]) -> Settings:
    """The settings that a document stands for; nothing of the folder's pyproject.toml. Its rows are taken in."""
    given = document["given"]
    if not set(given["activation"]) <= set(ACTIVATIONS):
        for row in document["rows"]:
            options.take_in(row)
    regimes = tuple(given["regime"])
    menu = Menu(tuple(given["cost"]), tuple(given["activation"]), tuple(given["dtype"]), regimes=regimes)
    menu = menu.with_options(given)
    listed = given.get("deviations")
    if listed:
        take_in_deviations(Path(listed))
    return Settings(tuple(given["backend"]), menu, given["cases"], given["seed"], deviations=listed)


def versions_of(backends: Sequence[Backend]) -> dict[str, str]:
    """By the names that the backends give themselves."""
    return {backend.name: backend.version for backend in backends}


def resumed(document: dict[str, Any], given: Mapping[str, Any], folder: Path) -> Settings:
    """The settings of a document with what was given on the command line instead."""
    chosen = {name: value for name, value in given.items() if value not in (None, [])}
    if not rows_among(chosen):
        settings_of(document)  # takes in the rows that it names
    return options.settings({**document["given"], **chosen}, folder)


def rows_among(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The rows of a user's own that an --activation names."""
    return tuple(value for value in given.get("activation") or () if is_address(value))


def _hash(name: str) -> str:
    return hashlib.sha256(Path(name.rpartition(":")[0]).read_bytes()).hexdigest()[:16]


def _flat(document: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, part in document.items():
        rows = part.items() if isinstance(part, dict) else [("", part)]
        flat |= {f"{key} {name}".strip(): json.dumps(value) for name, value in rows}
    return flat
