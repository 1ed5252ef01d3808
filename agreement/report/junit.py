"""JUnit XML (xunit2), for the dashboards that read nothing else: of a record, a test case for each cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from ..judging.verdict import DECIDED, Verdict
from ..record.record import Record
from ..tally.cells import Key

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def render(record: Record) -> str:
    """The document, with its declaration."""
    about = {"timestamp": record.document["created"].partition("+")[0], "hostname": "localhost"}
    return suites("backproof", [*map(_cell, record.cells), *_complaints(record)], record.summary["seconds"], about)


def suites(
    name: str, cases: Sequence[ElementTree.Element], seconds: float, about: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Test cases as one document, counted; `about` are further attributes of the suite."""
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {key: str(sum(one.find(kind) is not None for one in cases)) for key, kind in kinds.items()}
    root = ElementTree.Element("testsuites")
    attributes = {"name": name, "tests": str(len(cases)), **counts, "time": f"{seconds:.3f}", **about}
    ElementTree.SubElement(root, "testsuite", attributes).extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def case(group: str, name: str, failure: str = "", skipped: str = "") -> ElementTree.Element:
    """One test case of `backproof.<group>`: it failed or was skipped where it is said why, and else passed."""
    about = {"classname": f"backproof.{group}", "name": ILLEGAL.sub("�", name), "time": "0.000"}
    found = ElementTree.Element("testcase", about)
    for kind, message in (("failure", failure), ("skipped", "" if failure else skipped)):
        if message:
            _say(found, kind, message, message)
    return found


def _cell(cell: dict[str, Any]) -> ElementTree.Element:
    found = case(cell["backend"], ", ".join(str(cell[key]) for key in Key._fields[1:]))
    counts = ", ".join(f"{verdict.word} {cell[verdict.word]}" for verdict in Verdict if cell[verdict.word])
    if cell["wrong"]:
        text = f"{counts}; worst error/bound {cell['worst_ratio']}, in one step {cell['worst_step_ratio']}"
        _say(found, "failure", f"{cell['wrong']} of {cell['entries']} entries are wrong", text)
    elif not any(cell[verdict.word] for verdict in DECIDED):
        _say(found, "skipped", "no entry could be decided", counts)
    return found


def _complaints(record: Record) -> list[ElementTree.Element]:
    found = []
    for key in ("failures", "stale_deviations"):
        for number, message in enumerate(record.summary[key], start=1):
            found.append(case(key, f"{key} {number}"))
            _say(found[-1], "error", message.partition("\n")[0], message)
    for number, message in enumerate(record.summary.get("unsteady", []), start=1):
        found.append(case("unsteady", f"unsteady {number}"))
        ElementTree.SubElement(found[-1], "system-out").text = ILLEGAL.sub("�", message)
    return found


def _say(of: ElementTree.Element, kind: str, message: str, text: str) -> None:
    said = ElementTree.SubElement(of, kind, {"message": ILLEGAL.sub("�", message), "type": f"backproof.{kind}"})
    said.text = ILLEGAL.sub("�", text)
