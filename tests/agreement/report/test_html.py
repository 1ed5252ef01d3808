from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from backproof.agreement.errors import UsageError
from backproof.agreement.record.record import Record
from backproof.agreement.report import html
from helpers import python
from helpers.browser import browser, opened, serious
from helpers.every import every
from helpers.recorded import doubled, good

FOLDER = Path("agreement-report")
__all__ = ["browser"]
VOID = {"meta", "link", "br", "input"}


@pytest.fixture(scope="module")
def page() -> str:
    return rendered("right, en")


@cache
def rendered(name: str) -> str:
    make, lang = PAGES[name]
    return html.render(make(), FOLDER, lang)


class Nesting(HTMLParser):
    """Refuses what is not closed in order, and gathers ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_one_small_file_that_loads_nothing(page: str) -> None:
    assert len(page.encode()) <= 1.5e6
    assert not re.findall(r"""<(?:script|img|link)[^>]+(?:src|href)=["'](?!data:)""", page)
    assert "@import" not in page
    assert "url(http" not in page


def test_its_elements_nest_and_its_ids_are_its_own(page: str) -> None:
    nesting = Nesting()
    nesting.feed(page)
    assert nesting.open == []
    assert len(nesting.ids) == len(set(nesting.ids))


def test_its_pictures_and_equations_are_well_formed(page: str) -> None:
    for kind, number in (("svg", 3), ("math", 4)):
        found = re.findall(rf"<{kind}\b.*?</{kind}>", page, re.DOTALL)
        assert len(found) == number
        for each in found:
            ElementTree.fromstring(each)


