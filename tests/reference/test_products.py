from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from backproof.agreement.hvp.judge import ProductJudge
from backproof.agreement.judging.verdict import Verdict
from backproof.manual import activations, costs, equations
from backproof.manual.case import Architecture
from backproof.manual.gradients import Quantity
from backproof.manual.rounding.formats import DTYPES
from backproof.manual.second_order import r_operator
from backproof.reference import product, registry
from backproof.reference.product import MODES
from helpers.adapters import same
from helpers.every import every
from helpers.products import problem
from helpers.python import run
from helpers.sabotage import Touched, forbid

LIBRARIES = [name for name in MODES if "." in name]
TORCH, JAX = ([name for name in LIBRARIES if name.startswith(library)] for library in ("torch.", "jax."))
HEADS = (("quadratic", "sigmoid"), ("quadratic", "softmax"), ("cross_entropy", "sigmoid"), ("cross_entropy", "softmax"))
NETWORKS = [Architecture((2, 3, 3, 3), ("softplus", "tanh", head[1]), head[0]) for head in HEADS]
SHOWN = {Quantity.BP1, Quantity.BP2, Quantity.BP3, Quantity.BP4}


REGIMES = ("calm", "saturated", "zeros", "subnormal")
SMALL = Architecture((1, 2, 1), ("tanh", "sigmoid"))


def shows_the_product(name: str, of: Architecture, dtype: str) -> None:
    """R{δ} and Hv in the pack's dtype; none of it wrong, the calm case decided but for what cancels."""
    judged = ProductJudge(problem(of, dtype, REGIMES)).findings(product.load(name))
    assert {finding.place.quantity for finding in judged} == SHOWN
    for finding in judged:
        assert finding.got.dtype == dtype
        assert not (finding.verdict == Verdict.WRONG).any(), finding.place
        assert (finding.verdict[0] <= Verdict.LOSSY).mean() > 0.9, finding.place


@pytest.mark.parametrize("name", TORCH)
def test_every_mode_of_torch_agrees(name: str) -> None:
    first = TORCH.index(name) % 2
    for of, dtype in zip(NETWORKS[first::2], DTYPES[:: 1 - 2 * first], strict=True):
        shows_the_product(name, of, dtype)


@pytest.mark.parametrize(("name", "head", "dtype"), list(zip(JAX, (0, 2, 3, None), 2 * DTYPES, strict=True)))
def test_every_mode_of_jax_agrees(name: str, head: int | None, dtype: str) -> None:
    shows_the_product(name, SMALL if head is None else NETWORKS[head], dtype)


@pytest.mark.parametrize("name", [TORCH[0], TORCH[3], JAX[1]])
def test_no_mode_of_a_library_holds_a_derivative_formula(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    of = problem(NETWORKS[3], regimes=("calm",) * 3)
    before = product.load(name).products(of.pack, of.v)
    assert forbid(monkeypatch, r_operator) >= 8
    assert forbid(monkeypatch, equations) >= 4
    for package in (activations, costs):
        assert forbid(monkeypatch, package, "value slope pull delta error nabla_a") > 10
    with pytest.raises(Touched):
        product.load("numpy").products(of.pack, of.v)
    assert same(before, product.load(name).products(of.pack, of.v))


@pytest.mark.parametrize("name", TORCH)
def test_the_inputs_are_left_alone(name: str) -> None:
    of = problem(NETWORKS[0], regimes=("calm",))
    arrays = [*of.pack.weights, *of.pack.biases, of.pack.x, of.pack.y, *of.v.weights, *of.v.biases]
    before = [array.tobytes() for array in arrays]
    product.load(name).products(of.pack, of.v)
    assert [array.tobytes() for array in arrays] == before


def test_a_relu_that_is_dead_everywhere_has_a_product_of_0() -> None:
    of = problem(Architecture((2, 2, 1), ("relu", "relu")), regimes=("calm",))
    dead = [b - 100 for b in of.pack.biases]
    pack = type(of.pack)(of.pack.architecture, of.pack.weights, tuple(dead), of.pack.x, of.pack.y)
    for name in TORCH:
        got = product.load(name).products(pack, of.v)
        assert every(not part.any() for _, part in got.items())


def test_a_library_means_all_its_modes() -> None:
    assert product.names("torch") == tuple(TORCH)
    assert product.names("jax.jvp_of_grad") == ("jax.jvp_of_grad",)
    assert product.names("mine.py:Mine") == ("mine.py:Mine",)
    assert set(product.DEFAULT) <= set(MODES)


def test_every_mode_says_what_it_is_and_goes_by_its_name() -> None:
    for name in MODES:
        mode = product.load(name)
        assert mode.name == name
        assert mode.what


def test_naming_the_modes_imports_neither_torch_nor_jax() -> None:
    said = "import sys; print(sorted({'torch', 'jax'} & set(sys.modules)))"
    assert run(f"from backproof.reference import product; product.names('torch')\n{said}") == "[]"
    assert run(f"from backproof.agreement.cli import hvp\n{said}") == "[]"


def test_a_library_that_is_absent_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(product.MODES, "torch.hvp", ".absent_module:HVP")
    with pytest.raises(registry.Unavailable, match="torch cannot be imported"):
        product.load("torch.hvp")


@pytest.mark.parametrize("name", TORCH)
def test_what_torch_differentiates_once_only_is_refused_and_still_cannot_be_had(name: str) -> None:
    of, mode = problem(Architecture((1, 1), ("hardsigmoid",)), regimes=("calm",)), product.load(name)
    assert mode.supports(of.pack.architecture, "float64") == "torch has no second derivative of 'hardsigmoid'"
    with pytest.raises((RuntimeError, NotImplementedError), match="hardsigmoid_backward"):
        mode.products(of.pack, of.v)


def test_the_whole_hessian_is_not_worked_out_of_many_parameters() -> None:
    mode = product.load("jax.hessian")
    assert "takes too long" in str(mode.supports(Architecture((9, 9), ("tanh",)), "float64"))
    assert mode.supports(NETWORKS[0], "float64") is None


def test_a_word_that_a_library_lacks_is_the_reason() -> None:
    shrink = Architecture((1, 1), ("tanhshrink",))
    assert product.load("jax.grad_of_grad").supports(shrink, "float64") == "no mapping for activation 'tanhshrink'"
    assert product.load("torch.hvp").supports(shrink, "float64") is None


def test_a_mode_from_a_file_is_whole_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "from backproof.reference.numpy_backends.manual_product import ManualProduct as Mine\nless = 1\n", "utf-8"
    )
    of = problem(NETWORKS[0], regimes=("calm",))
    got = product.load(f"{file}:Mine").products(of.pack, of.v)
    assert np.isfinite(got.nabla_w[0]).all()
    with pytest.raises(ValueError, match="is no mode of Hv: it has no name, version, supports, products"):
        product.load(f"{file}:less")
    with pytest.raises(ValueError, match="no file"):
        product.load(f"{tmp_path}/absent.py:Mine")
