from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from backproof.agreement.judging.verdict import Verdict
from backproof.agreement.languages import LANGUAGES
from backproof.agreement.lesson import words
from backproof.agreement.lesson.columns import LIBRARIES
from backproof.agreement.lesson.live.stops import stops
from backproof.agreement.lesson.words import Words, table
from backproof.manual.case import Architecture
from helpers.every import every

SOURCE = Path(words.__file__).parent
WRITTEN = "".join(path.read_text("utf-8") for path in [*SOURCE.rglob("*.py"), *SOURCE.glob("templates/*")])
GROUPS = sorted({key.partition(".")[0] for key in table()})


@pytest.mark.parametrize("group", GROUPS)
def test_every_string_is_there_in_both_languages(group: str) -> None:
    for key, row in table().items():
        if key.startswith(f"{group}."):
            alike(row)


def alike(row: dict[str, str]) -> None:
    """Both languages say it, with the same values, formulas, code and number of answers."""
    assert set(row) == set(LANGUAGES)
    assert every(text.strip() for text in row.values())
    values, formulas, codes = (
        [sorted(re.findall(pattern, text)) for text in row.values()] for pattern in (r"⟨\w+⟩", r"\$[^$]+\$", r"`[^`]+`")
    )
    assert values[0] == values[1]
    assert sorted(set(formulas[0])) == sorted(set(formulas[1]))
    assert codes[0] == codes[1]
    assert len({text.count("|") for text in row.values()}) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_well_formed(language: str) -> None:
    for key, row in table().items():
        values = dict.fromkeys(re.findall(r"⟨(\w+)⟩", row[language]), "1")
        ET.fromstring(f"<p>{Words(language)(key, **values)}</p>")


def test_punctuation_stays_with_its_formula() -> None:
    said = str(Words("en")("bp4.text"))
    assert re.search(r'<span class="nb"><math [^>]*>(?:(?!</math>).)*</math>\.</span>$', said)
    assert Words("en").plain("demon.title") == "The demon: what δ means"


def test_chinese_is_chinese() -> None:
    same = {key for key, row in table().items() if row["en"] == row["zh"]}
    assert every(
        not re.search(r"[a-z]{4}", re.sub(r"\$[^$]+\$|⟨\w+⟩", "", table()[key]["en"]))
        for key in same - {"column.torch"}
    )
    assert sum(bool(re.search(r"[\u4e00-\u9fff]", row["zh"])) for row in table().values()) > 0.9 * len(table())


CONTENTS = next(line for line in WRITTEN.splitlines() if line.lstrip().startswith("{% for id in ("))
COMPUTED = {
    *(f"verdict.{verdict.word}" for verdict in Verdict),
    *(f"equation.{kind}" for kind in ("product", "hadamard", "each", "sum")),
    *(f"column.{name}" for name in LIBRARIES),
    *(f"demon.{name}" for name in ("change", "linear", "difference")),
    *(f"saturated.{name}" for name in ("activation", "slope", "quadratic", "entropy")),
    *(f"learning.{name}" for name in ("quadratic", "entropy", "left_quadratic", "left_entropy")),
    *(f"{id}.{part}" for id in ("zero", "halve", "meet", "vanish") for part in ("ask", "options", "why")),
    *(f"{id}.{part}" for id in ("low", "saturated", "learning", "rounding") for part in ("title", "text")),
    *(f"{id}.{part}" for id in ("bp1", "bp2", "bp3", "bp4") for part in ("title", "text")),
    *(f"stop.{stop.key}" for stop in stops(Architecture((2, 3, 2), ("sigmoid", "sigmoid")))),
    *(f"contents.{id}" for id in re.findall(r'"(\w+)"', CONTENTS)),
    *(f"task.{name}" for name in ("bp1", "bp2", "bp3", "bp4")),
    *(f"misprints.{key}" for key in ("printed", "right")),
}
"""The keys that are put together where they are used."""


def test_every_string_is_used_and_every_use_has_its_string() -> None:
    for key in table():
        group, _, name = key.partition(".")
        scripted = group == "panel" and f"words.{name}" in WRITTEN
        assert f'"{key}"' in WRITTEN or key in COMPUTED or scripted, key
    assert set(table()) >= COMPUTED
    assert set(table()) >= set(re.findall(r'(?<![a-z_])t(?:\.plain|\.options)?\("([a-z0-9]+\.[a-z_0-9]+)"', WRITTEN))


def test_no_decimal_number_is_typed_in() -> None:
    texts = "".join(text for row in table().values() for text in row.values())
    templates = "".join(path.read_text("utf-8") for path in SOURCE.glob("templates/*.html"))
    assert re.findall(r"\d+\.\d+", texts + templates) == []
