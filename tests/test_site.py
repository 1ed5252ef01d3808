from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import browser, opened, serious

pytest.importorskip("material", reason="the site's builder is not installed: pip install 'backproof[docs]'")

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]
__all__ = ["browser"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_docs_is_on_the_site(site: Path) -> None:
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}
    assert not list(site.glob("*.py"))


def test_the_lesson_is_a_page_of_it_in_both_languages(site: Path) -> None:
    for language, title in (("en", "The four equations of back-propagation, twice"), ("zh", "反向传播的四个基本方程")):
        text = (site / f"lesson-{language}.html").read_text("utf-8")
        assert f"<h1>{title}" in text
        assert f'href="lesson-{language}.html"' in (site / "lesson.html").read_text("utf-8")


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        loaded = re.findall(r"<(?:script|img|iframe)[^>]*src=\"([^\"]*)\"", page.read_text("utf-8"))
        loaded += re.findall(
            r"<link[^>]*rel=\"(?:stylesheet|preconnect)\"[^>]*href=\"([^\"]*)\"", page.read_text("utf-8")
        )
        assert not [address for address in loaded if address.startswith(("http", "//"))], page.name


def test_formulas_are_typeset_and_leave_no_marks(site: Path) -> None:
    bounds = (site / "bounds.html").read_text("utf-8")
    assert "q̄<sub>j</sub> e<sub>j</sub>" in bounds
    article = re.search(r"<article.*?</article>", bounds, re.DOTALL)
    assert article is not None
    text = re.sub(r"<(code|pre|script)\b.*?</\1>|<[^>]*>", "", article[0], flags=re.DOTALL)
    assert re.findall(r"[\w̄]_[{(\w]|\w\^[\w{(]", re.sub(r"[a-z]+_[a-z_]+", "", text)) == []


def test_names_of_code_are_no_formulas(site: Path) -> None:
    assert "x86_64" in (site / "accuracy.html").read_text("utf-8")


@pytest.mark.parametrize("width", [390, 1280])
def test_on_the_site_nothing_keeps_a_screen_reader_out(site: Path, browser: Any, width: int) -> None:
    for name in ("index", "accuracy", "bounds", "api", "performance"):
        page = opened(browser, site / f"{name}.html", viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert serious(page) == [], name
        page.close()


def test_accuracy_is_a_heat_map_whose_cells_open(site: Path) -> None:
    text = (site / "accuracy.html").read_text("utf-8")
    assert text.count('<table class="heat">') == 3
    cell = re.search(r'<td style="--lost: 1.00"><details name="heat"><summary>16.*?</td>', text)
    assert cell is not None
    assert " at " in cell[0]
    assert "<code>backproof accuracy --backend " in cell[0]
    assert (site / "index.html").read_text("utf-8").count("sensitivity.svg") == 1
