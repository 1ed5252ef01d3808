"""The record of a run: versioned JSON, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...reference import registry, user_rows
from ...reference.deviations import deviations
from ...reference.user_files import is_address
from ..cases import case_json, corpus
from ..cases.generate import Menu
from ..documents import DIGEST, digest, read_json, to_json, unsealed
from ..environment import environment
from ..errors import UsageError, one_line
from ..files import write_text
from ..judging.discrepancy import GRADIENTS, Discrepancy
from ..judging.saturation import Curves
from ..judging.verdict import Verdict
from ..running.check import Settings
from ..tally.figure_data import saturation_json
from ..tally.log_histogram import stated
from ..tally.sharpness import sharpness
from ..tally.tally import Tally
from . import stored_cases
from .conclusion import Conclusion, concluded
from .consistency import check

SCHEMA = "backproof/record/1"
WRITTEN, EARLIER = ("record.json", "report.html"), "earlier-"
"""What a run leaves in its folder, and how an earlier one's are called until it is done."""
READABLE = (SCHEMA,)
KEYS = ("schema", "created", "environment", "settings", "summary", "cells", "disagreements", "cases")


@dataclass(frozen=True)
class Record:
    """A record as its JSON document; the properties read what reports need."""

    document: dict[str, Any]

    @classmethod
    def of(
        cls,
        tally: Tally,
        settings: Settings,
        versions: dict[str, str],
        seconds: float,
        missing: Sequence[str] = (),
    ) -> Record:
        """The record of a tally; `versions` names the backends that were asked, `missing`
        says of each that could not be had why.
        """
        return cls(
            {
                "schema": SCHEMA,
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "environment": environment(),
                "settings": {
                    "backends": list(settings.backends),
                    "dtypes": list(settings.menu.dtypes),
                    "costs": list(settings.menu.costs),
                    "activations": list(settings.menu.activations),
                    "regimes": list(settings.menu.regimes),
                    **settings.menu.options,
                    "cases": settings.cases,
                    "seed": settings.seed,
                    "device": settings.device,
                    **({} if settings.judged == GRADIENTS else {"judged": settings.judged}),
                    **_addresses(settings.backends, versions, missing),
                    **({"rows": rows} if (rows := user_rows.addresses(settings.menu.activations)) else {}),
                    "corpus": {"name": settings.corpus_name, "hash": corpus.digits(tally.marks)},
                },
                "summary": _summary(tally, versions, settings.menu, seconds, missing),
                "cells": [{**key._asdict(), **cell.as_json()} for key, cell in tally.cells],
                "disagreements": [discrepancy.as_json() for discrepancy in tally.discrepancies],
                "cases": {id: stored_cases.as_json(case) for id, case in sorted(tally.named_cases.items())},
            }
        )

    def failing_on(self, word: str | None) -> Record:
        """The same, in which entries counted under this word (lossy or lost) are a disagreement."""
        return self if word is None else Record({**self.document, "summary": {**self.summary, "fail_on": word}})

    def diagnosed(self, rows: Iterable[dict[str, Any]]) -> Record:
        """The same with what is wrong with backends from files, by name."""
        found = list(rows)
        return Record({**self.document, "summary": {**self.summary, "diagnoses": found}}) if found else self

    def pictured(self, curves: Curves) -> Record:
        """The same with how σ′ saturates."""
        pictures = {**self.summary["pictures"], "saturation": saturation_json(curves)}
        return Record({**self.document, "summary": {**self.summary, "pictures": pictures}})

    @classmethod
    def load(cls, path: Path) -> Record:
        """The record of a file; UsageError where there is none that this version reads."""
        document = read_json(path)
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema not in READABLE:
            shown = one_line(repr(schema), 80)
            raise UsageError(f"{str(path)!r} has schema {shown}: this version reads {', '.join(READABLE)}")
        missing = [key for key in KEYS if key not in document]
        if missing:
            raise UsageError(f"{str(path)!r} is no whole record: it has no {', '.join(missing)}")
        check(document, f"record {str(path)!r}")
        return cls(unsealed(document, f"record {str(path)!r}"))

    def dumps(self) -> str:
        """The document and its digest as JSON text, a line for each cell, disagreement and case."""
        sealed = {**self.document, DIGEST: digest(self.document)}
        return "{\n" + ",\n".join(f"{to_json(key)}: {_lines(part)}" for key, part in sealed.items()) + "\n}\n"

    def save(self, path: Path) -> None:
        """Write the file under a temporary name, then rename it."""
        write_text(path, self.dumps())

    @staticmethod
    def set_aside(folder: Path) -> None:
        """Rename what an earlier run left in a folder: nothing stands for this one before it is done."""
        for name in WRITTEN:
            if (folder / name).exists():
                (folder / name).replace(folder / f"{EARLIER}{name}")

    @staticmethod
    def set_aside_record(folder: Path) -> Record | None:
        """The record that was set aside; None where there is none that this version reads."""
        try:
            return Record.load(folder / f"{EARLIER}{WRITTEN[0]}")
        except UsageError:
            return None

    @staticmethod
    def drop_earlier(folder: Path) -> None:
        """Remove what was set aside: this run's own is there."""
        for name in WRITTEN:
            (folder / f"{EARLIER}{name}").unlink(missing_ok=True)

    def save_all(self, folder: Path) -> None:
        """record.json, and each case that is wrong, in quarantine or among the worst as a file to replay."""
        self.save(folder / "record.json")
        quarantined = self.summary.get("quarantined", [])
        shown = [
            *quarantined,
            *(one.case for one in self.discrepancies),
            *(cell["worst_case"] for cell in self.worst_cells()),
        ]
        for id in dict.fromkeys(shown):
            case_json.write_document(folder / "cases" / f"{id}.json", self.document["cases"][id])

    @property
    def judged(self) -> str:
        """GRADIENTS or PRODUCTS."""
        return str(self.document["settings"].get("judged", GRADIENTS))

    @property
    def summary(self) -> dict[str, Any]:
        return dict(self.document["summary"])

    @property
    def conclusion(self) -> Conclusion:
        """Whether all agree, something disagrees, or too little was seen."""
        return concluded(self.summary)

    @property
    def corpus(self) -> dict[str, str]:
        """Name and content hash of the cases; empty words in a record from before they were noted."""
        return dict(self.document["settings"].get("corpus") or {"name": "", "hash": ""})

    @property
    def cells(self) -> list[dict[str, Any]]:
        return list(self.document["cells"])

    def worst_cells(self, of_each: int = 3) -> list[dict[str, Any]]:
        """The cells with the largest error/bound of each backend, no case twice."""
        found: list[dict[str, Any]] = []
        for backend in self.summary["backends"]:
            cells = {cell["worst_case"]: cell for cell in sorted(self.cells, key=_worst) if cell["backend"] == backend}
            found += sorted((cell for id, cell in cells.items() if id), key=_worst, reverse=True)[:of_each]
        return found

    @property
    def discrepancies(self) -> list[Discrepancy]:
        return [Discrepancy.from_json(row) for row in self.document["disagreements"]]


