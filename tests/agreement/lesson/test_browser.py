from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import opened, serious

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def page(browser: Any, english_file: Path) -> Iterator[Any]:
    page = opened(browser, english_file, viewport=DESK, reduced_motion="reduce")
    yield page
    assert page.trouble == []
    page.close()


def now(page: Any) -> str:
    return str(page.evaluate("location.hash"))


def test_keys_buttons_and_the_address_step(page: Any) -> None:
    page.evaluate("location.hash = '#bp1'")
    page.wait_for_function("document.querySelector('.now')?.id === 'bp1'")
    page.keyboard.press("ArrowRight")
    assert now(page) == "#bp1-2"
    assert page.locator("#bp1-2.now").count() == 1
    page.keyboard.press("ArrowLeft")
    page.locator("[data-go='1']").click()
    assert now(page) == "#bp1-2"
    assert "BP1 in layer 2" in page.locator(".stepper p").inner_text()
    assert page.locator(".contents a[aria-current]").inner_text().startswith("BP1")
    lit = page.evaluate("[...document.querySelectorAll('.lit')].map(e => e.dataset.part)")
    assert set(lit) == {"delta2"}


def test_a_step_is_reached_by_its_address(browser: Any, english_file: Path) -> None:
    page = browser.new_page(viewport=DESK, reduced_motion="reduce")
    page.goto(f"{english_file.as_uri()}#bp4-1")
    assert page.locator("#bp4-1.now").count() == 1
    assert abs(page.locator("#bp4-1").bounding_box()["y"]) < 100
    page.close()


def test_arrows_in_a_slider_move_the_slider(page: Any) -> None:
    page.evaluate("location.hash = '#low'")
    slider = page.locator("#low-range")
    slider.focus()
    page.keyboard.press("Home")
    figure = page.locator("[data-widget='low']")
    assert figure.locator("[data-slot='slope']").inner_text() == "0"
    assert figure.locator("output").inner_text() == "0"
    before = figure.locator(".marker").get_attribute("cx")
    page.keyboard.press("ArrowRight")
    assert figure.locator(".marker").get_attribute("cx") != before
    assert slider.get_attribute("aria-valuetext") == "0.0250"
    assert now(page) == "#low"


def test_a_cell_lights_what_makes_it(page: Any) -> None:
    page.evaluate("location.hash = '#bp2-1'")
    page.locator("#bp2-1 .product .made").nth(1).focus()
    lit = page.evaluate("[...document.querySelectorAll('td.lit')].map(e => e.id)")
    row, column = {"bp2-1.0.0.1.0", "bp2-1.0.0.1.1"}, {"bp2-1.0.2.0.0", "bp2-1.0.2.1.0"}
    assert set(lit) == {"bp2-1.0.4.1.0"} | row | column
    page.locator("#bp2-1 .hadamard .made").nth(1).hover()
    lit = page.evaluate("[...document.querySelectorAll('td.lit')].map(e => e.id)")
    assert set(lit) == {"bp2-1.1.4.1.0", "bp2-1.1.0.1.0", "bp2-1.1.2.1.0"}


def test_a_symbol_lights_its_matrix_its_code_and_the_network(page: Any) -> None:
    page.locator("#bp2-1 .code [data-part='W2']").focus()
    lit = page.evaluate("[...document.querySelectorAll('.lit')].map(e => e.tagName.toLowerCase())")
    assert {"figure", "span", "path", "mrow"} <= set(lit)


def test_the_demon_moves_to_another_neuron(page: Any) -> None:
    page.locator(".chooser select").select_option("demon-2-1")
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-demon]')].filter(e => !e.hidden).map(e => e.dataset.demon)"
    )
    assert shown == ["demon-2-1"]
    page.locator("#demon-2-1-range").focus()
    page.keyboard.press("End")
    assert page.locator("[data-widget='demon-2-1'] output").inner_text() == "4.00"


def test_a_prediction_is_answered(page: Any) -> None:
    question = page.locator("#question-zero")
    question.locator("input").nth(2).check()
    assert question.locator(".reply").inner_text().startswith("Not")
    question.locator("input").nth(0).check()
    assert question.locator(".reply").inner_text() == "That is what happens."
    question.locator("summary").click()
    assert question.locator("details p").is_visible()


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "dark"), (DESK, "light")], ids=["phone", "desk"])
def test_axe_finds_nothing_serious(browser: Any, chinese_file: Path, viewport: Any, scheme: str) -> None:
    page = opened(browser, chinese_file, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    assert serious(page) == []
    assert page.trouble == []
    page.close()


def test_without_scripts_everything_can_be_read(browser: Any, english_file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(english_file.as_uri())
    assert page.locator("section").count() == 12
    for demon in page.locator("[data-demon]").all():
        assert demon.is_visible()
    for widget in page.locator("[data-widget] dd").all():
        assert widget.inner_text().strip()
    assert not page.locator(".stepper").is_visible()
    context.close()


def test_print_shows_all_and_no_controls(browser: Any, english_file: Path) -> None:
    page = opened(browser, english_file)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".stepper", ".contents", "input[type=range]"):
        assert not page.locator(hidden).first.is_visible()
    for shown in (*page.locator("[data-demon]").all(), *page.locator("details p").all()):
        assert shown.is_visible()
    page.close()


def test_motion_is_reduced_where_asked(page: Any) -> None:
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
