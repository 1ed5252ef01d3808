from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backproof.agreement.cases import product_json
from backproof.agreement.cases.generate import DrawnUnit, Menu
from backproof.agreement.cases.product_json import DirectedCase
from backproof.agreement.cli.main import main
from backproof.agreement.hvp.problem import drawn, from_json
from backproof.agreement.judging.discrepancy import PRODUCTS
from backproof.agreement.record import stored_cases
from backproof.agreement.record.record import Record
from helpers import again
from helpers.every import every

OWN = """
import numpy as np
from backproof.manual.second_order.r_operator import R_OPERATOR, hessian_vector

def no_sigma(w_next, v_next, delta_next, r_delta_next, sigma, second, z, r_z):
    return (w_next.mT @ r_delta_next + v_next.mT @ delta_next) * sigma.slope(z)

class Forgetful:
    name, version = "forgetful", "1"
    def supports(self, architecture, dtype): return None
    def products(self, pack, v): return hessian_vector(pack, v, R_OPERATOR._replace(r_bp2=no_sigma))

class Right(Forgetful):
    name = "right"
    def products(self, pack, v): return hessian_vector(pack, v)

class Broken(Forgetful):
    name = "broken"
    def products(self, pack, v): raise RuntimeError("no")

class Silent(Forgetful):
    name = "silent"
    def supports(self, architecture, dtype): return "never"

nothing = 1
"""
QUICK = ["hvp", "--cases", "18"]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(OWN, "utf-8")


def test_it_agrees_and_leaves_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--backend", "numpy"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("✓ The Hessian-vector products are right: 0 wrong of ")
    assert "  18 cases, 2 architectures, seed 0, " in out
    record = Record.load(Path("agreement-report/record.json"))
    assert record.judged == PRODUCTS
    assert {(cell["backend"], cell["dtype"]) for cell in record.cells} == {("numpy", "float32"), ("numpy", "float64")}
    assert Path("agreement-report/report.html").is_file()
    assert main(["diff", *["agreement-report/record.json"] * 2]) == 0
    assert "0 of " in capsys.readouterr().out


def test_a_record_of_products_has_a_gate_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--backend", "numpy"]) == 0
    gate = ["gate", "agreement-report/record.json", "--baseline", "products.json"]
    assert main([*gate, "--accept"]) == 0
    assert main(gate) == 0
    assert main([*QUICK, "--backend", "numpy", "--seed", "1"]) == 0
    capsys.readouterr()
    assert main(gate) == 2
    assert "the record judges corpus " in capsys.readouterr().err
    assert main(["check", "--cases-from", "agreement-report/record.json", "--backend", "numpy"]) == 2
    assert "the record is of Hessian-vector products: `backproof hvp` judges those" in capsys.readouterr().err


