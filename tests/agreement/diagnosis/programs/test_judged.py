"""Programs that were once called wrong, or right for the wrong reason: each from its file to its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.diagnosis.diagnose import diagnose_file

FOLDER = Path(__file__).parents[3] / "programs" / "judged"
JUDGED = {
    "rate_one": ("right", (), "(before − after)/η of w0"),
    "marks": ("right", (), "widths 2-3-1"),
    "quotient": ("right", ("M38",), "relu neurons, sigmoid outputs, cross-entropy"),
    "digits": ("wrong", ("M17",), "every class in a batch"),
    "elsewhere": ("not_understood", (), "not there: neurons"),
    "relu_of_the_scores": ("unknown", (), "not judged"),
    "outra_lingua": ("right", (), "∂C is"),
    "errors_passed": (
        "wrong",
        ("M06",),
        "sum over the examples, no biases",
    ),
    "scalar_biases": ("wrong", ("M17",), "tanh neurons, sigmoid outputs, cross-entropy, mean over the examples"),
    "single_precision": ("right", (), "sum over the examples, in float32"),
    "clipped_each": ("right", (), "ε = 1e-15 clipped elementwise"),
}
"""Each with its status, its mistakes, and what is said of it besides."""


def test_every_program_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.*")} == set(JUDGED)


@pytest.mark.parametrize("name", JUDGED)
def test_a_program_has_its_verdict(name: str) -> None:
    status, mistakes, said = JUDGED[name]
    (path,) = FOLDER.glob(f"{name}.*")
    found = diagnose_file(path)
    assert (found.status, found.mistakes) == (status, mistakes), str(found)
    assert said in str(found)


def test_half_of_a_program_is_judged_through_the_file_that_uses_it() -> None:
    found = diagnose_file(FOLDER.parent / "halves" / "backwards.py")
    assert found.right, str(found)
    assert "through whole.py" in str(found)
    assert "tanh neurons, sigmoid outputs, cross-entropy, mean over the examples" in str(found)


NET = """
import numpy as np
class Net:
    def __init__(self, sizes):
        self.w = [np.random.randn(k, n) for k, n in zip(sizes, sizes[1:])]
        self.b = [np.random.randn(1, n) for n in sizes[1:]]
"""
"""How a class of lists begins, examples in rows."""


def test_an_adapter_puts_weights_where_they_were_seen_and_passes_on_what_forward_gave(tmp_path: Path) -> None:
    """Only what a call takes that nothing is known of, and where its gradients are, is left open."""
    file = tmp_path / "kept.py"
    file.write_text(
        NET + "    def forward(self, x):\n"
        "        zs = [x @ self.w[0] + self.b[0]]\n"
        "        return zs[-1], zs\n"
        "    def backward(self, zs, mystery):\n"
        "        raise RuntimeError('no')\n",
        "utf-8",
    )
    found = diagnose_file(file)
    assert found.status == "not_understood"
    assert found.adapter is not None
    for line in (
        "net = Net(sizes=[len(x), *map(len, biases)])",
        "net.w[0] = weights[0].T",
        "net.b[1] = biases[1][None, :]",
        "net.backward(zs=zs, mystery=...)",
        "return [weights[0] - net.w[0].T, weights[1] - net.w[1].T], [biases[0] - net.b[0].ravel(), ",
    ):
        assert line in found.adapter, found.adapter


def test_a_pasted_adapter_is_judged_once_its_blank_is_filled(tmp_path: Path) -> None:
    """The step is taken in place, examples stand in rows: both are in the adapter."""
    (tmp_path / "inplace.py").write_text(
        NET + "    def forward(self, x):\n"
        "        self.a = [x]\n"
        "        for w, b in zip(self.w, self.b):\n"
        "            self.a.append(1 / (1 + np.exp(-(self.a[-1] @ w + b))))\n"
        "        return self.a[-1]\n"
        "    def backward(self, y, eta, secret):\n"
        "        secret.append('back')\n"
        "        d = (self.a[-1] - y) * self.a[-1] * (1 - self.a[-1])\n"
        "        for l in range(len(self.w) - 1, -1, -1):\n"
        "            below = d @ self.w[l].T * self.a[l] * (1 - self.a[l])\n"
        "            self.w[l] -= eta * self.a[l].T @ d\n"
        "            self.b[l] -= eta * d.sum(0)\n"
        "            d = below\n",
        "utf-8",
    )
    refused = diagnose_file(tmp_path / "inplace.py")
    assert (refused.status, refused.adapter and refused.adapter.count("...")) == ("not_understood", 1)
    adapter = tmp_path / "adapter.py"
    adapter.write_text(str(refused.adapter).replace("secret=...", "secret=[]"), "utf-8")
    found = diagnose_file(adapter)
    assert found.right, str(found)


def test_an_adapter_of_what_cannot_be_imported_goes_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "7-layers.py"
    file.write_text("class Net:\n    def backward(self, mystery):\n        raise RuntimeError('no')\n", "utf-8")
    adapter = str(diagnose_file(file).adapter)
    assert adapter.startswith("# at the end of 7-layers.py")
    assert "import 7" not in adapter
