"""Certificates as text, JSON, a page, JUnit XML and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from ..judging.verdict import DECIDED, Verdict
from ..report.github import errors
from ..report.junit import ILLEGAL
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
    return "".join(f"{line}\n" for line in errors(said)) + f"\n```\n{report}\n```\n"


def page(package: str, **words: Any) -> str:
    """A package's page.html.j2 with these words in it; a word that is missing is an error."""
    import jinja2

    template = files(package).joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(**words)


def suites(name: str, cases: list[ElementTree.Element], seconds: float) -> str:
    """Test cases as one file."""
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {key: str(sum(one.find(kind) is not None for one in cases)) for key, kind in kinds.items()}
    about = {"name": name, "tests": str(len(cases)), **counts, "time": f"{seconds:.3f}"}
    root = ElementTree.Element("testsuites")
    ElementTree.SubElement(root, "testsuite", about).extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _program(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for p in found.program.parameters:
        message = "" if p.verdict in DECIDED else "the enclosures do not decide"
        if p.verdict == Verdict.WRONG:
            message = f"{p.agreement.apart} of {p.agreement.entries} entries of the program are not its gradient"
        cases.append(_case("program", p.name, p.verdict == Verdict.WRONG, message))
    return cases


def _operations(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for row in found.operations.rows.values():
        n = row.verdicts[Verdict.WRONG]
        said = f"{n} of {row.entries} entries are wrong, error/bound up to {row.worst_ratio:.3g}" if n else ""
        cases.append(_case("operations", row.name, bool(n), said))
    return cases + [_case("operations", reason, False, "not judged") for reason in found.operations.unread]


def _answers(found: Certificates) -> list[ElementTree.Element]:
    cases = []
    for answer in found.answers:
        if answer.failure:
            cases.append(_case(f"answer.{answer.mode}", "gradient", True, answer.failure))
        for p in answer.parameters:
            n = p.verdicts[Verdict.WRONG]
            said = f"{n} of {p.entries} entries are wrong" if n else ""
            decided = any(p.verdicts[v] for v in DECIDED)
            cases.append(_case(f"answer.{answer.mode}", p.name, bool(n), said if decided else "no entry was decided"))
    return cases


def _case(group: str, name: str, failed: bool, message: str) -> ElementTree.Element:
    return case(f"backproof.certify.{group}", name, failed, message)


def case(group: str, name: str, failed: bool, message: str) -> ElementTree.Element:
    """One test case: passed without a message, failed, or skipped."""
    about = {"classname": group, "name": ILLEGAL.sub("�", name), "time": "0.000"}
    found = ElementTree.Element("testcase", about)
    if message:
        kind = "failure" if failed else "skipped"
        attributes = (
            {"message": ILLEGAL.sub("�", message), "type": f"backproof.{kind}"} if failed else {"message": message}
        )
        ElementTree.SubElement(found, kind, attributes)
    return found


FORMATS: Mapping[str, Callable[[Certificates], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "junit": as_junit,
    "github": as_github,
}
