from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.lesson import example
from backproof.agreement.lesson import page as lesson
from backproof.agreement.lesson.live.quantities import LiveNumber, quantities
from backproof.agreement.lesson.numbers import short
from helpers.browser import opened, serious

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def page(browser: Any, english_file: Path) -> Iterator[Any]:
    page = opened(browser, english_file, viewport=DESK, reduced_motion="reduce")
    yield page
    assert page.trouble == []
    page.close()


def seen(page: Any) -> tuple[float, float]:
    """The stretch of the document that can be read now: below the picture on a phone, above the pager's bar."""
    top, bottom = page.evaluate(
        """() => {
        const pin = document.querySelector(".pin").getBoundingClientRect(), bar = document.querySelector(".stepper");
        const over = innerWidth < 900 && pin.top <= 1 && pin.bottom > 60 ? pin.bottom : 0;
        return [scrollY + over, scrollY + innerHeight - bar.offsetHeight];
    }"""
    )
    return float(top), float(bottom)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_arrow_key_pages_through_everything(browser: Any, english_file: Path, viewport: Any) -> None:
    page = opened(browser, english_file, viewport=viewport, reduced_motion="reduce")
    end, reached, presses = page.evaluate("document.documentElement.scrollHeight"), seen(page)[1], 0
    start = page.evaluate("['.duo', '.pin'].map((one) => document.querySelector(one).getBoundingClientRect())")
    text = start[0]["top"] + start[1]["height"] if viewport is PHONE else 0  # above it, in its place, is the picture
    while seen(page)[1] < end - page.locator(".stepper").bounding_box()["height"] - 1:
        page.keyboard.press("ArrowRight")
        top, bottom = seen(page)
        assert top <= max(reached, text if reached > start[0]["top"] else 0), (
            f"from {reached} to {top} nothing was shown"
        )
        assert bottom > reached or top > 0
        reached, presses = max(reached, bottom), presses + 1
        assert presses < 150
    here = page.evaluate("scrollY")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("scrollY") < here
    page.close()


def test_a_section_sets_the_stop_and_the_address_opens_a_step(page: Any) -> None:
    page.evaluate("location.hash = '#bp1'")
    page.wait_for_function("document.querySelector('#say').textContent.includes('BP1')")
    assert page.locator(".stepper p").inner_text().endswith("BP1: the error in the output layer")
    assert page.locator(".contents a[aria-current]").inner_text() == "BP1"
    assert page.locator("[data-node='2.0'] .big").text_content() == "−0.06961"
    page.evaluate("location.hash = '#bp2-1'")
    page.wait_for_function("document.querySelector('#bp2-1').open")
    assert abs(page.locator("#bp2-1").bounding_box()["y"]) < 60


def everything(page: Any) -> dict[str, str]:
    return dict(page.evaluate("[...document.querySelectorAll('[data-q]')].map(e => [e.dataset.q, e.textContent])"))


def test_an_edited_weight_recomputes_everything_beside_the_certified_numbers(page: Any) -> None:
    page.evaluate("location.hash = '#bp4'")
    page.wait_for_function("document.querySelector('#range, #stop').value === '13'")
    before = everything(page)
    page.locator("[data-hot='0.1.0']").focus()
    page.keyboard.press("ArrowUp")
    case = example.default()
    first = case.weights[0].copy()
    first[1, 0] += 0.25
    true = quantities(replace(case, weights=(first, *case.weights[1:])))
    for path, text in everything(page).items():
        assert text == LiveNumber(true).text(path, text.startswith("(")), path
    panel = page.locator("#say").inner_text()
    assert f"certified {short(quantities(case)['dw'][0][1][0])}" in panel
    assert page.locator("#edited").is_visible()
    assert everything(page) != before
    page.keyboard.press("Escape")
    assert everything(page) == before
    assert not page.locator("#edited").is_visible()


def test_a_line_says_its_products(page: Any) -> None:
    page.evaluate("location.hash = '#bp4'")
    page.wait_for_function("document.querySelector('#stop').value === '13'")
    page.locator("[data-hot='1.0.1']").focus()
    said = page.locator("#say").inner_text()
    assert "= −1.5 × 0.3486 = −0.5230" in said
    assert "= −1.5 × (−0.06961) = 0.1044" in said
    assert "= (−0.06961) × 0.3486 = −0.02427" in said


def test_the_stops_run_forward_and_back(page: Any) -> None:
    slider = page.locator("#stop")
    slider.focus()
    page.keyboard.press("Home")
    shown = []
    for _ in range(14):
        shown.append(page.locator("#say .f, #say .r").first.get_attribute("class"))
        page.keyboard.press("ArrowRight")
    assert shown == ["f"] * 8 + ["r"] * 6


