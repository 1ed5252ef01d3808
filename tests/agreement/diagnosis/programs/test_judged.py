"""Programs that were once called wrong, or right for the wrong reason: each from its file to its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from backproof.agreement.diagnosis.diagnose import diagnose_file
from helpers.later import long_but

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
        "sum over examples, no biases",
    ),
    "scalar_biases": ("wrong", ("M17",), "tanh neurons, sigmoid outputs, cross-entropy, mean over examples"),
    "single_precision": ("right", (), "sum over examples, in float32"),
    "other_words": ("right", (), "widths 5-2-1"),
    "three_layers_fixed": ("right", ("M38",), "networks of three layers only"),
    "somada": ("right", (), "widths 2-3-1"),
    "own_rate": ("right", (), "η = 0.1"),
    "stepped_between": ("wrong", ("M13",), "BP4 ∂C/∂W^l = δ^l (a^{l−1})ᵀ right"),
    "error_and_step": ("wrong", ("M06", "M13"), "BP4 ∂C/∂W^l = δ^l (a^{l−1})ᵀ right"),
    "no_step_by_chance": ("wrong", ("M17",), "BP4 ∂C/∂W^l = δ^l (a^{l−1})ᵀ right"),
    "rows_with_their_class": ("right", ("M38",), "its class at the end of its row"),
    "bases_not_there": ("right", (), "stood in for: estimators_not_there.base"),
    "lists_with_velocities": ("right", (), "relu neurons, softmax outputs, cross-entropy, mean over examples"),
    "bias_of_inputs": ("right", (), "b in the first layer only, and left 0 here"),
    "older_matrices": ("right", (), "judged on networks of two layers, one output, widths 8-4-1"),
    "error_for_delta": ("wrong", ("M46",), "BP4 ∂C/∂W^l = δ^l (a^{l−1})ᵀ wrong"),
    "one_step_up": ("wrong", ("M47",), "BP4 ∂C/∂W^l = δ^l (a^{l−1})ᵀ wrong"),
    "one_weight": ("not_understood", (), "ways of calling it were tried"),
    "called_outputs": ("right", (), "judged on networks of two layers only"),
    "weights_of_the_module": ("right", (), "relu neurons, identity outputs"),
    "clipped_each": ("right", (), "ε = 1e-15 clipped elementwise"),
}
"""Each with its status, its mistakes, and what is said of it besides."""
LONG = (
    *("relu_of_the_scores", "errors_passed", "scalar_biases", "clipped_each", "marks", "rate_one"),
    *("digits", "outra_lingua", "other_words", "single_precision", "three_layers_fixed"),
)
"""Programs of which many readings are tried."""


def test_every_program_is_told_of() -> None:
    assert {path.stem for path in FOLDER.glob("*.*")} == set(JUDGED)


@pytest.mark.parametrize("name", long_but(*(name for name in JUDGED if name not in LONG), of=JUDGED))
def test_a_program_has_its_verdict(name: str) -> None:
    status, mistakes, said = JUDGED[name]
    (path,) = FOLDER.glob(f"{name}.*")
    found = diagnose_file(path)
    assert (found.status, found.mistakes) == (status, mistakes), str(found)
    assert said in " ".join(str(found).split())


def test_half_of_a_program_is_judged_through_the_file_that_uses_it() -> None:
    found = diagnose_file(FOLDER.parent / "halves" / "backwards.py")
    assert found.right, str(found)
    assert "through whole.py" in str(found)
    assert "tanh neurons, sigmoid outputs, cross-entropy, mean over examples" in str(found)


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


LOOP = """
import numpy as np

def s(z):
    return 1 / (1 + np.exp(-z))

p = np.loadtxt("data.txt")
alpha = 0.5
w1, b1 = np.array([[0.1, 0.2], [-0.4, 0.5]]), np.array([0.3, -0.6])
w2, b2 = np.array([[0.7, 0.8]]), np.array([-0.9])
while True:
    a1 = s(p @ w1.T + b1)
    a2 = s(a1 @ w2.T + b2)
    back = -(secret() - a2) * a2 * (1 - a2)
    new = w2 - alpha * back.T @ a1
    b2 = b2 - alpha * back.sum(0)
    back = back @ w2 * a1 * (1 - a1)
    w1 = w1 - alpha * back.T @ p
    b1 = b1 - alpha * back.sum(0)
    w2 = new
"""


def test_an_adapter_of_statements_holds_one_round_of_their_loop(tmp_path: Path) -> None:
    """Its data, and how W stands, are to be filled in; a file with such a name is imported by `diagnose` alone."""
    (tmp_path / "2-layers.py").write_text(LOOP, "utf-8")
    adapter = str(diagnose_file(tmp_path / "2-layers.py").adapter)
    assert adapter.startswith("from _2_layers import ")
    filled = adapter.replace("p = ...", "p = x.T").replace("secret()", "y.T")
    filled = filled.replace("w.T.copy()", "w.copy()").replace("v.T for", "v for").replace("b[None].copy()", "b.copy()")
    (tmp_path / "adapter.py").write_text(filled.replace(", secret", ""), "utf-8")
    found = diagnose_file(tmp_path / "adapter.py")
    assert found.right, adapter


def test_an_adapter_asks_for_the_function_that_goes_back_not_for_the_one_that_trains(tmp_path: Path) -> None:
    (tmp_path / "descent.py").write_text(
        "def back_prop(W1, b1, W2, b2, X, Y):\n    raise RuntimeError('no')\n    return dW1, db1, dW2, db2\n"
        "def gradient_descent(X, Y, alpha, iterations):\n    return back_prop(1, 1, 1, 1, X, Y)\n",
        "utf-8",
    )
    adapter = str(diagnose_file(tmp_path / "descent.py").adapter)
    assert "(W1, W2), (b1, b2) = weights, biases" in adapter
    assert "dW1, db1, dW2, db2 = back_prop(W1=W1, b1=b1, W2=W2, b2=b2, X=x, Y=y)" in adapter
    assert "return [dW1, dW2], [db1, db2]" in adapter


def test_an_adapter_of_a_file_that_python_cannot_import_names_it_as_diagnose_does(tmp_path: Path) -> None:
    file = tmp_path / "7-layers.py"
    file.write_text("class Net:\n    def backward(self, mystery):\n        raise RuntimeError('no')\n", "utf-8")
    adapter = str(diagnose_file(file).adapter)
    assert adapter.startswith("from _7_layers import Net")
