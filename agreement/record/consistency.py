"""What types cannot say of a record: counts that add up, quantiles in order, nothing twice, cases that are there.

Each check is a row: it yields what is wrong, in words. A record that contradicts itself is refused
where it is read, so no gate opens on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from ..cases.dtypes import dtype_of
from ..documents import checked, first
from ..errors import UsageError
from ..field_types import Stated
from ..judging.verdict import DECIDED, Verdict
from ..tally.sharpness import sharpness
from . import stored_cases
from .record_schema import Quantiles, RecordCell, RecordDocument, Summary


def check(document: Any, what: str) -> None:
    """UsageError naming what is wrong in a record's document."""
    first(complaints(checked(document, RecordDocument, what)), what)


def complaints(record: RecordDocument) -> Iterator[str]:
    """Whatever contradicts itself, the plainest first."""
    for check in CHECKS:
        yield from check(record)


def _created(record: RecordDocument) -> Iterator[str]:
    try:
        datetime.fromisoformat(record.created)
    except ValueError:
        yield f"created is {record.created!r}: a date and time of ISO 8601 is needed"


def _rows_are_sums(record: RecordDocument) -> Iterator[str]:
    for row in (record.summary, *record.cells):
        total = sum(row.of(verdict) for verdict in Verdict)
        if total != row.entries:
            yield f"{_named(row)} has {row.entries} entries, its verdicts are {total}"


def _summary_is_the_cells(record: RecordDocument) -> Iterator[str]:
    for verdict in Verdict:
        of_cells, said = sum(cell.of(verdict) for cell in record.cells), record.summary.of(verdict)
        if of_cells != said:
            yield f"its cells have {of_cells} entries {verdict.word}, its summary says {said}"


def _marks_add_up(record: RecordDocument) -> Iterator[str]:
    rows: list[Summary | RecordCell] = [record.summary, *record.cells]
    for row in rows:
        if row.lost > row.lossy:
            yield f"{_named(row)} has {row.lost} entries lost of {row.lossy} lossy"
    lost = sum(cell.lost for cell in record.cells)
    if lost != record.summary.lost:
        yield f"its cells have {lost} entries lost, its summary says {record.summary.lost}"
    unbounded = sum(cell.unbounded for cell in record.cells)
    if unbounded != record.summary.unbounded:
        yield f"its cells have {unbounded} entries unbounded, its summary says {record.summary.unbounded}"
    for cell in record.cells:
        if not cell.sharp <= cell.nonzero <= cell.entries:
            yield f"{_named(cell)} has {cell.sharp} sharp of {cell.nonzero} nonzero of {cell.entries} entries"


def _sharpness_is_the_cells(record: RecordDocument) -> Iterator[str]:
    marked = ((cell, {"nonzero": cell.nonzero, "sharp": cell.sharp}) for cell in record.cells)
    counted = {(row.backend, row.dtype): (row.nonzero, row.sharp) for row in sharpness(marked)}
    for said in record.summary.sharpness:
        nonzero, sharp = counted.get((said.backend, said.dtype), (0, 0))
        if (said.nonzero, said.sharp) != (nonzero, sharp):
            where = f"{said.backend} in {said.dtype}"
            yield f"the cells of {where} have {sharp} sharp of {nonzero}, its summary {said.sharp} of {said.nonzero}"


def _backends(record: RecordDocument) -> Iterator[str]:
    summary = record.summary
    decided = Counter[str]()
    for cell in record.cells:
        decided[cell.backend] += sum(cell.of(verdict) for verdict in DECIDED)
    for name in sorted({*decided, *summary.decided} - {*summary.backends}):
        yield f"backend {name!r} has entries, and is none of {', '.join(summary.backends) or 'none'}"
    for name in summary.backends:
        if decided[name] != summary.decided.get(name, 0):
            said = summary.decided.get(name, 0)
            yield f"the cells of {name} have {decided[name]} entries decided, its summary says {said}"


