"""The report for a person: what was assumed, what is wrong, what it is called, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ....manual.backprop import backprop
from ....manual.case import Case
from ....manual.shapes import Array
from ...catalogue.text import text
from ...errors import shown
from ...languages import Language, in_language, strings
from ...screen.text import columns, wrapped
from ..equations import EQUATIONS, Failure, Status
from ..result import Diagnosis

FORMULAS = {
    "BP1": "δ^L = ∇_a C ⊙ σ′(z^L)",
    "BP2": "δ^l = ((W^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)",
    "BP3": "∂C/∂b^l = δ^l",
    "BP4": "∂C/∂W^l = δ^l (a^{l−1})ᵀ",
}
LABEL = re.compile(r"\S.{0,10}?\s{2,}(?=\S)")
"""What stands before the text of a line, as `judged as`."""
KEPT = "guarded"
"""The probe that says where a program was judged."""
SYMBOLS = {"BP1": "δ", "BP2": "δ", "BP3": "∂C/∂b", "BP4": "∂C/∂W"}


def say(key: str, language: Language, **values: Any) -> str:
    """A sentence of messages.toml."""
    return in_language(strings(str(__package__), "messages.toml")[key], language).format(**values)


def render(diagnosis: Diagnosis, language: Language = "en") -> str:
    """The whole report, ending in a newline: at most 80 columns, but for lines of code."""
    return shown("\n".join(_lines(diagnosis, language)) + "\n")


def headline(diagnosis: Diagnosis, language: Language = "en") -> str:
    """The verdict in one line."""
    place = say("line", language, line=diagnosis.line) if diagnosis.line else ""
    if diagnosis.worthless:
        what = say(f"worthless_{diagnosis.worthless}", language)
        return say("heading_worthless", language, subject=diagnosis.subject, place=place, what=what)
    wrong = [equation for equation in EQUATIONS if diagnosis.equations.get(equation) is Status.WRONG]
    what = say("wrong_in", language, equations=", ".join(wrong)) if wrong else say("wrong_beside", language)
    return shown(
        say(
            f"heading_{diagnosis.status}",
            language,
            subject=diagnosis.subject,
            place=place,
            what=what,
            reason=diagnosis.reason,
        )
    )


def brief(diagnosis: Diagnosis) -> dict[str, Any]:
    """The first equation that is wrong, the line that may hold it, the mistakes by id, why and how to mend them."""
    wrong = next((e for e in EQUATIONS if diagnosis.equations.get(e) is Status.WRONG), "")
    line, source = diagnosis.lines.get(wrong, (None, None))
    said = "\n".join(shown(told.strip()) for told in _mistakes(diagnosis, "en")) if wrong else ""
    return {"equation": wrong, "line": line, "text": source, "mistakes": list(diagnosis.mistakes), "said": said}


def _lines(diagnosis: Diagnosis, language: Language) -> Iterator[str]:
    yield headline(diagnosis, language)
    if diagnosis.status == "not_understood":
        yield from _to_paste(diagnosis, language)
    if diagnosis.convention is None or diagnosis.reading is None:
        return
    if diagnosis.worthless:
        return
    if diagnosis.status == "unknown":
        yield from _broken([say("unknown_help", language)])
        if diagnosis.named:
            yield from _broken(["", *_mistakes(diagnosis, language)])
        yield from _to_paste(diagnosis, language)
        return
    yield from _broken([*_convention(diagnosis, language), ""])
    for equation in EQUATIONS:
        status = diagnosis.equations.get(equation, Status.UNSEEN)
        yield f"  {equation}  {FORMULAS[equation]:38} {say(status.word, language)}"
        if status is Status.WRONG and equation in diagnosis.lines:
            number, source = diagnosis.lines[equation]
            yield f"       {say('likely_line', language, number=number, text=source)}"
    if not diagnosis.right or diagnosis.mistakes:
        yield from _broken(["", *_mistakes(diagnosis, language)])
    if diagnosis.failure is not None and not diagnosis.right:
        yield from _broken(["", *failure_lines(diagnosis.failure, language)])


def _to_paste(diagnosis: Diagnosis, language: Language) -> Iterator[str]:
    """The adapter, where there is one."""
    if diagnosis.adapter is not None:
        yield from ("", say("paste", language), "", *(f"    {line}" for line in diagnosis.adapter.splitlines()))


def _broken(lines: Iterable[str]) -> Iterator[str]:
    """Lines at the width of a screen; what follows a label is continued under itself."""
    for line in lines:
        label = LABEL.match(line)
        yield from wrapped(line, hang=columns(label[0]) if label else None)


def _convention(diagnosis: Diagnosis, language: Language) -> Iterator[str]:
    convention, reading = diagnosis.convention, diagnosis.reading
    assert convention is not None
    assert reading is not None
    told = str(convention)
    if diagnosis.single:
        told = told.removesuffix(f", {convention.reduction} over examples")
    layout = [str(reading.layout)]
    layout += [say("one_example", language)] if diagnosis.single and reading.layout.examples != "flat" else []
    layout += [say("biases_first", language)] if not reading.weights_first else []
    layout += [say("last_first", language)] if reading.backwards else []
    yield say("judged_as", language, convention=told)
    if diagnosis.understood:
        first, *more = diagnosis.understood
        yield say("understood", language, told=first)
        yield from (say("layout", language, layout=line) for line in more)
    else:
        yield say("layout", language, layout=", ".join(layout))
    if diagnosis.domain.narrow or diagnosis.domain.labels != "any":
        yield say("layout", language, layout=say("only_on", language, domain=diagnosis.domain))
    if any(probe.kind == KEPT for probe in diagnosis.probes):
        yield say("layout", language, layout=say(f"probe_{KEPT}", language))
    if str(diagnosis.terms):
        yield say("layout", language, layout=diagnosis.terms)
    yield say("layout", language, layout=say("inferred", language))
    for _, id in diagnosis.caveats:
        yield say("layout", language, layout=say(f"caveat_{id}", language))


def _mistakes(diagnosis: Diagnosis, language: Language) -> Iterator[str]:
    for number, id in enumerate(diagnosis.mistakes):
        row = text(id, language)
        yield (say("together", language, name=f"{id}: {row.name}") if number else f"{id}: {row.name}")
        yield f"  {row.why}"
        yield f"  {say('mend', language, mend=row.mend)}"
    if not diagnosis.mistakes:
        yield say("unnamed", language)
    if len(diagnosis.named) > 1:
        names = "; ".join(" + ".join(f"{id} ({text(id, language).name})" for id in ids) for ids in diagnosis.named[1:])
        yield say("or", language, names=names)
    for probe in (one for one in diagnosis.probes if one.kind != KEPT):
        yield say(f"probe_{probe.kind}", language, about=probe.about)
    for signature in diagnosis.signatures if not diagnosis.guesses else ():
        yield say(f"sign_{signature.kind}", language, value=signature.value)


def failure_lines(failure: Failure, language: Language) -> Iterator[str]:
    """A case with its numbers, and what came of it."""
    yield say("shown", language, case=failure.case.architecture)
    yield from (f"  {line}" for line in case_lines(failure.case))
    symbol = SYMBOLS.get(failure.equation, "")
    if failure.raised is not None:
        yield f"  {say('raised', language, raised=failure.raised)}"
    elif failure.shape is not None:
        right = backprop(failure.case)
        part = (right.nabla_b if failure.equation == "BP3" else right.nabla_w)[failure.layer - 1]
        yield f"  {say('shape', language, symbol=symbol, layer=failure.layer, got=failure.shape, true=part.shape)}"
    else:
        index = f"[{', '.join(map(str, failure.index))}]"
        got = number(failure.got) if np.isfinite(failure.got) else say("no_number", language)
        told = {"symbol": symbol, "index": index, "layer": failure.layer, "got": got, "true": number(failure.true)}
        yield f"  {say('got', language, **told)}"


def case_lines(case: Case) -> list[str]:
    """W, b, x and y as they are written by hand."""
    layers = range(1, case.architecture.depth + 1)
    rows = [f"W^{l} = {_matrix(case.weights[l - 1])}   b^{l} = {_matrix(case.biases[l - 1])}" for l in layers]
    return [*rows, f"x = {_matrix(case.x)}   y = {_matrix(case.y)}"]


def _matrix(array: Array) -> str:
    if array.ndim > 1:
        return "[" + ", ".join(_matrix(row) for row in array) + "]"
    return "[" + ", ".join(number(x) for x in array) + "]"


def number(x: float) -> str:
    """Ten digits, as a person reads them."""
    return f"{x:.10g}"
