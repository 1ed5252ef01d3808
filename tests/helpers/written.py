"""Right programs by the hundred: a style, an activation, a head, a layout and a dtype, written out as source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

HIDDEN = {
    "sigmoid": ("1 / (1 + np.exp(-z))", "a * (1 - a)"),
    "tanh": ("np.tanh(z)", "1 - a ** 2"),
    "relu": ("np.maximum(z, 0)", "(z > 0)"),
    "leaky_relu": ("np.where(z > 0, z, 0.01 * z)", "np.where(z > 0, 1.0, 0.01).astype(z.dtype)"),
    "softplus": ("np.logaddexp(0, z)", "1 / (1 + np.exp(-z))"),
}
"""σ(z), and σ′ in terms of z and a."""
SOFTMAX = (
    "np.exp(z - z.max({axis}, keepdims=True)) / np.exp(z - z.max({axis}, keepdims=True)).sum({axis}, keepdims=True)"
)
HEADS = {
    "sigmoid, squared": (HIDDEN["sigmoid"][0], "(a - y) * a * (1 - a)"),
    "sigmoid, squared without a half": (HIDDEN["sigmoid"][0], "2 * (a - y) * a * (1 - a)"),
    "linear, squared": ("z", "a - y"),
    "tanh, squared": ("np.tanh(z)", "(a - y) * (1 - a ** 2)"),
    "sigmoid, cross-entropy": (HIDDEN["sigmoid"][0], "a - y"),
    "sigmoid, guarded cross-entropy": (
        HIDDEN["sigmoid"][0],
        "(-y / (a + 1e-8) + (1 - y) / (1 - a + 1e-8)) * a * (1 - a)",
    ),
    "softmax, cross-entropy": (SOFTMAX, "a - y"),
}
LAYOUTS = {"columns": 1, "columns, flat biases": 1, "rows": 0, "rows, biases (1, n)": 0, "class ids": 0}
"""The axis of the examples."""
STYLES = ("any depth", "two layers", "a dictionary", "one by one", "no biases", "weight decay")
DTYPES = ("float64", "float32")
TEMPLATE = """import numpy as np


def forward(z):
    return {sigma}


def backprop(weights, biases, x, y):
    weights = [w.astype("{dtype}") for w in weights]
    biases = [b.astype("{dtype}") for b in biases]
    x, y = x.astype("{dtype}"), {y}
    {check}
    total_w, total_b = 0, 0
    m = {m}
    for x, y in {batches}:
        zs, acts = [], [x]
        for l, (w, b) in enumerate(zip(weights, biases)):
            z = {z}
            zs.append(z)
            acts.append(forward(z) if l < len(weights) - 1 else {out})
        a = acts[-1]
        delta = ({delta}) / m
        nabla_w, nabla_b = [], []
        for l in range(len(weights) - 1, -1, -1):
            nabla_w.insert(0, {nabla_w})
            nabla_b.insert(0, {nabla_b})
            if l > 0:
                z, a = zs[l - 1], acts[l]
                delta = ({back}) * ({slope})
        total_w = nabla_w if total_b == 0 else [s + g for s, g in zip(total_w, nabla_w)]
        total_b = nabla_b if total_b == 0 else [s + g for s, g in zip(total_b, nabla_b)]
    {end}
"""


class WrittenProgram(NamedTuple):
    """One program."""

    style: str
    hidden: str
    head: str
    layout: str
    dtype: str
    mean: bool

    def __str__(self) -> str:
        return ", ".join([*self[:5], "mean" if self.mean else "sum"])

    @property
    def source(self) -> str:
        columns = bool(LAYOUTS[self.layout])
        out, delta = HEADS[self.head]
        bias = "" if self.style == "no biases" else " + b[:, None]" if self.layout == "columns, flat biases" else " + b"
        turned = self.layout == "rows, biases (1, n)"  # W is (n_l, n_{l-1}), as in the note
        w = "w.T" if turned else "w"
        outer = "delta @ acts[l].T" if columns or turned else "acts[l].T @ delta"
        outer = "delta.T @ acts[l]" if turned else outer
        summed = (
            f"delta.sum({int(columns)}{', keepdims=True' if self.layout in ('columns', 'rows, biases (1, n)') else ''})"
        )
        back = "weights[l].T @ delta" if columns else f"delta @ weights[l]{'' if turned else '.T'}"
        one = ["x[:, i:i + 1], y[:, i:i + 1]", "x[i:i + 1], y[i:i + 1]"][not columns]
        examples = "x.shape[1]" if columns else "x.shape[0]"
        decay = " + np.array(0.1, w.dtype) / m * weights[l]" if self.style == "weight decay" else ""
        return TEMPLATE.format(
            sigma=HIDDEN[self.hidden][0],
            slope=HIDDEN[self.hidden][1],
            out=out.format(axis=f"axis={int(not columns)}"),
            delta=delta,
            dtype=self.dtype,
            y=f'np.eye(len(biases[-1]), dtype="{self.dtype}")[y]'
            if self.layout == "class ids"
            else f'y.astype("{self.dtype}")',
            check="(W1, W2), (b1, b2) = weights, biases" if self.style == "two layers" else "pass",
            m=examples if self.mean else "1",
            batches=f"[({one}) for i in range({examples})]" if self.style == "one by one" else "[(x, y)]",
            z=(f"w @ acts[-1]{bias}" if columns else f"acts[-1] @ {w}{bias}"),
            nabla_w=outer + decay,
            nabla_b="0 * b" if self.style == "no biases" else summed,
            back=back,
            end='return {"nabla_w": total_w, "nabla_b": total_b}'
            if self.style == "a dictionary"
            else "return total_w, total_b",
        )


def written(count: int, seed: int = 0) -> list[WrittenProgram]:
    """So many, drawn without repetition."""
    rng = np.random.default_rng(seed)
    found: dict[WrittenProgram, None] = {}
    while len(found) < count:
        lists = (STYLES, tuple(HIDDEN), tuple(HEADS), tuple(LAYOUTS), DTYPES, (True, False))
        one = WrittenProgram(*(options[int(rng.integers(len(options)))] for options in lists))
        if (one.layout == "class ids") <= (one.head == "softmax, cross-entropy"):
            found[one] = None
    return list(found)