def _cases_add_up(record: RecordDocument) -> Iterator[str]:
    summary = record.summary
    total = sum(summary.regimes.values())
    if total != summary.cases:
        yield f"its regimes have {total} cases, its summary says {summary.cases}"
    for cell in record.cells:
        if cell.cases > summary.regimes.get(cell.regime, 0):
            yield f"{_named(cell)} has {cell.cases} cases, its regime {summary.regimes.get(cell.regime, 0)}"


def _nothing_twice(record: RecordDocument) -> Iterator[str]:
    for key, n in Counter(cell.key for cell in record.cells).items():
        if n > 1:
            yield f"the cell {', '.join(key)} stands there {n} times"
    rows = Counter((row.backend, row.quantity, row.case, row.layer, *row.index) for row in record.disagreements)
    for (backend, quantity, case, *_), n in rows.items():
        if n > 1:
            yield f"the disagreement of {backend} in {quantity} of case {case} stands there {n} times"


def _dtypes(record: RecordDocument) -> Iterator[str]:
    for name in {cell.dtype for cell in record.cells} | {row.dtype for row in record.disagreements}:
        try:
            dtype_of(name)
        except (TypeError, ValueError):
            yield f"dtype {name!r} is none"


def _quantiles_in_order(record: RecordDocument) -> Iterator[str]:
    summary = record.summary
    if not _ordered(summary.smallest_visible_error):
        yield "summary.smallest_visible_error: the median is above the 99 % quantile"
    for cell in record.cells:
        for name in ("visible", "ulps"):
            if not _ordered(getattr(cell, name)):
                yield f"{_named(cell)}: {name}: the median is above the 99 % quantile"
        for name, octaves in (("ulp", cell.ulp_histogram), ("step_ulp", cell.step_ulp_histogram)):
            if sum(octaves.values()) > cell.entries:
                yield f"{_named(cell)}: {name}_histogram has more than its {cell.entries} entries"
            if any(not abs(octave) <= 1100 for octave in octaves):
                yield f"{_named(cell)}: {name}_histogram has the octave {max(octaves, key=abs)}"


def _ordered(quantiles: Quantiles) -> bool:
    if quantiles.median is None or quantiles.p99 is None:
        return quantiles.median is quantiles.p99
    return _number(quantiles.median) <= _number(quantiles.p99)


def _number(value: Stated) -> float:
    return float(value)


def _wrong_is_shown(record: RecordDocument) -> Iterator[str]:
    summary = record.summary
    shown = {row.backend for row in record.disagreements}
    wrong = {cell.backend for cell in record.cells if cell.wrong}
    for name in sorted(wrong - shown):
        yield f"{name} has wrong entries, and no disagreement shows one"
    for name in sorted(shown - wrong):
        yield f"{name} has a disagreement, and no cell a wrong entry"
    if bool(summary.wrong) != bool(summary.wrong_cases) or summary.wrong_cases > summary.wrong:
        yield f"{summary.wrong} entries are wrong in {summary.wrong_cases} cases"
    for cell in record.cells:
        worst = max(_number(cell.worst_ratio), _number(cell.worst_step_ratio))
        if cell.wrong and not worst > 1:
            yield f"{_named(cell)} has wrong entries, and the worst is {worst:.3g} times its bound"


def _cases_are_there(record: RecordDocument) -> Iterator[str]:
    named = {cell.worst_case for cell in record.cells} | {row.case for row in record.disagreements}
    named |= {*record.summary.quarantined}
    for id in sorted(filter(None, named - {*record.cases})):
        yield f"case {id} is named, and is not there"
    for id, document in record.cases.items():
        try:
            found = stored_cases.from_json(document).id
        except UsageError as error:
            yield f"case {id}: {error}"
        else:
            if found != id:
                yield f"case {id} has the content hash {found}"


def _named(row: object) -> str:
    return f"the cell {', '.join(row.key)}" if isinstance(row, RecordCell) else "the summary"


CHECKS: Iterable[Callable[[RecordDocument], Iterator[str]]] = (
    _created,
    _rows_are_sums,
    _summary_is_the_cells,
    _marks_add_up,
    _sharpness_is_the_cells,
    _backends,
    _cases_add_up,
    _nothing_twice,
    _dtypes,
    _quantiles_in_order,
    _wrong_is_shown,
    _cases_are_there,
)
