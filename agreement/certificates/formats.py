"""Certificates as text, JSON, a page, JUnit XML and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from ..judging.verdict import DECIDED, Verdict
from ..report.github import errors
from ..report.junit import case, suites
from .result import Certificates
from .text import certificates, complaints, headline, render


def as_text(found: Certificates) -> str:
    """For a screen."""
    return f"{render(found)}\n"


def as_json(found: Certificates) -> str:
    """The record."""
    return document(found.as_json())


def as_github(found: Certificates) -> str:
    """An annotation for each complaint, then the report."""
    return annotated(complaints(found), render(found))


def as_html(found: Certificates) -> str:
    """One page, nothing fetched."""
    lines, said = certificates(found), complaints(found)
    return page(
        __package__, found=found, headline=headline(found), lines=lines, complaints=said, verdicts=list(Verdict)
    )


def as_junit(found: Certificates) -> str:
    """A test case for each parameter of the program, each operation, and each parameter of each answer."""
    return suites("backproof.certify", [*_program(found), *_operations(found), *_answers(found)], found.seconds)


def document(record: dict[str, Any]) -> str:
    """A record as text; what is no number is refused."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def annotated(said: Iterable[str], report: str) -> str:
    """An annotation for each complaint, then the report."""
    inside = report.replace("```", "` ` `")
    return "".join(f"{line}\n" for line in errors(said)) + f"\n```\n{inside}\n```\n"


def page(package: str, **words: Any) -> str:
    """A package's page.html.j2 with these words in it; a word that is missing is an error."""
    import jinja2

    template = files(package).joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(**words)


def _program(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for p in found.program.parameters:
        said = f"{p.agreement.apart} of {p.agreement.entries} entries of the program are not its gradient"
        undecided = "" if p.verdict in DECIDED else "the enclosures do not decide"
        cases.append(case("certify.program", p.name, said if p.verdict == Verdict.WRONG else "", undecided))
    return cases


def _operations(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for row in found.operations.rows.values():
        n = row.verdicts[Verdict.WRONG]
        said = f"{n} of {row.entries} entries are wrong, error/bound up to {row.worst_ratio:.3g}" if n else ""
        cases.append(case("certify.operations", row.name, said))
    return cases + [case("certify.operations", reason, skipped="not judged") for reason in found.operations.unread]


def _answers(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for answer in found.answers:
        group = f"certify.answer.{answer.mode}"
        if answer.failure:
            cases.append(case(group, "gradient", answer.failure))
        for p in answer.parameters:
            n = p.verdicts[Verdict.WRONG]
            said = f"{n} of {p.entries} entries are wrong" if n else ""
            decided = any(p.verdicts[v] for v in DECIDED)
            cases.append(case(group, p.name, said, "" if decided else "no entry was decided"))
    return cases


FORMATS: Mapping[str, Callable[[Certificates], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "junit": as_junit,
    "github": as_github,
}
