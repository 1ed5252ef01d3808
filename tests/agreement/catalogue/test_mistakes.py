"""The catalogue: whole, told in two languages, each row with the smallest case that shows it."""

from __future__ import annotations

import numpy as np
import pytest
from backproof.agreement.cases import case_json
from backproof.agreement.catalogue.mistakes import MISTAKES, Mistake
from backproof.agreement.catalogue.smallest import shows as shows_on
from backproof.agreement.catalogue.smallest import smallest, wrong
from backproof.agreement.catalogue.text import text
from backproof.agreement.cli import exit_codes, main
from backproof.agreement.languages import LANGUAGES
from backproof.manual import backprop
from helpers.every import every

ROWS = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=lambda mistake: mistake.id)


def test_no_row_is_missing() -> None:
    assert list(MISTAKES) == [f"M{number:02}" for number in range(1, 48)]


@ROWS
def test_every_row_is_told_in_both_languages(mistake: Mistake) -> None:
    told = [text(mistake.id, language) for language in LANGUAGES]
    assert every(all(part for part in one) for one in told)
    assert told[0].mend != told[1].mend
    assert any("\u4e00" <= letter <= "\u9fff" for letter in told[1].why)


@ROWS
def test_the_stored_case_shows_it_and_holds_small_integers(mistake: Mistake) -> None:
    case = smallest(mistake.id)
    assert shows_on(mistake, case)
    assert not mistake.hides(case)
    numbers = np.concatenate([part.ravel() for part in (*case.weights, *case.biases, case.x, case.y)])
    assert (numbers == np.rint(numbers)).all()
    assert np.abs(numbers).max() <= (1000 if mistake.id == "M38" else 2)
    assert case_json.from_json(case_json.as_json(case)).id == case.id


@ROWS
def test_a_right_program_is_not_shown_to_be_wrong(mistake: Mistake) -> None:
    case = smallest(mistake.id)
    honest = Mistake(mistake.id, (), (mistake.forms[0]._replace(steps={}),) if mistake.forms else (), mistake.hides)
    assert not mistake.forms or not shows_on(honest, case)


def test_a_failing_program_says_with_what() -> None:
    assert "ValueError" in wrong(MISTAKES["M07"], smallest("M07"))


def test_the_note_as_printed_gives_the_number_on_its_card() -> None:
    case = smallest("M10")
    got = MISTAKES["M10"].form.gradients(case)
    by_hand = (
        (case.weights[1][0, 0] + backprop(case).delta[1][0, 0])
        * backprop(case).a[0][0, 0]
        * (1 - backprop(case).a[0][0, 0])
    )
    assert got.nabla_b[0][0] == pytest.approx(by_hand, rel=1e-15)


@ROWS
def test_the_command_prints_one(mistake: Mistake, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["mistakes", mistake.id.lower()]) == exit_codes.AGREE
    out, err = capsys.readouterr()
    assert text(mistake.id).name in out
    assert "right" in out or "fails" in out
    assert not err


def test_the_command_lists_all_and_refuses_what_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["mistakes", "--lang", "zh"]) == exit_codes.AGREE
    assert len(capsys.readouterr().out.splitlines()) == len(MISTAKES)
    assert main.main(["mistakes", "M99"]) == exit_codes.USAGE
    assert "M99" in capsys.readouterr().err
