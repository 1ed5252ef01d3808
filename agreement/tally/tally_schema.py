"""The structure of a tally's document, and what types cannot say of a whole tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from msgspec import Struct, defstruct

from ..cases.case_schema import CaseDocument
from ..field_types import CaseId, Count, Edge, Hash, HexMagnitude, Marks, Name, Octave, Sentence
from ..judging.discrepancy_schema import DisagreementRow
from ..judging.verdict import DECIDED, Verdict
from .cells import Cell
from .tally import Tally


class HistogramLine(Struct, forbid_unknown_fields=True):
    """Counts by the upper edge of the bin."""

    zeros: Count
    infinities: Count
    bins: dict[Edge, Count]


FIELDS: dict[str, Any] = {
    "int": Count,
    "float": HexMagnitude,
    "Histogram": HistogramLine,
    "Counter[int]": dict[Octave, Count],
    "Counter[str]": dict[Name, Count],
    "str | None": CaseId | None,
}
"""The types of a Cell's fields, as they stand in a document."""
CellLine: Any = defstruct(
    "CellLine", [(field.name, FIELDS[str(field.type)]) for field in fields(Cell)], forbid_unknown_fields=True
)
KeyLine = tuple[Name, Name, Name, Name, Name, Name]


class StripLine(Struct, forbid_unknown_fields=True):
    """Errors of one backend beside what is allowed."""

    n: Count
    over: Count
    dots: list[tuple[float, float, float]]
    over_dots: list[tuple[float, float, float]]


class HeroLine(Struct, forbid_unknown_fields=True):
    """What the first picture is drawn from."""

    strips: dict[Name, StripLine]
    whole: HistogramLine
    allclose: HistogramLine


class PicturesLine(Struct, forbid_unknown_fields=True):
    """What the pictures are drawn from; journals of before have samples besides, which nothing shows."""

    saturation: list[tuple[tuple[Name, Name, Name], list[float | None]]]
    hero: HeroLine
    samples: list[Any] = []


class TallyDocument(Struct):
    """The whole, or a part of one."""

    cells: list[tuple[KeyLine, CellLine]]
    verdicts: dict[Name, Count]
    decided: dict[Name, Count]
    regimes: dict[Name, Count]
    unsupported: list[tuple[Name, Sentence, Count]]
    architectures: list[Hash]
    visible: HistogramLine
    wrong_cases: Count
    discrepancies: list[DisagreementRow]
    quarantined: list[CaseId]
    failures: list[Sentence]
    unjudged: list[Sentence]
    stale: list[Sentence]
    unsteady: list[Sentence]
    marks: Marks
    pictures: PicturesLine
    cases: dict[CaseId, CaseDocument]


def of_parts(document: TallyDocument) -> Iterator[str]:
    """What contradicts itself in any part of a tally."""
    yield from (f"there is no verdict {word!r}" for word in {*document.verdicts} - {one.word for one in Verdict})
    yield from (f"the hash {n} has more than 64 bits" for n in document.architectures if n >= 2**64)
    keys = Counter(key for key, _ in document.cells)
    yield from (f"the cell {', '.join(key)} stands there {n} times" for key, n in keys.items() if n > 1)


def of_whole(tally: Tally) -> Iterator[str]:
    """What contradicts itself in a whole tally: counts that do not add up, cases that are not there."""
    verdicts, decided = Counter[Verdict](), Counter[str]()
    for key, cell in tally.cells:
        verdicts.update({Verdict(verdict): n for verdict, n in cell.verdicts.items()})
        decided[key.backend] += sum(cell.verdicts[verdict] for verdict in DECIDED)
    for verdict in Verdict:
        if verdicts[verdict] != tally.verdicts[verdict]:
            said = f"its cells have {verdicts[verdict]}"
            yield f"{said} entries {verdict.word}, its verdicts say {tally.verdicts[verdict]}"
    for name in {*decided, *tally.decided}:
        if decided[name] != tally.decided[name]:
            yield f"the cells of {name} have {decided[name]} entries decided, it says {tally.decided[name]}"
    if bool(tally.verdicts[Verdict.WRONG]) != bool(tally.wrong_cases):
        yield f"{tally.verdicts[Verdict.WRONG]} entries are wrong in {tally.wrong_cases} cases"
    named = tally.cells.worst_cases() | {one.case for one in tally.discrepancies} | tally.quarantined
    yield from (f"case {id} is named, and is not there" for id in sorted(named - {*tally.cases_by_id}))
