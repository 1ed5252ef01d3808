"""What users read of the certificates: the report, the record, the formats, the command, a row in pytest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from backproof.agreement.certificates.certify import judge_step
from backproof.agreement.certificates.formats import FORMATS, annotated
from backproof.agreement.certificates.result import Certificates
from backproof.agreement.cli.main import main
from helpers.torch_steps import made

pytest_plugins = ["pytester"]

STEP = """
import torch
from torch import nn

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        return v * x

def made():
    torch.manual_seed(0)
    return nn.Linear(3, 2), torch.randn(4, 3)

def wrong():
    return (lambda m, x: Square.apply(m(x)).sum()), made()

def right():
    return (lambda m, x: (m(x) ** 2).sum()), made()

def no_number():
    return (lambda m, x: m(x)), made()

def nothing():
    return None

def raises():
    raise RuntimeError("no data")

def loss_raises():
    return (lambda m, x: x.shape[5]), made()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "step.py").write_text(STEP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def found() -> Certificates:
    loss, arguments = made("group and layer norm")
    return judge_step(loss, *arguments)


def test_three_lines_then_the_tables(found: Certificates) -> None:
    first, *lines = str(found).splitlines()
    assert first == f"CERTIFIED: the gradient of {found.parameters} parameters by torch {found.version}"
    said = [line.split()[:2] for line in lines if re.match(r"  \d ", line)]
    assert said == [["1", "program"], ["2", "operations"], ["3", "answer"]]
    assert any(line.endswith("aten.native_group_norm_backward") for line in lines)
    assert any(line.endswith(" conv.weight") for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_record_has_all_eight_verdicts_and_exact_numbers(found: Certificates) -> None:
    record = json.loads(FORMATS["json"](found))
    assert record["schema"] == "backproof/certificate/1"
    assert record["verdict"] == "accurate"
    operations = record["operations"]
    words = ("accurate", "lossy", "known", "wrong", "undetermined", "out_of_range", "blind", "unsupported")
    assert sum(operations[word] for word in words) == operations["entries"]
    assert sum(row["entries"] for row in operations["rows"]) == operations["entries"]
    assert float.fromhex(record["loss"]) == found.loss
    assert record["program"]["digits"] >= 60


def test_a_page_and_junit(found: Certificates) -> None:
    page = FORMATS["html"](found)
    assert '<h1 class="good">CERTIFIED' in page
    assert "aten.native_group_norm" in page
    suite = ElementTree.fromstring(FORMATS["junit"](found)).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "0"
    assert int(suite.get("tests", "0")) == len(suite.findall("testcase")) >= 20


def test_the_command_names_the_function_and_the_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "step.py:wrong"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("WRONG: the gradient of 8 parameters")
    assert "1 program     wrong in 2 of 2 parameters: weight, bias" in said
    assert "the backward of Square at" in said
    assert "step.py:9 (forward) is not its pullback" in " ".join(said.split())
    assert "3 answer      eager: wrong 8" in said


def test_the_command_passes_what_is_right(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "step.py:right", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["program"]["verdict"] == "accurate"


def test_allow_lists_the_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "step.py:wrong", "--allow", "Square"]) == 0
    assert "allowed: the backward of Square" in capsys.readouterr().out


def test_github_annotates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "step.py:wrong", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error title=backproof::the backward of Square at")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("step.py", "'step.py': FILE.py:NAME is needed"),
        ("step.py:raises", "step.py:raises raised RuntimeError: no data"),
        ("step.py:loss_raises", "the step raised IndexError: tuple index out of range"),
        ("nowhere.py:right", "nowhere.py"),
        ("step.py:left", "step.py has no 'left': it has"),
        ("step.py:nothing", "step.py:nothing gave None: a function without arguments that gives"),
        ("step.py:no_number", "the loss is a tensor float32[4, 2]: one floating-point number is needed"),
    ],
)
def test_bad_usage_is_one_line(address: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", address]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert len(said.err.splitlines()) == 1
    assert message in said.err


CERTIFYING = """
    import torch
    from backproof.agreement import certify

    def test_a_step():
        def sine(w):
            return torch.sin(w).sum()
        certify(sine, torch.tensor([1.5, -0.5]))
"""


@pytest.mark.long
@pytest.mark.parametrize("options", [(), ("-n", "1")])
def test_a_row_in_the_table_of_a_test_session(options: tuple[str, ...], pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CERTIFYING)
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*= certificates =*", "step *program*", "sine *torch*2 *× bound*eager*digits*"])


def test_a_name_cannot_end_the_block_that_holds_the_report() -> None:
    text = annotated(["w is wrong"], "w ``` is\n```\n::error::mine")
    assert text.count("```") == 2
    assert text.startswith("::error title=backproof::w is wrong\n")
