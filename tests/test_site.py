from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("material", reason="the site's builder is not installed: pip install 'backproof[docs]'")

ROOT = Path(__file__).parents[1]


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
    for language, title in (("en", "Four equations become a gradient"), ("zh", "四个方程如何变成梯度")):
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
