"""Puts the lesson on the site, in both languages, computed when the site is built."""

from __future__ import annotations

from typing import Any

from backproof.agreement.lesson import example, page
from backproof.agreement.lesson.words import LANGUAGES
from mkdocs.structure.files import File, Files


def on_files(files: Files, config: Any) -> Files:
    """Add lesson-en.html and lesson-zh.html to the files of the site."""
    for language in LANGUAGES:
        text = page.page(example.default(), language)
        files.append(File.generated(config, f"lesson-{language}.html", content=text))
    return files