def test_a_forgotten_term_is_named_written_and_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    requested = ["--backend", "mine.py:Forgetful", "--backend", "mine.py:Right"]
    assert main([*QUICK, *requested, "--activation", "tanh", "--activation", "sigmoid"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✗ forgetful is wrong in R-BP")
    assert any(line.startswith("  ? right ") and " 0 wrong of " in line for line in lines)
    assert any(line.startswith("    R-BP") and "R{δ^" in line for line in lines)
    command = again.command("\n".join(lines))
    assert command[:2] == ["hvp", "--replay"]
    assert command[3:] == ["--backend", "mine.py:Forgetful"]
    assert main([*command, "--out", "again"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("✗ forgetful is wrong in R-BP")
    assert {line for line in lines if "R{" in line} == {line for line in told if "R{" in line}
    assert main(["hvp", "--replay", command[2], "--backend", "numpy"]) == 0


def test_the_document_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--backend", "mine.py:Forgetful", "--format", "json", "--activation", "tanh"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "backproof/record/1"
    assert (said["settings"]["judged"], said["settings"]["cases"]) == ("products", 18)
    assert said["summary"]["wrong"] == sum(cell["wrong"] for cell in said["cells"]) > 0
    worst = said["disagreements"][0]
    assert float.fromhex(worst["ratio"]) > 1
    assert product_json.from_json(said["cases"][worst["case"]]).id == worst["case"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--backend", "nobody"], "unknown mode 'nobody': choose from numpy, torch.double_backward"),
        (["--backend", "mine.py:Absent"], "mine.py has no 'Absent'"),
        (["--backend", "mine.py:nothing"], "is no mode of Hv: it has no name, version, supports, products"),
        (["--cases", "0"], "cases is 0: at least 1 is needed"),
        (["--cost", "nothing"], "unknown cost 'nothing'"),
        (["--replay", "absent.json"], "cannot read 'absent.json'"),
    ],
)
def test_bad_usage_is_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hvp", "--backend", "numpy", *words]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_what_raises_disagrees_and_what_decides_nothing_is_never_green(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--backend", "mine.py:Broken"]) == 1
    assert "broken raised RuntimeError on" in capsys.readouterr().out
    assert main([*QUICK, "--backend", "mine.py:Silent"]) == 5
    out = capsys.readouterr().out
    assert out.startswith("? Incomplete: no entry of silent was decided")
    assert "? not supported: silent, 18 cases: never" in out
    assert main([*QUICK, "--backend", "numpy", "--activation", "gelu", "--cost", "quadratic"]) == 5
    assert "activation 'gelu' has no σ″ here" in capsys.readouterr().out


def test_the_cases_are_those_of_a_check_and_every_seed_has_its_directions() -> None:
    unit = DrawnUnit(3, 4, 9, Menu())
    first, again, other = drawn(unit), drawn(unit), drawn(DrawnUnit(4, 4, 9, Menu()))
    assert [case.id for case in first.pack] == [case.id for case in unit.draw()[0]]
    assert first.directed[0].id == again.directed[0].id != other.directed[0].id
    assert first.v.weights[0].dtype == first.pack.dtype


def test_a_problem_survives_its_file_to_the_bit() -> None:
    of = drawn(DrawnUnit(0, 1, 3, Menu()))
    back = from_json(json.loads(json.dumps(stored_cases.as_json(of.directed[2]))))
    assert back.directed[0].id == of.directed[2].id
    assert every(np.array_equal(x[0], y[2]) for x, y in zip(back.v.weights, of.v.weights, strict=True))


def _document() -> dict[str, Any]:
    case = drawn(DrawnUnit(0, 1, 1, Menu())).directed[0]
    assert isinstance(case, DirectedCase)
    return product_json.as_json(case)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ({"schema": "other"}, "schema 'other': this version reads 'backproof/product/1'"),
        ({"direction": {"weights": []}}, "direction: the key 'biases' is missing"),
        ({"direction": {"weights": [], "biases": []}}, "direction weights has 0 arrays: one for each of"),
        ({"extra": 1}, "the product: there is no key 'extra'"),
    ],
)
def test_a_file_that_is_no_problem_is_refused_by_name(
    harm: dict[str, object], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {**_document(), **harm}
    Path("bad.json").write_text(json.dumps(document), "utf-8")
    assert main(["hvp", "--replay", "bad.json", "--backend", "numpy"]) == 2
    assert message in capsys.readouterr().err


def test_a_direction_of_another_shape_or_without_a_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    document = _document()
    for bias, message in (([], "biases[0] has shape (0,)"), (["nan"], "biases[0] holds nan")):
        first = document["direction"]["biases"][0]
        wrong = bias if not bias else [bias[0], *first[1:]]
        harmed = {**document["direction"], "biases": [wrong, *document["direction"]["biases"][1:]]}
        Path("bad.json").write_text(json.dumps({**document, "direction": harmed}), "utf-8")
        assert main(["hvp", "--replay", "bad.json", "--backend", "numpy"]) == 2
        assert message in capsys.readouterr().err