def _worst(cell: dict[str, Any]) -> tuple[float, str]:
    return max(float(cell["worst_ratio"]), float(cell["worst_step_ratio"])), cell["worst_case"] or ""


def _lines(part: Any) -> str:
    if isinstance(part, list) and part:
        return "[\n" + ",\n".join(map(to_json, part)) + "\n]"
    if isinstance(part, dict) and part:
        return "{\n" + ",\n".join(f"{to_json(key)}: {to_json(value)}" for key, value in part.items()) + "\n}"
    return to_json(part)


def _addresses(
    requested: Sequence[str], versions: Mapping[str, str], missing: Sequence[str]
) -> dict[str, dict[str, str]]:
    """The `FILE.py:NAME` of every backend from a file, by its name; nothing where there is none."""
    there = [name for name in requested if not any(reason.startswith(f"{name}: ") for reason in missing)]
    if len(there) != len(versions):
        return {}
    found = {name: address for name, address in zip(versions, there, strict=True) if is_address(address)}
    return {"addresses": found} if found else {}


def _origin(name: str) -> str:
    """Where a backend comes from: `hand` of the note's equations, a `library`, or `given` by whoever asked."""
    return "hand" if name.startswith("numpy") else "library" if name in registry.names() else "given"


def _known_deviations(versions: Mapping[str, str], menu: Menu) -> Iterator[dict[str, Any]]:
    """The listed deviations that these backends may show on this menu."""
    for row in deviations.every():
        backends = [name for name, version in versions.items() if row.of(name, version)]
        if backends and row.within(menu.activations, menu.costs):
            said = {"id": row.id, "what": row.what, "reference": row.reference}
            yield {**said, "backends": backends, "activation": row.activation}


def _summary(
    tally: Tally, versions: dict[str, str], menu: Menu, seconds: float, missing: Sequence[str]
) -> dict[str, Any]:
    return {
        "cases": tally.cases,
        "entries": sum(tally.verdicts.values()),
        **{verdict.word: tally.verdicts[verdict] for verdict in Verdict},
        **{mark: sum(cell.marks[mark] for _, cell in tally.cells) for mark in ("lost", "unbounded")},
        "architectures": tally.architectures.count,
        "regimes": dict(sorted(tally.regimes.items())),
        "smallest_visible_error": {
            "median": stated(tally.visible.quantile(0.5)),
            "p99": stated(tally.visible.quantile(0.99)),
        },
        "backends": versions,
        "origins": {name: _origin(name) for name in versions},
        "missing": list(missing),
        "sharpness": [row._asdict() for row in sharpness((key, cell.marks) for key, cell in tally.cells)],
        "decided": {name: tally.decided[name] for name in versions},
        "wrong_cases": tally.wrong_cases,
        "known_deviations": list(_known_deviations(versions, menu)),
        "stale_deviations": list(tally.stale),
        "unsupported_reasons": [
            {"backend": backend, "reason": reason, "cases": n}
            for (backend, reason), n in sorted(tally.unsupported.items())
        ],
        "failures": list(tally.failures),
        "quarantined": sorted(tally.quarantined),
        "unsteady": list(tally.unsteady),
        "pictures": tally.pictures.as_json(tally.visible),
        "seconds": round(seconds, 3),
    }
