"""Adapters as people fill them in: of programs with widths of their own, in parts, in other formulas."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from backproof.agreement.diagnosis.diagnose import diagnose_file
from backproof.agreement.diagnosis.programs.adapter import adapter
from backproof.agreement.diagnosis.programs.loading.program import load
from backproof.agreement.diagnosis.programs.reading.tried import Tried

JUDGED = Path(__file__).parents[3] / "programs" / "judged"
HEAD = """
import numpy as np
def s(z):
    return 1 / (1 + np.exp(-z))
def backprop(weights, biases, x, y):
    a = [x]
    for w, b in zip(weights, biases):
        a.append(s(w @ a[-1] + b[:, None]))
"""
REST = """
    nabla_w, nabla_b = [], []
    for l in range(len(weights) - 1, -1, -1):
        nabla_w.insert(0, d @ a[l].T)
        nabla_b.insert(0, d.sum(1))
        d = weights[l].T @ d * PRIME
    return nabla_w, nabla_b
"""
QUADRATIC = HEAD + "    d = (a[-1] - y) * a[-1] * (1 - a[-1])\n" + REST.replace("PRIME", "a[l] * (1 - a[l])")


def written(folder: Path, text: str, name: str = "adapter.py") -> Path:
    """The file of a text."""
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_a_quotient_that_saturation_rounds_is_another_right_formula(tmp_path: Path) -> None:
    """(1 − y)/(1 − a) has the error of a near 1, e^−z/(1 + e^−z)² has none: their product is off by a third there."""
    back = (
        "    z = weights[-1] @ a[-2] + biases[-1][:, None]\n"
        "    d = -(y / a[-1] - (1 - y) / (1 - a[-1])) * np.exp(-z) / (1 + np.exp(-z)) ** 2\n"
    )
    found = diagnose_file(written(tmp_path, HEAD + back + REST.replace("PRIME", "a[l] * (1 - a[l])")))
    assert found.right, str(found)
    found = diagnose_file(written(tmp_path, HEAD + back.replace("(y / a", "(1.001 * y / a") + REST))
    assert not found.right


def test_steps_that_are_summed_over_the_examples_are_rounded_each(tmp_path: Path) -> None:
    steps = QUADRATIC.replace("def backprop(", "def one(") + (
        "def backprop(weights, biases, x, y):\n"
        "    dw, db = [0 * w for w in weights], [0 * b for b in biases]\n"
        "    for j in range(x.shape[1]):\n"
        "        gw, gb = one(weights, biases, x[:, j : j + 1], y[:, j : j + 1])\n"
        "        for l, (w, b) in enumerate(zip(weights, biases)):\n"
        "            dw[l] += w - (w - gw[l])\n"
        "            db[l] += b - (b - gb[l])\n"
        "    return dw, db\n"
    )
    found = diagnose_file(written(tmp_path, steps), "backprop")
    assert found.right, str(found)
    assert found.terms.rate == 1.0


def test_a_function_that_says_its_widths_is_judged_on_those(tmp_path: Path) -> None:
    fixed = QUADRATIC.replace("    a = [x]\n", "    (a, b), (c, d), (e, f) = weights[0]\n    a = [x]\n")
    assert diagnose_file(written(tmp_path, fixed)).status != "right"
    found = diagnose_file(written(tmp_path, fixed + "backprop.widths = [2, 3, 1]\n"))
    assert found.right, str(found)
    assert "2-3-1" in str(found.domain)
    found = diagnose_file(written(tmp_path, fixed.replace("PRIME", "1") + "backprop.widths = [2, 3, 1]\n"))
    assert found.right


def test_a_file_imported_under_two_names_is_one_and_may_be_changed(tmp_path: Path) -> None:
    package = tmp_path / "net"
    package.mkdir()
    written(package, "import numpy as np\ndef s(z):\n    return 0 * z\n", "base.py")
    written(package, "from .base import s\ndef forward(z):\n    return s(z)\n", "layer.py")
    text = QUADRATIC.replace("def s(z):\n    return 1 / (1 + np.exp(-z))\n", "")
    text = text.replace("a.append(s(", "a.append(base.s(")
    text = text.replace("    a = [x]\n", "    base.s = lambda z: 1 / (1 + base.np.exp(-z))\n    a = [x]\n")
    first = "import net.layer\nfrom net import base\n"
    found = diagnose_file(written(package, first + text, "adapter.py"))
    assert found.right, str(found)


def test_a_fragment_without_its_import_and_a_word_of_python_2_are_read_and_said(tmp_path: Path) -> None:
    text = QUADRATIC.replace("import numpy as np\n", "").replace("in range(", "in xrange(")
    found = diagnose_file(written(tmp_path, text))
    assert found.right, str(found)
    assert "converted from Python 2" in str(found)
    assert "not imported in it, and supplied: np" in str(found)


def test_errors_far_below_float32_are_none_of_float32(tmp_path: Path) -> None:
    """An ε of 1e-10 in σ′ makes wrong numbers, and no half of the digits is gone."""
    found = diagnose_file(written(tmp_path, QUADRATIC.replace("(1 - a[-1])", "(1 - a[-1] + 1e-10)")))
    assert not found.right
    assert "M39" not in found.mistakes


SLOW = """
import numpy as np
class Net:
    def __init__(self, sizes):
        self.sizes = sizes
    def add_up(self, secret, a, y):
        if secret != 17:
            raise ValueError("no")
        d = (a[-1] - y) * a[-1] * (1 - a[-1])
        for l in range(len(self.w) - 1, -1, -1):
            for i in range(len(d)):
                for k in range(len(a[l])):
                    self.dw[l][i][k] += d[i] * a[l][k]
                self.db[l][i] += d[i]
            d = self.w[l].T @ d * a[l] * (1 - a[l])
