from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
from backproof.agreement.cases.generate import Menu
from backproof.agreement.judging import saturation
from backproof.agreement.record.consistency import check as check_document
from backproof.agreement.record.record import Record
from backproof.agreement.report import html, markdown, terminal
from backproof.agreement.report.hero import WIDE, PictureWords, hero
from backproof.agreement.running import check
from backproof.agreement.tally import tally_json
from backproof.reference.numpy_backends.manual_numpy import MANUAL, TEXTBOOK
from helpers.recorded import few, good


def test_the_textbook_s_slope_loses_digits_with_z_and_the_stable_one_does_not() -> None:
    curves = saturation.curves(Menu(dtypes=("float64",), activations=("sigmoid",)), [MANUAL, TEXTBOOK])
    stable, textbook = (np.array(curves[name, "sigmoid", "float64"]) for name in ("numpy", "numpy.textbook"))
    assert stable.max() < 1.5
    assert textbook[saturation.Z >= 38].min() > 15.9
    slope = np.polyfit(saturation.Z[45:75], textbook[45:75], 1)[0]
    assert abs(slope - 1 / np.log(10)) < 0.05  # e^z of the digits


def test_strips_merge_to_what_one_run_gives() -> None:
    settings = check.Settings(backends=("numpy",)).on(few())
    halves = [check.run(settings.on(type(few())("part", work)), [MANUAL]) for work in (few().work[:4], few().work[4:])]
    halves[1].merge(halves[0])
    merged = halves[1].pictures.as_json(halves[1].visible)
    for part in ("hero", "see"):
        assert merged[part] == good().summary["pictures"][part]


def test_what_no_check_would_have_seen_is_a_word_that_a_record_and_its_reports_hold() -> None:
    """Gradients so small that allclose lets any error pass, and bounds that say no more."""
    settings = check.Settings(backends=("numpy",)).on(few())
    tally = check.run(settings, [MANUAL])
    for histogram in (tally.pictures.hero.allclose, tally.pictures.hero.whole, tally.visible):
        histogram.add(np.full(10**6, np.inf))
    record = Record.of(tally, settings, {"numpy": MANUAL.version}, 1.0)
    summary = record.summary
    assert summary["pictures"]["see"]["allclose"] == summary["pictures"]["see"]["end to end"] == ["inf", "inf"]
    assert summary["smallest_visible_error"] == {"median": "inf", "p99": "inf"}
    check_document(json.loads(record.dumps()), "the record")
    assert "a relative error of inf" in terminal.render(record, Path())
    assert "network: inf in half" in markdown.render(record)
    drawn = hero(summary["pictures"], ["numpy"], PictureWords(**html.texts("en")["hero"]), WIDE)
    assert drawn.count(">inf</text>") == 3


def test_samples_of_documents_of_before_are_read_and_left_out() -> None:
    document = json.loads(good().dumps())
    rows = [{"backend": "numpy", "dtype": "float64", "entries": [[1.0, 0.0, 0.1, 0.1]]}]
    document["summary"]["pictures"]["samples"] = rows
    check_document(document, "the record")
    tally = check.run(check.Settings(backends=("numpy",)).on(few()), [MANUAL])
    journal = tally_json.as_json(tally)
    assert "samples" not in journal["pictures"]
    old = copy.deepcopy(journal)
    old["pictures"]["samples"] = [[["numpy", "float64"], [[0.5, 1.0, 0.0, 0.1, 0.1]]]]
    assert tally_json.as_json(tally_json.whole(old)) == journal
