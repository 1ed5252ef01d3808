from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.cases import case_json, generate
from backproof.agreement.cli.main import main
from backproof.agreement.diagnosis.function_backend import SubjectBackend
from backproof.agreement.lesson import columns, example, page
from backproof.manual import backprop
from backproof.manual.case import Architecture, Case

SECTIONS = [
    *("network", "forward", "cost", "demon", "bp1", "bp2", "bp3", "bp4"),
    *("ulp", "tape", "digits", "consequences", "misprints", "questions", "agreement", "elsewhere"),
]
VOID = {"meta", "input", "br", "link"}
MINE = """
def backprop(weights, biases, x, y):
    from backproof.manual.case import Architecture, Case
    from backproof.manual import backprop as right
    widths = [x.shape[0], *(len(b) for b in biases)]
    of = Architecture(tuple(map(int, widths)), ("sigmoid",) * len(biases))
    g = right(Case(of, tuple(weights), tuple(biases), x, y))
    return [2 * w for w in g.nabla_w], list(g.nabla_b)
"""


class Balance(HTMLParser):
    """Every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole(english: str) -> None:
    balance = Balance()
    balance.feed(english)
    assert balance.open == []
    assert len(balance.ids) == len(set(balance.ids))
    assert [id for id in SECTIONS if id in balance.ids] == SECTIONS
    assert len(english.encode()) < 1_500_000
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import|http", english)


def matrices(text: str) -> list[str]:
    return re.findall(r"<td id=\"((?:forward|bp)[^\"]*)\"[^>]*>([^<]*)<", text)


@pytest.mark.usefixtures("by_hand_alone")
def test_a_changed_weight_changes_the_page(english: str) -> None:
    case = example.default()
    first = case.weights[0].copy()
    first[0, 0] += 0.5
    changed = dict(matrices(page.page(replace(case, weights=(first, *case.weights[1:])))))
    before = dict(matrices(english))
    assert before.keys() == changed.keys()
    moved = {cell for cell in before if before[cell] != changed[cell]}
    assert "forward-1.0.0.0.0" in moved
    for equation in ("bp1-2.0", "bp2-1.1", "bp3-2.0", "bp3-1.0", "bp4-2.0", "bp4-1.0"):
        assert any(cell.startswith(equation) for cell in moved), equation


def test_every_gradient_stands_on_the_page_in_full(english: str) -> None:
    gradients = backprop(example.default())
    text = re.sub(r"</?u>", "", english)
    for part in (*gradients.nabla_w, *gradients.nabla_b):
        for value in part.ravel():
            assert f"{value:#.17g}".replace("-", "−") in text


@pytest.mark.parametrize(
    "of",
    [
        Architecture((3, 4, 4, 2), ("relu", "tanh", "softmax"), "cross_entropy"),
        Architecture((2, 2), ("softmax",), "quadratic", "sum"),
        Architecture((1, 1), ("sigmoid",), "cross_entropy"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("by_hand_alone")
def test_other_networks_have_a_page_too(of: Architecture) -> None:
    case: Case = generate.case(np.random.default_rng(2), of, "float32", "calm", examples=2)
    text = page.page(case, "zh")
    assert "torch is left out here" in text
    assert "jax is left out here" in text
    assert "nan" not in re.sub(r"<script.*?</script>|<style.*?</style>", "", text, flags=re.S).lower().split()


def test_the_readers_own_function_stands_beside_the_truth() -> None:
    case = example.default()

    def mine(weights: object, biases: object, x: object, y: object) -> tuple[list[np.ndarray], list[np.ndarray]]:
        right = backprop(case)
        return [2 * w for w in right.nabla_w], list(right.nabla_b)

    found = columns.consult(case, SubjectBackend(mine), names=("numpy",))
    assert [column.name for column in found.columns] == ["numpy", "mine"]
    by_place = {str(place): found.rows(place) for place in found.truth}
    assert {row.numbers[1].verdict for row in by_place["BP4 ∂C/∂W^1"] if row.numbers[1]} == {"wrong"}
    assert {row.numbers[1].verdict for row in by_place["BP3 ∂C/∂b^1"] if row.numbers[1]} == {"accurate"}
    assert [row.numbers[1] for row in by_place["z^1"]] == [None] * 3
    assert page.counts(found)["wrong"] == 12


@pytest.mark.usefixtures("by_hand_alone")
def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, "utf-8")
    assert main(["lesson", "--subject", "mine.py", "--lang", "zh"]) == 0
    text = Path("lesson.html").read_text("utf-8")
    assert "你的：backprop" in text
    assert '<small class="wrong">' in text
    assert {path.name for path in Path().iterdir()} == {"mine.py", "lesson.html"}


@pytest.mark.usefixtures("by_hand_alone")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.json"], "cannot read 'nowhere.json'"),
        (["--subject", "nowhere.py"], "no file 'nowhere.py'"),
        (["--subject", "mine.py:other"], "mine.py has no 'other': it has backprop"),
        (["--subject", "broken.py"], "broken.py fails on import: SyntaxError"),
        (["--subject", "failing.py"], "raised RuntimeError"),
        (["--out", "mine.py/lesson.html"], "cannot write 'mine.py/lesson.html'"),
        (["half.json"], "no lesson in float16: float64 or float32 is needed"),
        (["--still", "light", "--subject", "mine.py"], "--still is the picture alone"),
        (["decayed.json"], "the note knows neither L2 terms nor weights of examples"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE, "utf-8")
    Path("broken.py").write_text("def (", "utf-8")
    Path("failing.py").write_text("def backprop(*given):\n    raise RuntimeError('no')\n", "utf-8")
    of = Architecture((2, 3, 1), ("tanh",) * 2, l2=0.1)
    decayed = generate.case(np.random.default_rng(0), of, "float64", "calm", 1)
    case_json.write_document(Path("decayed.json"), case_json.as_json(decayed))
    case_json.write_document(Path("half.json"), case_json.as_json(example.default().astype("float16")))
    before = sorted(Path().iterdir())
    assert main(["lesson", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("by_hand_alone")
@pytest.mark.parametrize(
    ("of", "drawn"),
    [
        (Architecture((3, 8, 8, 2), ("gelu", "silu", "identity"), "huber"), True),
        (Architecture((60, 30, 10), ("sigmoid", "softmax"), "cross_entropy"), False),
    ],
    ids=str,
)
def test_a_network_without_room_for_everything_says_so(of: Architecture, drawn: bool) -> None:
    case: Case = generate.case(np.random.default_rng(2), of, "float64", "calm", examples=5)
    text = page.page(case)
    assert ('<svg class="stage small"' in text) is drawn
    assert ("too large for a picture" in text) is not drawn
    assert "The matrices are left out" in text
    assert len(text.encode()) < 1_500_000


def test_a_matrix_stands_in_rows_and_a_vector_in_one() -> None:
    text = page.page(example.default())
    cell = r'aria-label="BP\d (∂C/∂[Wb]\^\d)".*?<span class="digits aligned">(.*?)</span>'
    rows = dict(re.findall(cell, text, re.DOTALL))
    assert [rows[f"∂C/∂{name}"].count("\n") for name in ("b^2", "W^2", "b^1", "W^1")] == [0, 1, 0, 2]
