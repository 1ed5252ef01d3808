from __future__ import annotations

import pytest
from backproof.agreement.languages import LANGUAGES, in_language, strings


@pytest.mark.parametrize("row", [["right", "正确"], {"zh": "正确", "en": "right"}])
def test_a_row_is_read_by_place_or_by_name(row: list[str] | dict[str, str]) -> None:
    assert [in_language(row, language) for language in LANGUAGES] == ["right", "正确"]


def test_a_row_that_lacks_a_language_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        in_language(["right"], "en")
    with pytest.raises(KeyError):
        in_language(["right", "正确"], "fr")


@pytest.mark.parametrize(
    ("package", "path"),
    [("backproof.agreement.catalogue", ["text.toml"]), ("backproof.agreement.diagnosis.reports", ["messages.toml"])],
)
def test_every_string_is_there_in_every_language(package: str, path: list[str]) -> None:
    rows = [
        row
        for value in strings(package, *path).values()
        for row in (value.values() if isinstance(value, dict) else [value])
    ]
    assert len(rows) > 40
    assert {len(row) for row in rows} == {len(LANGUAGES)}