def test_a_number_keeps_its_colour(page: Any) -> None:
    page.evaluate("location.hash = '#bp4'")
    page.wait_for_function("document.querySelector('#stop').value === '13'")
    fills = page.evaluate(
        """["--a", "--b"].map((name) => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const colour = getComputedStyle(probe).color;
        probe.remove();
        return colour;
    })"""
    )
    shown = {
        selector: page.evaluate(f"getComputedStyle(document.querySelector(`{selector}`)).fill")
        for selector in ("[data-node='0.0'] .big", "[data-node='1.0'] .sm", "[data-node='3.0'] .big")
    }
    assert set(shown.values()) == {fills[0]}
    for place in ("1.0", "2.1"):
        assert page.evaluate(f"getComputedStyle(document.querySelector(`[data-node='{place}'] .big`)).fill") == fills[1]


def test_what_is_wholly_in_sight_is_not_a_page_of_its_own(page: Any) -> None:
    page.evaluate("location.hash = '#consequences'")
    page.wait_for_function("document.querySelector('.stepper p').textContent.includes('low activation')")
    page.keyboard.press("ArrowRight")
    assert abs(page.locator("#saturated").bounding_box()["y"]) < 60


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


def test_a_cell_lights_what_makes_it(page: Any) -> None:
    page.locator("#bp2-1").evaluate("e => { e.open = true; }")
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
    assert {"figure", "span", "mrow"} <= set(lit)


def test_the_demon_changes_the_cost_of_the_picture(page: Any) -> None:
    page.evaluate("location.hash = '#demon'")
    page.wait_for_function("document.querySelector('#stop').value === '7'")
    page.locator(".chooser select").select_option("demon-2-1")
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-demon]')].filter(e => !e.hidden).map(e => e.dataset.demon)"
    )
    assert shown == ["demon-2-1"]
    page.locator("#demon-2-1-range").focus()
    page.keyboard.press("End")
    assert page.locator("[data-widget='demon-2-1'] output").inner_text() == "4.00"
    case = example.default()
    bias = case.biases[1].copy()
    bias[0] += 4
    cost = quantities(replace(case, biases=(case.biases[0], bias)))["C"]
    assert page.locator("[data-node='3.0'] .big").text_content() == short(cost)
    assert page.locator("#demon-imp").is_visible()
    page.evaluate("location.hash = '#bp1'")
    page.wait_for_function("document.querySelector('#demon-imp').hasAttribute('hidden')")
    assert page.locator("[data-node='3.0'] .big").text_content() == short(quantities(case)["C"])


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
    assert page.locator("section").count() == 16
    for demon in page.locator("[data-demon]").all():
        assert demon.is_visible()
    assert page.locator("[data-node='1.0'] .sm").text_content() == "δ −0.02439"
    for widget in page.locator("[data-widget] dd").all():
        assert widget.inner_text().strip()
    assert not page.locator(".stepper").is_visible()
    context.close()


@pytest.mark.parametrize("with_answers", [False, True])
def test_print_shows_no_controls_and_answers_only_where_asked(
    browser: Any, with_answers: bool, by_hand_alone: None, tmp_path: Path
) -> None:
    file = tmp_path / "lesson.html"
    file.write_text(lesson.page(example.default(), with_answers=with_answers), "utf-8")
    page = opened(browser, file)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for hidden in (".stepper", ".contents", "input[type=range]"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator(".question legend").first.is_visible()
    for answer in page.locator("details.answer p").all():
        assert answer.is_visible() is with_answers
    assert page.locator("[data-node='1.0'] .big").text_content() == "−0.02439"
    for left_out in (*page.locator(".on-screen").all(), page.locator("#digits h2")):
        assert not left_out.is_visible()
    assert page.locator("#bp4").bounding_box()["height"] < 400
    page.close()


def test_paper_keeps_the_two_derivations_side_by_side(browser: Any, english_file: Path) -> None:
    page = opened(browser, english_file, viewport={"width": 700, "height": 1000})
    page.emulate_media(media="print")
    for row in range(1, 4):
        left, right = (page.locator(f".pair > .{side}").nth(row).bounding_box() for side in ("left", "right"))
        assert left["x"] + left["width"] < right["x"]
        assert abs(left["y"] - right["y"]) < 8
    cut = ".pair .vector, .puzzle .digits"
    assert (
        page.evaluate(f"[...document.querySelectorAll('{cut}')].filter(e => e.scrollWidth > e.clientWidth).length") == 0
    )
    page.close()


def test_nothing_is_cut_on_a_phone(browser: Any, chinese_file: Path) -> None:
    page = opened(browser, chinese_file, viewport=PHONE)
    cut = ".number-line .wide, .pair .vector, .puzzle .digits"
    assert (
        page.evaluate(f"[...document.querySelectorAll('{cut}')].filter(e => e.scrollWidth > e.clientWidth).length") == 0
    )
    page.close()


def test_motion_is_reduced_where_asked(page: Any) -> None:
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
