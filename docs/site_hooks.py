"""Puts the lesson on the site, and lays the packages out as installed for the page of the interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backproof.agreement.languages import LANGUAGES
from backproof.agreement.lesson import example, page
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
AS_INSTALLED = ROOT / "build" / "as-installed" / "backproof"


def on_startup(**_: Any) -> None:
    """Link the packages under the names that they have once they are installed."""
    AS_INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("manual", "reference", "agreement", "__init__.py"):
        link, target = AS_INSTALLED / name, ROOT / ("agreement/front/__init__.py" if name == "__init__.py" else name)
        if not link.is_symlink():
            link.symlink_to(target)


def on_files(files: Files, config: Any) -> Files:
    """Add lesson-en.html and lesson-zh.html to the files of the site."""
    for language in LANGUAGES:
        text = page.page(example.default(), language, elsewhere="elsewhere.html")
        files.append(File.generated(config, f"lesson-{language}.html", content=text))
    return files
