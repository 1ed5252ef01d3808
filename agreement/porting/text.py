"""A port as text, for a screen of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from linecache import getline
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ...reference.graph.graph import SourceLine
from .gradients import PortGradients
from .parameters import Matching
from .partings import Parting
from .sides import Leaf

WIDTH = 80
SHOWN = 12
FIRST, SECOND = 28, 24
"""The columns of the names; a longer one stands on a line of its own."""

SAID = {"apart": "{apart} apart", "open": "{open} open", "same": "same"}
"""Of a parameter's exact gradients."""
ORDER = tuple(SAID)


class PortFound(Protocol):
    """What a report says of a port."""

    @property
    def sides(self) -> Sequence[Any]: ...
    @property
    def matching(self) -> Matching: ...
    @property
    def digits(self) -> float: ...
    @property
    def points(self) -> int: ...
    @property
    def partings(self) -> tuple[Parting, ...]: ...
    @property
    def causes(self) -> tuple[Parting, ...]: ...
    @property
    def gradients(self) -> PortGradients | None: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def same(self) -> bool: ...


def render(found: PortFound) -> str:
    """The whole report."""
    lines = [line for part in _parts(found) for line in part]
    return "\n".join(lines)


def _parts(found: PortFound) -> Iterator[Sequence[str]]:
    yield _wrapped(headline(found), "")
    yield [line for side in found.sides for line in _wrapped(_side(side), "  ")]
    yield [line for note in notes(found) for line in _wrapped(f"note: {note}", "  ")]
    for k, parting in enumerate(found.partings):
        yield ["", *_parting(k + 1, parting, found)]
    if found.gradients is not None:
        yield ["", *_gradients(found.gradients)]
    yield ["", *_matched(found)]


def _wrapped(text: str, indent: str, then: str = "  ") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + then,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def headline(found: PortFound) -> str:
    """The answer in one line."""
    if found.causes:
        first = found.causes[0]
        where = " and ".join(short(line) for line in first.lines)
        return f"NOT THE SAME FUNCTION: they part at {where}"
    same = "the same function" + ("" if found.partings else _digits(found))
    gradients = found.gradients
    assert gradients is not None
    if not gradients.same:
        return f"NOT THE SAME GRADIENT: {same}; {_where_stopped(gradients, found)}"
    if gradients.wrong:
        return f"WRONG GRADIENT: {same}; {gradients.wrong[0]}"
    if not all(p.answers_agree for p in gradients.open):
        return f"SAME FUNCTION, GRADIENT OPEN: {same}; at a kink each side has its own"
    if found.partings:
        return f"SAME, BUT FOR ROUNDED CONSTANTS: {same}"
    return f"SAME: {same}; {_difference(gradients, found)}"


def _digits(found: PortFound) -> str:
    said = "every digit" if found.digits == float("inf") else f"{found.digits:.0f} digits"
    return f" ({said}, {found.points} sets of parameters)"


def _difference(gradients: PortGradients, found: PortFound) -> str:
    if gradients.difference is None:
        return "the exact gradients are the same"
    said = f"the gradients differ by at most {gradients.difference:.1e} relative"
    if gradients.share is None:
        return said
    order = " to first order" if any(p.first_order for p in gradients.parameters) else ""
    return f"{said}, {gradients.share:.2g} of what {found.sides[0].dtype} allows{order}"


def _where_stopped(gradients: PortGradients, found: PortFound) -> str:
    if not gradients.stopped:
        return "no stopped gradient explains it"
    stop = gradients.stopped[0]
    return f"no gradient passes at {short(stop.source)} ({found.sides[stop.side].name})"


def short(source: SourceLine | None) -> str:
    """File and line."""
    return "an unknown line" if source is None else f"{Path(source.file).name}:{source.line}"


def notes(found: PortFound) -> Iterator[str]:
    """What a reader has to know besides."""
    if found.hidden:
        yield "they agree at the parameters given, and part at others: what is 0, or equal, there hides it"
    for p in found.gradients.open if found.gradients is not None else ():
        answers = "both sides answer alike" if p.answers_agree else "the answers differ, and neither is wrong"
        count = f"{p.exact.unclear} of {p.exact.entries} entries"
        yield f"the gradient of {p.first} = {p.second} is at a kink, or infinite, in {count}: {answers}"
    for which, leaves in (("first", found.matching.only_first), ("second", found.matching.only_second)):
        for leaf in leaves:
            yield f"{leaf} of the {which} has no counterpart{_tied(leaf, found.matching)}"