def test_the_same_record_gives_the_same_bytes_also_where_packagers_set_a_date(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert html.render(good(), FOLDER) == page
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert html.render(good(), FOLDER) == page


def test_a_library_that_was_absent_is_told_in_the_page_s_language() -> None:
    was, now = (copy.deepcopy(good().document) for _ in range(2))
    was["environment"]["torch"], now["environment"]["torch"] = None, "9.8"
    now["environment"]["jax"] = None
    for lang, word in (("en", "absent"), ("zh", "未安装")):
        page = html.render(Record(now), FOLDER, lang, Record(was))
        assert f"<li>torch {word} → 9.8</li>" in page
        assert f"<dt>jax</dt><dd>{word}</dd>" in page


def test_nothing_of_the_reader_s_matplotlib_changes(page: str) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    html.render(good(), FOLDER)
    assert dict(matplotlib.rcParams) == before


def test_both_languages_say_the_same_things() -> None:
    def keys(words: dict[str, Any]) -> set[str]:
        return {f"{k}.{inner}" for k, v in words.items() if isinstance(v, dict) for inner in v} | set(words)

    def blanks(words: dict[str, Any]) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{\w+\}", text)) for key, text in words.items() if isinstance(text, str)}

    assert keys(html.texts("en")) == keys(html.texts("zh"))
    assert blanks(html.texts("en")) == blanks(html.texts("zh"))
    assert "一致性矩阵" in rendered("right, zh")
    with pytest.raises(UsageError, match="unknown language 'fr': choose from en, zh"):
        html.texts("fr")


def test_what_is_wrong_is_on_the_page_escaped() -> None:
    document = copy.deepcopy(doubled().document)
    document["summary"]["failures"] = ["<script>alert(1)</script>"]
    page = html.render(Record(document), FOLDER)
    first = Record(document).discrepancies[0]
    assert repr(first.got) in page
    assert repr(first.truth) in page
    assert f"backproof replay agreement-report/cases/{first.case}.json --backend numpy" in page
    assert "<script>alert" not in page
    assert "✗" in page


def test_a_record_without_data_for_pictures_still_has_a_page() -> None:
    document = copy.deepcopy(good().document)
    del document["summary"]["pictures"]
    page = html.render(Record(document), FOLDER)
    assert "Agreement matrix" in page


def test_matplotlib_waits_until_it_is_drawn_with() -> None:
    program = "import sys\nfrom backproof.agreement.cli import check, gate, diff\nprint('matplotlib' in sys.modules)"
    assert python.run(program) == "False"


@pytest.fixture(scope="module")
def shown(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page in a browser."""
    folder = tmp_path_factory.mktemp("page")
    (folder / html.FILE).write_text(rendered("right, en"), "utf-8")
    return opened(browser, folder / html.FILE, viewport={"width": 1280, "height": 900})


def test_in_a_browser_the_first_screen_says_the_verdict(shown: Any) -> None:
    page = shown
    assert page.trouble == []
    assert page.inner_text("h1").strip() == "The gradients are right."
    assert page.locator("#hero").bounding_box()["y"] < 450
    texts = page.locator(".matrix td").all_inner_texts()
    assert len(texts) == 4
    assert every(re.match(r"\s*0\.\d\d", text) for text in texts), texts


def test_in_a_browser_the_table_sorts_and_filters_by_keyboard(shown: Any) -> None:
    page = shown
    page.locator("#cells summary").click()
    button = page.locator("#all th button", has_text="error/bound")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#all th[aria-sort]").get_attribute("aria-sort") == "descending"
    column = page.eval_on_selector_all("#all tbody tr", "rows => rows.map(row => Number(row.cells[6].dataset.n))")
    assert column == sorted(column, reverse=True)
    page.keyboard.press("Enter")
    assert page.locator("#all th[aria-sort]").get_attribute("aria-sort") == "ascending"
    assert "error/bound" in page.inner_text("#sorted")
    page.fill("#filter", "float32 bp4")
    shown = page.locator("#all tbody tr:visible").all_inner_texts()
    assert shown
    assert every("float32" in text and "BP4" in text for text in shown)
    assert page.inner_text("#shown") == str(len(shown))
    assert page.trouble == []


def test_in_a_browser_a_narrow_page_does_not_scroll_sideways(shown: Any) -> None:
    page = shown
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})


def test_on_paper_the_picture_is_the_wide_one_and_cells_stay_folded(browser: Any, tmp_path: Path) -> None:
    html.save(good(), tmp_path)
    page = opened(browser, tmp_path / html.FILE, viewport={"width": 700, "height": 900})
    assert page.locator("#hero .narrow").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#hero .wide").is_visible()
    assert not page.locator("#hero .narrow").is_visible()
    assert page.locator("details.environment dl").is_visible()
    assert not page.locator("details.all #all").is_visible()


@cache
def wrong_backend() -> Record:
    """The record of a backend that leaves σ′ out, diagnosed, with a ratio that no float holds a hundredfold."""
    document = copy.deepcopy(doubled().document)
    document["summary"]["diagnoses"] = [
        {"backend": "numpy", "equation": "BP2", "file": "mine.py", "line": 23, "mistakes": ["M06"]}
        | {"text": "delta.insert(0, w.mT @ delta[0])", "said": "M06: it is left out"}
    ]
    for cell in document["cells"]:
        if cell["wrong"]:
            cell["worst_ratio"] = cell["worst_step_ratio"] = 8.9e307
    return Record(document)


PAGES = {
    "right, en": (good, "en"),
    "right, zh": (good, "zh"),
    "wrong, en": (wrong_backend, "en"),
    "wrong, zh": (wrong_backend, "zh"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [name for name in PAGES if name != "right, zh"])
def test_in_a_browser_nothing_keeps_a_screen_reader_out(browser: Any, tmp_path: Path, name: str, scheme: str) -> None:
    (tmp_path / html.FILE).write_text(rendered(name), "utf-8")
    for width in (1280, 390):
        page = opened(browser, tmp_path / html.FILE, viewport={"width": width, "height": 900}, color_scheme=scheme)
        assert page.trouble == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []
        page.close()


def test_what_to_do_shows_the_equation_the_term_and_the_line_in_the_page_s_language() -> None:
    for lang, name in (("en", "<sup>l</sup>) is left out of BP2"), ("zh", "BP2 漏掉了 σ′(z<sup>l</sup>)")):
        page = rendered(f"wrong, {lang}")
        todo = page[page.index('class="todo"') : page.index('<ul class="lines">')]
        (struck,) = re.findall(r'<mrow class="left_out">(.*?)</mrow>', todo, re.DOTALL)
        assert re.sub(r"<[^>]+>|\s", "", struck) == "⊙σ′(zl)"
        assert name in todo
        assert (
            'delta.insert(0, <u>w.mT @ delta[0]</u>)\n                <i aria-hidden="true">^^^^^^^^^^^^^^^</i>' in todo
        )
        assert "mine.py:23" in todo
        assert "^{" not in re.sub(r"<pre.*?</pre>", "", todo, flags=re.DOTALL)
    assert "inf of" not in page


def test_the_first_screen_says_what_to_do_where_nothing_is_doubled() -> None:
    for lang, said in (("en", "Nothing is to be done."), ("zh", "无需处理。")):
        assert said in rendered(f"right, {lang}")
        assert said not in rendered(f"wrong, {lang}")


def test_entries_that_inherit_an_error_are_told_from_an_equation_that_is_doubled() -> None:
    document = copy.deepcopy(wrong_backend().document)
    for cell in document["cells"]:
        cell["worst_step_ratio"] = 8.9e307 if cell["quantity"] == "BP2" and cell["wrong"] else 0.25
    page = html.render(Record(document), FOLDER)
    cards = dict(re.findall(r"<h3>(BP\d) .*?</h3>.*?<dt>numpy</dt><dd>(.*?)</dd>", page, re.DOTALL))
    wrong = {cell["quantity"] for cell in document["cells"] if cell["wrong"]}
    assert {name for name, said in cards.items() if "beyond the bound" in said} == {"BP2"}
    assert {name for name, said in cards.items() if "wrong, inherited from another equation" in said} == (
        wrong & set(cards)
    ) - {"BP2"}
    assert "BP4" in wrong
    assert re.search(r"WRONG [\d,]+", cards["BP2"])


def test_a_worst_case_of_a_listed_deviation_is_called_known() -> None:
    document = copy.deepcopy(good().document)
    assert "(known)" not in rendered("right, en")
    cell = max(document["cells"], key=lambda cell: float(cell["worst_ratio"]))
    cell |= {"known": 1, "worst_ratio_unlisted": 0.0}
    assert html.render(Record(document), FOLDER).count("(known)") == 1


def test_where_a_backend_comes_from_stands_beside_its_version() -> None:
    version = good().summary["backends"]["numpy"]
    assert f"<small>{version} · by hand</small>" in rendered("right, en")
    assert f"<small>{version} · 手写</small>" in rendered("right, zh")
