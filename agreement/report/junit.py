"""A record as JUnit XML (xunit2): a test case for each cell, for the dashboards that read nothing else."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from ..judging.verdict import DECIDED, Verdict
from ..record.record import Record
from ..tally.cells import Key

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def render(record: Record) -> str:
    """The document, with its declaration."""
    cases = [*map(_cell, record.cells), *_complaints(record)]
    counted = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    counts = {key: str(n) for key, n in counted.items()}
    seconds = f"{record.summary['seconds']:.3f}"
    created = record.document["created"].partition("+")[0]
    root = ElementTree.Element("testsuites")
    about = {"name": "backproof", **counts, "time": seconds, "timestamp": created, "hostname": "localhost"}
    suite = ElementTree.SubElement(root, "testsuite", about)
    suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(group: str, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"classname": f"backproof.{group}", "name": name, "time": "0.000"})


def _cell(cell: dict[str, Any]) -> ElementTree.Element:
    case = _case(cell["backend"], ", ".join(str(cell[key]) for key in Key._fields[1:]))
    counts = ", ".join(f"{verdict.word} {cell[verdict.word]}" for verdict in Verdict if cell[verdict.word])
    if cell["wrong"]:
        text = f"{counts}; worst error/bound {cell['worst_ratio']}, in one step {cell['worst_step_ratio']}"
        _say(case, "failure", f"{cell['wrong']} of {cell['entries']} entries are wrong", text)
    elif not any(cell[verdict.word] for verdict in DECIDED):
        _say(case, "skipped", "no entry could be decided", counts)
    return case


def _complaints(record: Record) -> list[ElementTree.Element]:
    found = []
    for key in ("failures", "stale_deviations"):
        for number, message in enumerate(record.summary[key], start=1):
            found.append(_case(key, f"{key} {number}"))
            _say(found[-1], "error", message.partition("\n")[0], message)
    for number, message in enumerate(record.summary.get("unsteady", []), start=1):
        found.append(_case("unsteady", f"unsteady {number}"))
        ElementTree.SubElement(found[-1], "system-out").text = ILLEGAL.sub("�", message)
    return found


def _say(case: ElementTree.Element, kind: str, message: str, text: str) -> None:
    said = ElementTree.SubElement(case, kind, {"message": ILLEGAL.sub("�", message), "type": f"backproof.{kind}"})
    said.text = ILLEGAL.sub("�", text)
