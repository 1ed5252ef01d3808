from __future__ import annotations

import copy
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from backproof.agreement.record.conclusion import RunVerdict
from backproof.agreement.record.record import Record
from backproof.agreement.report import github, html, junit, markdown, terminal
from helpers.every import every
from helpers.recorded import doubled, good, record_of, spoilt

XUNIT2 = {
    "testsuites": set(),
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message", "type"},
}
"""What the schema that pytest's xunit2 follows allows, and needs, of these elements."""


def test_markdown_says_the_verdict_and_has_a_row_for_each_matrix_cell() -> None:
    text = markdown.render(good())
    assert text.startswith("**AGREE with the certified truth: numpy")
    assert text.count("\n| numpy |") == 4
    assert markdown.table(("a|b",), [("c|d",)]) == "| a\\|b |\n| --- |\n| c\\|d |"


def test_junit_has_a_case_for_each_cell_and_only_what_xunit2_allows() -> None:
    wrong = copy.deepcopy(record_of(spoilt(float("nan"))).document)
    wrong["summary"]["failures"] = ["jax raised \x00 & <went>"]
    for record in (good(), Record(wrong)):
        text = junit.render(record)
        root = ElementTree.fromstring(text.partition("\n")[2])
        for element in root.iter():
            assert set(element.attrib) == XUNIT2[element.tag]
        suite = root[0]
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.get("tests", "")) == len(record.cells) + len(record.summary["failures"])
        failed = {case.get("name") for case in cases if case.find("failure") is not None}
        assert len(failed) == int(suite.get("failures", "")) == sum(bool(cell["wrong"]) for cell in record.cells)
        assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_github_gets_few_escaped_annotations_and_a_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = doubled()
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    said = github.render(wrong, tmp_path).splitlines()
    assert 0 < len(said) <= 10
    assert every(line.startswith("::error title=backproof::numpy is wrong in BP2") and "%0A" in line for line in said)
    assert page.read_text().startswith("before\n**DISAGREE")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    assert "**DISAGREE" in github.render(wrong, tmp_path)


def test_a_summary_never_passes_the_limit() -> None:
    text = "δ is long\n" * 1000
    cut = github.limited(text, 2000)
    assert len(cut.encode()) <= 2000
    assert cut.endswith(github.CUT)
    assert set(cut.removesuffix(github.CUT).splitlines()) == {"δ is long"}
    assert github.limited(text) == text


def test_other_bits_when_asked_again_are_said_in_every_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    said = "numpy gave other bits when asked again on 1-1 sigmoid"
    record = Record({**good().document, "summary": {**good().summary, "unsteady": [said]}})
    for render in (terminal.render, github.render, lambda record, folder: markdown.render(record)):
        assert said in render(record, tmp_path)
    assert said in junit.render(record)
    assert said in html.render(record, tmp_path)
    assert said in record.dumps()


def test_told_to_fail_on_lost_digits_a_run_that_lost_some_disagrees() -> None:
    summary = {**good().summary, "lossy": 5, "lost": 2}
    record = Record({**good().document, "summary": summary})
    assert record.conclusion.verdict is RunVerdict.AGREE
    for word, n in (("lossy", 5), ("lost", 2)):
        failing = record.failing_on(word)
        assert failing.conclusion.verdict is RunVerdict.DISAGREE
        first, *others = terminal.render(failing, None).splitlines()
        assert first == f"✗ {n} {word} (--fail-on {word}). numpy is right."
        assert any("0 wrong of " in line for line in others)
    assert good().failing_on("lost").conclusion.verdict is RunVerdict.AGREE
