"""A port as text, JSON, a page, JUnit XML and GitHub annotations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree import ElementTree

from ..certificates.formats import annotated, document, page
from ..report.junit import case, suites
from .drawing import drawn
from .gradients import ParameterGradient
from .result import Port
from .text import cause, code, headline, notes, render, share, short


def as_text(found: Port) -> str:
    """For a screen."""
    return f"{render(found)}\n"


def as_json(found: Port) -> str:
    """The record."""
    return document(found.as_json())


def complaints(found: Port) -> list[str]:
    """What differs, a line each."""
    said = [f"{cause(p)} ({' and '.join(map(short, p.lines))})" for p in found.causes]
    gradients = found.gradients
    if gradients is not None and found.disagrees:
        said += [f"no gradient passes at {short(stop.source)}" for stop in gradients.stopped]
        said += gradients.wrong
        said += [
            f"the gradients of {p.first} and {p.second} differ" for p in gradients.parameters if p.compared == "apart"
        ]
    return said


def as_github(found: Port) -> str:
    """An annotation for each complaint, then the report."""
    return annotated(complaints(found), render(found))


def as_html(found: Port) -> str:
    """One page, nothing fetched: where they part, side by side."""
    said = list(notes(found))
    return page(
        __package__, found=found, headline=headline(found), notes=said, short=short, code=code, share=share, drawn=drawn
    )


def as_junit(found: Port) -> str:
    """A test case for the function, for each place where they part, and for the gradient in each parameter."""
    cases = [case("port.function", "the same function", "" if found.same else headline(found))]
    cases += [_convention(cause(p), p.harmless) for p in found.partings]
    if found.gradients is not None:
        cases += [_gradient(p) for p in found.gradients.parameters]
        cases += [case("port.gradient", sentence, sentence) for sentence in found.gradients.wrong]
    return suites("backproof.port", cases, found.seconds)


def _convention(said: str, harmless: bool) -> ElementTree.Element:
    return case("port.convention", said, "" if harmless else said, said if harmless else "")


def _gradient(p: ParameterGradient) -> ElementTree.Element:
    apart = f"{p.exact.apart} of {p.exact.entries} entries differ" if p.exact.apart else ""
    open_ = f"{p.exact.unclear} of {p.exact.entries} entries are at a kink, or infinite" if p.exact.unclear else ""
    return case("port.gradient", f"{p.first} = {p.second}", apart, open_)


FORMATS: Mapping[str, Callable[[Port], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "junit": as_junit,
    "github": as_github,
}