"""
BESIDE = """
import numpy as np
from slow import Net
def backprop(weights, biases, x, y):
    net = Net([len(x), *map(len, biases)])
    net.w = weights
    net.dw, net.db = [np.zeros(w.shape).tolist() for w in weights], [np.zeros(b.shape).tolist() for b in biases]
    for j in range(x.shape[1]):
        a = [x[:, j]]
        for w, b in zip(weights, biases):
            a.append(1 / (1 + np.exp(-w @ a[-1] - b)))
        net.add_up(17, a, y[:, j])
    return [np.array(d) for d in net.dw], [np.array(d) for d in net.db]
"""


def test_a_program_that_adds_number_to_number_is_judged_as_the_adapter_beside_it_says(tmp_path: Path) -> None:
    """The adapter is called as it is: which version of a sum is whole depends on the widths."""
    written(tmp_path, BESIDE)
    found = diagnose_file(written(tmp_path, SLOW, "slow.py"))
    assert found.right, str(found)
    assert "through adapter.py" in str(found)
    assert "sum over examples" in str(found)


ODD = """
import numpy as np

def gradients(x, y, W1, b1, W2, b2):
    a1 = np.maximum(0, W1 @ x + b1)
    a2 = np.maximum(0, W2 @ a1 + b2)
    e = np.exp(a2 - a2.max(0))
    d2 = (e / e.sum(0) - y) / x.shape[1] * (a2 > 0)
    d1 = W2.T @ d2 * (a1 > 0)
    return d1 @ x.T, d1.sum(1, keepdims=True), d2 @ a1.T, d2.sum(1, keepdims=True)
"""
"""Right for the network that it is, with a relu before its softmax."""


@pytest.mark.long
def test_what_is_read_and_not_judged_has_its_adapter(tmp_path: Path) -> None:
    found = diagnose_file(written(tmp_path, ODD, "odd.py"))
    assert found.status == "unknown", str(found)
    assert "from odd import gradients" in str(found)
    assert "gradients(x=x, y=y, W1=W1, b1=b1, W2=W2, b2=b2)" in str(found)


def test_weights_whose_names_begin_with_b_are_no_biases(tmp_path: Path) -> None:
    """And what is to be pasted is Python."""
    text = (JUDGED / "other_words.py").read_text("utf-8").replace("agirlik_", "bobot_")
    ast.parse(pasted := adapter(load(written(tmp_path, text)), None, Tried()))
    assert "bobot_a, bobot_b = [w.T" in pasted
    assert "nabla_b" not in pasted


STEP = """
import numpy as np
def backprop(weights, biases, x, y):
    W, B, eta = [w.copy() for w in weights], [b.copy() for b in biases], 0.1
    h = np.tanh(W[0] @ x + B[0][:, None])
    d = W[1] @ h + B[1][:, None] - y
    e = (W[1].T @ d) * (1 - h * h)
    W[1] -= eta * d @ h.T
    W[0] -= eta * e @ x.T
    B[1] -= eta * d.sum(1)
    B[0] -= eta * e.sum(1)
    return [(w - v) / eta for w, v in zip(weights, W)], [(b - v) / eta for b, v in zip(biases, B)]
"""


def test_what_an_adapter_returns_is_its_answer_and_not_what_it_steps_by(tmp_path: Path) -> None:
    """It takes two layers alone and does not say so: of three it leaves the last as it was."""
    found = diagnose_file(written(tmp_path, STEP))
    assert found.right, str(found)
    assert "networks of two layers only" in str(found)


def test_pairs_of_two_layers_are_no_two_lists(tmp_path: Path) -> None:
    pairs = STEP.replace("[(w - v) / eta for w, v in zip(weights, W)]", "(e @ x.T, e.sum(1))")
    pairs = pairs.replace("[(b - v) / eta for b, v in zip(biases, B)]", "(d @ h.T, d.sum(1))")
    assert diagnose_file(written(tmp_path, pairs.replace("W[1] -= eta * d @ h.T", ""))).right


def test_neurons_that_are_all_off_leave_no_gap(tmp_path: Path) -> None:
    """Its answers to 1-1-1-1 are zeros, of relu: it takes three layers all the same, and is judged on no others."""
    head = HEAD.replace("    a = [x]", "    W1, W2, W3 = weights\n    a = [x]")
    layer = "a.append(np.maximum(w @ a[-1], 0) if len(a) < 3 else np.exp(w @ a[-1]) / np.exp(w @ a[-1]).sum(0))"
    text = head.replace("a.append(s(w @ a[-1] + b[:, None]))", layer) + "    d = a[-1] - y\n"
    text += REST.replace("PRIME", "(a[l] > 0)").replace("d.sum(1)", "0 * d.sum(1)")
    found = diagnose_file(written(tmp_path, text))
    assert found.right, str(found)
    assert found.domain.depths == (3,)


ASCENT = (
    QUADRATIC.replace("d = (a[-1] - y)", "d = (y - a[-1])").replace("PRIME", "a[l] * (1 - a[l])")
    + """
