"""`same_function` and `backproof port`: gradients, NumPy by hand, layouts, bad input, every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backproof.agreement import Disagreement, UsageError, same_function
from backproof.agreement.cli.main import main
from backproof.agreement.porting.conventions import CONVENTIONS
from backproof.agreement.porting.port import judge_port
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as torch names it

W, B = np.float32([[0.5, -1.25, 0.75], [2.0, 0.625, -0.375]]), np.float32([0.25, -0.5, 1.5])
X = np.float32([[1.5, -0.5], [0.25, 1.0], [-1.75, 0.625], [0.875, 2.0]])
P = {"w": W, "b": B}


def torch_loss(p: Any, x: Any) -> Any:
    return torch.tanh(x @ p["w"] + p["b"]).square().sum()


def jax_loss(p: Any, x: Any) -> Any:
    return jnp.square(jnp.tanh(x @ p["w"] + p["b"])).sum()


def numpy_loss(p: Any, x: Any) -> Any:
    return (np.tanh(x @ p["w"] + p["b"]) ** 2).sum()


def by_hand(p: Any, x: Any) -> Any:
    a = np.tanh(x @ p["w"] + p["b"])
    delta = 2 * a * (1 - a * a)
    return {"w": x.T @ delta, "b": delta.sum(0)}


def tensors(tree: Any) -> Any:
    return jax.tree.map(lambda a: torch.tensor(a), tree)


def arrays(tree: Any) -> Any:
    return jax.tree.map(jnp.array, tree)


IN_TORCH, IN_JAX, IN_NUMPY = (
    (torch_loss, (tensors(P), tensors(X))),
    (jax_loss, (arrays(P), arrays(X))),
    (numpy_loss, (P, X), by_hand),
)


@pytest.mark.parametrize("first", [IN_TORCH, IN_JAX, IN_NUMPY])
@pytest.mark.parametrize("second", [IN_TORCH, IN_JAX, IN_NUMPY])
def test_any_two_of_torch_jax_and_numpy(first: Any, second: Any) -> None:
    found = same_function(first, second)
    assert found.gradients is not None
    assert found.gradients.same
    assert found.gradients.difference is not None
    assert found.gradients.difference < 1e-6
    assert str(found).startswith("SAME: the same function (")


@pytest.mark.parametrize("wrong", [{"w": W, "b": B * np.float32(1 + 1e-4)}, {"w": W, "b": 2 * B}])
def test_a_wrong_gradient_by_hand_is_beyond_what_its_dtype_allows(wrong: Any) -> None:
    def gradient(p: Any, x: Any) -> Any:
        right = by_hand(p, x)
        return {"w": right["w"], "b": right["b"] * (wrong["b"] / B)}

    with pytest.raises(Disagreement, match="WRONG GRADIENT"):
        same_function(IN_JAX, (numpy_loss, (P, X), gradient))


def test_a_stopped_gradient_is_named_by_its_line() -> None:
    def stopped(p: Any, x: Any) -> Any:
        a = jnp.tanh(x @ p["w"] + p["b"])
        return (a * jax.lax.stop_gradient(a)).sum()

    found = judge_port(IN_TORCH, (stopped, (arrays(P), arrays(X))))
    assert found.same
    assert found.gradients is not None
    assert not found.gradients.same
    (stop,) = found.gradients.stopped
    assert stop.side == 1
    assert stop.source is not None
    assert "stop_gradient" in Path(stop.source.file).read_text("utf-8").splitlines()[stop.source.line - 1]
    assert "NOT THE SAME GRADIENT" in str(found)


def test_a_detach_of_torch_is_named_too() -> None:
    def detached(p: Any, x: Any) -> Any:
        a = torch.tanh(x @ p["w"] + p["b"])
        return (a * a.detach()).sum()

    found = judge_port((detached, (tensors(P), tensors(X))), IN_JAX)
    assert [stop.side for stop in found.gradients.stopped] == [0]  # type: ignore[union-attr]
    assert found.disagrees


def test_a_bias_of_zero_does_not_hide_that_it_is_missing() -> None:
    zero = {"w": W, "b": np.zeros_like(B)}

    def without(p: Any, x: Any) -> Any:
        return jnp.square(jnp.tanh(x @ p["w"])).sum() + 0 * p["b"].sum()

    found = judge_port((torch_loss, (tensors(zero), tensors(X))), (without, (arrays(zero), arrays(X))))
    assert found.hidden
    assert [p.named and p.named.convention.id for p in found.partings] == ["bias"]
    assert "hides it" in str(found)


def test_fused_weights_are_found_in_parts() -> None:
    rng = np.random.default_rng(0)
    whole = rng.normal(size=(6, 2)).astype(np.float32)
    parts = {"v": whole[4:].T, "q": whole[:2].T, "k": whole[2:4].T}

    def fused(w: Any, x: Any) -> Any:
        q, k, v = (x @ w.T).chunk(3, -1)
        return (torch.softmax(q @ k.T, -1) @ v).square().sum()

    def apart(p: Any, x: Any) -> Any:
        return jnp.square(jax.nn.softmax((x @ p["q"]) @ (x @ p["k"]).T) @ (x @ p["v"])).sum()

    found = same_function((fused, (tensors(whole), tensors(X))), (apart, (arrays(parts), arrays(X))))
    assert {m.second.name for m in found.matching.matches if m.is_parameter} == {"q", "k", "v"}
    assert found.same


def test_a_pair_that_contents_do_not_say_is_given_by_name() -> None:
    ones = {"a": np.ones(3, np.float32), "c": np.ones(3, np.float32)}

    def one(p: Any, x: Any) -> Any:
        return (torch.tensor([1.0, 2.0, 3.0]) * torch.tanh(p["a"] * x) + p["c"]).sum()

    def other(p: Any, x: Any) -> Any:
        return (jnp.array([1.0, 2.0, 3.0]) * jnp.tanh(p["c"] * x) + p["a"]).sum()

    x = np.float32([0.5, 1.5, -2.0])
    steps = (one, (tensors(ones), tensors(x))), (other, (arrays(ones), arrays(x)))
    assert same_function(*steps, parameters={"a": "c", "c": "a"}).same
    assert not judge_port(*steps, parameters={"a": "a", "c": "c"}).same


class Dropping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.drop = nn.Linear(2, 3), nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.fc(x)).sum()


def _dropping() -> Any:
    return (lambda m, x: m(x)), (Dropping(), tensors(X))


def _other(change: Callable[[Any], Any]) -> Any:
    return jax_loss, (arrays(change(P)), arrays(X))


BAD: dict[str, tuple[Any, Any, str]] = {
    "other weights": (IN_TORCH, _other(lambda p: {"w": p["w"] * 2, "b": p["b"] * 2}), "cannot be matched"),
    "another shape": (IN_TORCH, _other(lambda p: {"w": p["w"], "b": p["b"][:1]}), r"cannot be matched: b float32\[3\]"),
    "another dtype": (IN_TORCH, (jax_loss, (P, X.astype(np.float16))), "both need one dtype|cannot|float16"),
    "random numbers": (_dropping(), IN_JAX, "random numbers are drawn by drop"),
    "integers": (IN_TORCH, (jax_loss, (arrays({"w": W.astype(int), "b": B}), arrays(X))), "w is int32"),
    "two outputs": (
        IN_TORCH,
        (lambda p, x: x @ p["w"] + p["b"], (arrays(P), arrays(X))),
        r"the loss is float32\[4,3\]",
    ),
    "two outputs of torch": ((lambda p, x: x @ p["w"] + p["b"], IN_TORCH[1]), IN_JAX, "one floating-point number"),
    "no step": (IN_TORCH, (jax_loss, ()), r"\(loss, \(first, \*rest\)\) is needed"),
    "a loss that fails": (IN_TORCH, (lambda p, x: p["nothing"], (arrays(P), arrays(X))), "KeyError"),
    "a gradient of another shape": (IN_JAX, (numpy_loss, (P, X), lambda p, x: {"w": B, "b": B}), "gradient by hand"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line(name: str) -> None:
    first, second, said = BAD[name]
    with pytest.raises(UsageError, match=said) as error:
        judge_port(first, second)
    assert "\n" not in str(error.value)


def test_a_map_of_a_name_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="the map names 'none'"):
        judge_port(IN_TORCH, IN_JAX, parameters={"none": "w"})


def test_random_numbers_of_jax_are_refused() -> None:
    def dropping(p: Any, x: Any) -> Any:
        return (jax.random.bernoulli(jax.random.key(0), 0.5, x.shape) * x @ p["w"] + p["b"]).sum()

    with pytest.raises(UsageError, match="second: random numbers are drawn"):
        judge_port(IN_TORCH, (dropping, (arrays(P), arrays(X))))


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    row = CONVENTIONS["gelu"]
    names = []
    for name, text in (("a", row.first), ("b", row.second)):
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        names.append(f"{tmp_path / name}.py:step")
    return names


def test_every_format_says_it(pair: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    printed = {}
    for name in ("text", "json", "github", "junit", "html"):
        assert main(["port", *pair, "--format", name]) == 1
        printed[name] = capsys.readouterr().out
    assert "GELU by erf or by tanh [gelu]" in printed["text"]
    assert max(map(len, printed["text"].splitlines()[2:])) <= 80
    record = json.loads(printed["json"])
    assert record["schema"] == "backproof/port/1"
    assert record["partings"][0]["convention"] == "gelu"
    assert printed["github"].startswith("::error")
    assert ElementTree.fromstring(printed["junit"]).find(".//failure") is not None
    assert printed["html"].count('class="side"') == 4


def test_the_same_file_twice_agrees(pair: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["port", pair[0], pair[0], "--format", "junit"]) == 0
    assert ElementTree.fromstring(capsys.readouterr().out).find(".//failure") is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nowhere.py:step"], "no file"), (["--pair", "w"], "two names are needed"), ([], "the following arguments")],
)
def test_bad_usage_exits_with_2(
    arguments: list[str], said: str, pair: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["port", pair[0], *(pair[1:] if arguments and arguments[0] == "--pair" else []), *arguments]
    try:
        code = main(words)
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1


def test_conventions_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conventions"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CONVENTIONS)
    assert main(["conventions", "padding"]) == 0
    shown = capsys.readouterr().out
    assert "F.conv1d" in shown
    assert "SAME" in shown
    assert main(["conventions", "nothing"]) == 2


def test_a_cross_entropy_by_hand_is_torchs() -> None:
    labels = np.array([0, 2, 1, 0])

    def hand(p: Any, x: Any, k: Any) -> Any:
        z = x @ p["w"] + p["b"]
        z = z - z.max(-1, keepdims=True)
        return (np.log(np.exp(z).sum(-1)) - z[np.arange(len(k)), k]).mean()

    def of_second(p: Any, x: Any, k: Any) -> Any:
        return F.cross_entropy(x @ p["w"] + p["b"], k)

    assert same_function((hand, (P, X, labels)), (of_second, (tensors(P), tensors(X), torch.tensor(labels)))).same


def half_numpy(p: Any, x: Any) -> Any:
    z = x @ p["w"]
    z = z + p["b"]
    return (np.tanh(z / 2) ** 2).sum()


def test_a_place_in_numpy_is_the_users_line() -> None:
    found = judge_port(IN_NUMPY[:2], (half_numpy, (P, X)))
    first, second = found.causes[0].lines
    assert first is not None
    assert second is not None
    assert (Path(first.file).name, Path(second.file).name) == (Path(__file__).name,) * 2
    assert second.line == half_numpy.__code__.co_firstlineno + 3
