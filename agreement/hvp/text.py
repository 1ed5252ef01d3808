"""A run over products, as text and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...manual.second_order.r_operator import R_FORMULAS
from ...reference.product import Product
from ..environment import environment
from ..judging.discrepancy import LIKELY, Discrepancy
from ..judging.verdict import Verdict
from .tally import ProductTally, Row

SCHEMA = "backproof/products/1"
SHOWN = 5
"""How many discrepancies are spelled out."""
UNDECIDED = (Verdict.UNDETERMINED, Verdict.OUT_OF_RANGE, Verdict.BLIND)
HEADER = (
    f"{'way':24} {'dtype':8} {'cases':>6} {'entries':>10} {'worst':>8} {'median':>8} {'visible':>8}"
    f" {'lossy':>8} {'known':>8} {'wrong':>8} {'undecided':>10}"
)


def text(tally: ProductTally, ways: Mapping[str, Product], written: Mapping[str, Path]) -> str:
    """The verdict in a sentence, what is wrong, and a line for each way and dtype; `ways` by what was asked for."""
    asked = {way.name: name for name, way in ways.items()}
    told = [_sentence(tally, ways), *_wrong(tally, asked, written), *_counts(tally), *_refused(tally)]
    return "\n".join([*told, ""])


def _sentence(tally: ProductTally, ways: Mapping[str, Product]) -> str:
    total, wrong = sum(tally.verdicts.values()), tally.verdicts[Verdict.WRONG]
    asked = ", ".join(f"{way.name} {way.version}" for way in ways.values())
    said = (
        "DISAGREE" if tally.disagrees else "AGREE with the certified Hv" if any(tally.decided.values()) else "NOTHING"
    )
    cases = f"{tally.cases:,} cases, {len(tally.architectures):,} architectures"
    return f"{said}: {asked}; {cases}, {total:,} entries, {wrong:,} wrong."


def _wrong(tally: ProductTally, asked: Mapping[str, str], written: Mapping[str, Path]) -> Iterator[str]:
    for one in tally.discrepancies[:SHOWN]:
        yield told(one)
        if one.case in written:
            yield f"    again backproof hvp --replay {written[one.case]} --backend {asked[one.backend]}"
    if tally.discrepancies:
        yield LIKELY
    yield from tally.failures


def told(one: Discrepancy) -> str:
    """One wrong entry, with the equation of the R-operator that it belongs to."""
    symbol = one.place.quantity.symbol.replace("^l", f"^{one.place.layer}").replace("^L", f"^{one.place.layer}")
    equation = f"R-{one.place.quantity} " if one.place.quantity.startswith("BP") else ""
    where = f"{equation}R{{{symbol}}}, layer {one.place.layer}, entry {list(one.index)}"
    return f"{one.backend} is wrong in {where}   ({R_FORMULAS[one.place.quantity]})\n{one.numbers}"


def _counts(tally: ProductTally) -> Iterator[str]:
    verdicts = tally.verdicts
    yield "entries: " + ", ".join(f"{verdict.word} {verdicts[verdict]:,}" for verdict in Verdict)
    yield "error/bound at worst and for half of the entries; bound/|Hv| for half of them"
    yield HEADER
    yield from (_line(way, dtype, row) for (way, dtype), row in sorted(tally.rows.items()))


def _line(way: str, dtype: str, row: Row) -> str:
    figures = (row.worst, row.ratio.quantile(0.5), row.visible.quantile(0.5))
    shown = " ".join(f"{'·' if figure is None else format(figure, '.2g'):>8}" for figure in figures)
    lossy, known, wrong = (row.verdicts[verdict] for verdict in (Verdict.LOSSY, Verdict.KNOWN, Verdict.WRONG))
    undecided = sum(row.verdicts[verdict] for verdict in UNDECIDED)
    counts = f"{lossy:8,} {known:8,} {wrong:8,} {undecided:10,}"
    return f"{way:24} {dtype:8} {row.cases:6,} {sum(row.verdicts.values()):10,} {shown} {counts}"


def _refused(tally: ProductTally) -> Iterator[str]:
    for (way, reason), cases in sorted(tally.unsupported.items()):
        yield f"{way}: unsupported in {cases:,} cases: {reason}"


def document(tally: ProductTally, ways: Mapping[str, Product], settings: dict[str, Any]) -> dict[str, Any]:
    """The same for machines; numbers of disagreements as hex floats."""
    refused = [{"way": way, "reason": why, "cases": n} for (way, why), n in sorted(tally.unsupported.items())]
    return {
        "schema": SCHEMA,
        "environment": environment(),
        "settings": {**settings, "ways": {way.name: way.version for way in ways.values()}},
        "summary": {
            "cases": tally.cases,
            "architectures": len(tally.architectures),
            "verdicts": {verdict.word: tally.verdicts[verdict] for verdict in Verdict},
        },
        "ways": [{"way": way, "dtype": dtype, **row.as_json()} for (way, dtype), row in sorted(tally.rows.items())],
        "unsupported": refused,
        "failures": list(tally.failures),
        "disagreements": [one.as_json() for one in tally.discrepancies],
        "problems": {one.case: tally.problems[one.case] for one in tally.discrepancies},
    }