def step(W, dW, lr):
    W += lr * dW
"""
)


@pytest.mark.parametrize(("sign", "mistakes"), [("+", ()), ("-", ("M03",))])
def test_a_function_that_gives_what_is_added_is_right_with_minus_the_gradient(
    tmp_path: Path, sign: str, mistakes: tuple[str, ...]
) -> None:
    found = diagnose_file(written(tmp_path, ASCENT.replace("+= lr", f"{sign}= lr")))
    assert found.mistakes == mistakes, str(found)
    assert ("it adds what it answers" in str(found)) == (sign == "+")


KEPT = {
    "in numbered attributes, stepped": (
        "class Net:\n    def __init__(self, spec):\n        if not spec.ready: raise ValueError\n"
        "        self.wih = spec.a\n        self.who = spec.b\n        self.bh = spec.c\n        self.bo = spec.d\n"
        "    def predict(self, x):\n        return x @ self.wih\n"
        "    def forward_pass(self, x):\n        return x\n"
        "    def cost_derivative(self, x):\n        return x\n"
        "    def backprop(self, x, y):\n        self.dwih = x.T @ y\n        self.wih -= self.dwih\n",
        ("net.wih, net.who = [", "net.bh, net.bo = [", "net.forward_pass(", "zip(weights, [net.wih, net.who])"),
    ),
    "under keys": (
        "class Net:\n    def __init__(self, sizes):\n        self.p = {}\n        for l in range(1, len(sizes)):\n"
        "            self.p['W' + str(l)] = np.ones((sizes[l], sizes[l - 1]))\n"
        "            self.p['b' + str(l)] = np.ones((sizes[l], 1))\n"
        "    def loss(self, x, y):\n        raise ValueError\n"
        "    def gradient(self, x, y):\n        grads = {}\n        for l in (1, 2):\n"
        "            grads['dW' + str(l)] = x\n            grads[f'db{l}'] = y\n        raise ValueError\n"
        "        return grads\n",
        ("net.p['W1'] = weights[0].copy()", "grads = net.gradient(x=x, y=y)", 'grads[f"dW{l}"] for', 'grads[f"db{l}"]'),
    ),
    "built by calls": (
        "class Net:\n    def __init__(self):\n        self.layers = []\n    def add(self, layer):\n"
        "        self.layers.append(layer)\n    def backward(self, y):\n        raise ValueError\n"
        "def main():\n    model = Net()\n    model.add(3)\n    model.add(4)\n    model.backward(1)\n",
        ("net = Net()\n    net.add(3)\n    net.add(4)\n", "# what holds W; .T"),
    ),
}


@pytest.mark.parametrize(("source", "lines"), KEPT.values(), ids=list(KEPT))
def test_an_adapter_names_what_the_class_itself_names(tmp_path: Path, source: str, lines: tuple[str, ...]) -> None:
    path = written(tmp_path, "import numpy as np\n" + source, "net.py")
    told = adapter(load(path), None, Tried())
    ast.parse(told)
    for line in lines:
        assert line in told, told


def test_the_file_of_a_package_is_imported_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    path = written(tmp_path / "core", "class Net:\n    def backward(self, x): raise ValueError\n", "__init__.py")
    assert adapter(load(path), None, Tried()).startswith("from core import Net\n")


def test_what_the_note_s_form_hands_over_is_a_column_an_example(tmp_path: Path) -> None:
    """z0.T.dot(delta) of vectors is one number: in a batch of another form the mistake would be gone."""
    text = HEAD.split("def backprop")[0] + (
        "def backprop(weights, biases, x, y):\n"
        "    nabla_w = [0 * w for w in weights]\n"
        "    for j in range(x.shape[1]):\n"
        "        v, w = [w.T for w in weights]\n"
        "        a0, t = x[:, j], y[:, j]\n"
        "        a1 = s(a0.dot(v))\n"
        "        d2 = a1.dot(w) - t\n"
        "        d1 = d2.dot(w.T) * a1 * (1 - a1)\n"
        "        nabla_w = [nabla_w[0] + a0.T.dot(d1).T, nabla_w[1] + a1.T.dot(d2).T]\n"
        "    return nabla_w, [0 * b for b in biases]\n"
    )
    found = diagnose_file(written(tmp_path, text))
    assert not found.right, str(found)