def _tied(leaf: Leaf, matching: Matching) -> str:
    """What else holds the same numbers: one side ties two parameters, the other has two."""
    sized = (m for m in matching.matches if m.is_parameter and leaf.array.size == m.first.array.size > 1)
    for m in sized:
        if np.array_equal(np.sort(leaf.array, axis=None), np.sort(m.first.array, axis=None)):
            return f": it holds the numbers of {m.first.name} = {m.second.name}, as where weights are tied"
    return ""


def _side(side: Any) -> str:
    return f"{side.name}: {side.framework} {side.version}, {side.parameters:,} parameters, loss {side.loss:.9g}"


def cause(parting: Parting) -> str:
    """What differs, in a sentence."""
    if parting.named is not None:
        return f"{parting.named.convention.title}: {parting.named.first} | {parting.named.second}"
    return f"no convention of the catalogue: {parting.computed[0]} | {parting.computed[1]}"


def _parting(number: int, parting: Parting, found: PortFound) -> Iterator[str]:
    named = parting.named
    title = "no convention of the catalogue" if named is None else f"{named.convention.title} [{named.convention.id}]"
    times = f", {parting.places} times" if parting.places > 1 else ""
    yield from _wrapped(f"{number} {title}{times}", "")
    said = parting.computed if named is None else (named.first, named.second)
    for side, line, what, got in zip(found.sides, parting.lines, said, parting.got, strict=True):
        yield from _wrapped(f"{short(line)} ({side.framework}): {code(line)}", "  ")
        yield from _wrapped(f"{what}; got {got:.9g}", "    ")
    if parting.explains is not None:
        yield f"  {share(parting.explains)}"
    if not parting.certain:
        yield from _wrapped("no single value makes what follows equal: the whole was put in its place", "  ")
    if named is not None:
        yield from _wrapped(named.convention.mend, "  ")


def share(part: float) -> str:
    """How much of the difference of the losses goes with a cause."""
    percent = f"{100 * abs(part):.3g} %"
    if part < 0:
        return f"hides {percent} of the difference of the losses: another cause outweighs it"
    return f"explains {percent} of the difference of the losses"


def code(source: SourceLine | None) -> str:
    """The user's line."""
    return "" if source is None else getline(source.file, source.line).strip()


def _gradients(found: PortGradients) -> Iterator[str]:
    for stop in found.stopped:
        yield from _wrapped(f"no gradient passes at {short(stop.source)}: {code(stop.source)}", "")
    for sentence in found.wrong:
        yield from _wrapped(sentence, "")
    if not found.parameters:
        return
    yield f"{'gradient of':<{FIRST}} {'as':<{SECOND}} {'exact':>8} {'apart':>8} {'allowed':>7}"
    rows = sorted(found.parameters, key=lambda p: (ORDER.index(p.compared), -(p.share or 0)))
    for p in rows[:SHOWN]:
        exact = SAID[p.compared].format(apart=p.exact.apart, open=p.exact.unclear)
        apart = "-" if p.difference is None else f"{p.difference:.1e}"
        share = "-" if p.share is None else f"{p.share:.2g}"
        first, second = p.first, p.second
        if len(first) > FIRST or len(second) > SECOND:
            yield from _wrapped(f"{first} as {second}", "")
            first = second = ""
        yield f"{first:<{FIRST}} {second:<{SECOND}} {exact:>8} {apart:>8} {share:>7}"
    if len(rows) > SHOWN:
        yield f"and {len(rows) - SHOWN} more"


def _matched(found: PortFound) -> Iterator[str]:
    moved = [m for m in found.matching.matches if m.how != "as it is"]
    yield f"{len(found.matching.matches)} arrays matched by contents, {len(moved)} of them in another layout"
    for m in moved[:SHOWN]:
        yield from _wrapped(f"{m.first.name} = {m.second.name}, {m.how}", "  ")
    if len(moved) > SHOWN:
        yield f"  and {len(moved) - SHOWN} more"


def session_row(found: PortFound) -> list[str]:
    """One port as a row of a test session's table of certificates."""
    gradients = found.gradients
    program = "same function" if found.same else "parts"
    share = "-" if gradients is None or gradients.share is None else f"{gradients.share:.2g} × bound"
    frameworks = " | ".join(f"{s.framework} {s.version}" for s in found.sides)
    compared = gradients is not None and gradients.parameters
    answer = "-" if not compared else "same" if gradients is not None and gradients.same else "differs"
    return [found.sides[0].name, frameworks, f"{found.sides[0].parameters:,}", program, share, f"gradients {answer}"]
