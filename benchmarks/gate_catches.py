"""What the gate says to harms: each is planted in the hand-written backend, in a record or in a baseline.

TF32 switches and fast-math flags of the libraries do next to nothing to networks of this size on a
CPU, so such harms are wrapped around a backend instead (benchmarks/harms.py).

    python benchmarks/gate_catches.py
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from backproof.agreement.cases import corpus
from backproof.agreement.errors import UsageError
from backproof.agreement.record.record import Record
from backproof.agreement.regression.baseline import Baseline
from backproof.agreement.regression.gate import gate
from backproof.agreement.running import check
from backproof.reference.numpy_backends.manual_numpy import MANUAL
from backproof.reference.protocol import Backend
from harms import HARMS, Harmed


def record_of(backend: Backend) -> Record:
    """The frozen corpus judged."""
    settings = check.Settings(backends=(backend.name,)).on(corpus.frozen())
    return Record.of(check.run(settings, [backend]), settings, {backend.name: backend.version}, 0.0)


def spoilt(record: Record, change: Callable[[dict[str, Any]], object]) -> Record:
    """A copy of a record with one thing changed."""
    document = copy.deepcopy(record.document)
    change(document)
    return Record(document)


def words(record: Record, baseline: Callable[[], Baseline]) -> str:
    """The first reason for which the gate closes; nothing where it stays open."""
    try:
        complaints = gate(record, baseline()).complaints
    except UsageError as error:
        return f"REFUSED: {error}"
    return str(complaints[0]) if complaints else ""


def files(good: Baseline) -> Iterator[tuple[str, Callable[[], Baseline]]]:
    """Baselines as files that are cut, empty, of another schema, or hold no number."""
    text = good.dumps()
    document = json.loads(text)
    document["places"][0]["cells"][0]["ulps"]["median"] = float("nan")
    spoilt_texts = {
        "baseline cut": text[: len(text) // 2],
        "baseline of another schema": text.replace("baseline/1", "baseline/2", 1),
        "NaN in the baseline": json.dumps(document),
    }
    for name, spoilt_text in spoilt_texts.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "baseline.json"
            file.write_text(spoilt_text, "utf-8")
            yield name, lambda file=file: Baseline.load(file)  # type: ignore[misc]
    yield "baseline missing", lambda: Baseline.load(Path("nowhere.json"))


def of_another_backend(good: Baseline) -> Baseline:
    """The baseline of a run that had a backend more."""
    cells = {place: dict(rows) for place, rows in good.cells.items()}
    for rows in cells.values():
        rows |= {cell._replace(backend="torch"): figures for cell, figures in rows.items()}
    return Baseline(good.corpus, good.environments, cells)


def main() -> None:
    """One line for each harm; exit 1 where one passes."""
    record = record_of(MANUAL)
    good = Baseline(record.corpus).with_record(record)
    assert words(record, lambda: good) == ""
    said = {harm.__name__: words(record_of(Harmed(harm)), lambda: good) for harm in HARMS}
    stale = spoilt(
        record, lambda d: d["summary"]["stale_deviations"].append("torch-softplus-threshold no longer shows")
    )
    empty = spoilt(record, lambda d: d["settings"]["corpus"].update(hash="0" * 16))
    said["stale known deviation"] = words(stale, lambda: good)
    said["empty or other corpus"] = words(empty, lambda: good)
    said["backend removed"] = words(record, lambda: of_another_backend(good))
    said |= {name: words(record, baseline) for name, baseline in files(good)}
    for name, reason in said.items():
        print(f"{name:28} {reason or 'PASSED'}")
    caught = sum(map(bool, said.values()))
    print(f"{caught} of {len(said)} harms close the gate")
    raise SystemExit(caught < len(said))


if __name__ == "__main__":
    main()
