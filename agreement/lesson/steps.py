"""Each equation with its numbers: matrices, the operators between them, and the line of code that did it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...manual import equations, network
from ...manual.activations import Elementwise
from ...manual.backprop import backprop, head_of, hidden_activation
from ...manual.case import Case
from ...manual.costs import Head
from ...manual.gradients import Gradients, Place, Quantity
from ...manual.shapes import Array
from .code import CodeLine, returned

SAME, ROW, COLUMN = "same", "row", "column"


@dataclass(frozen=True)
class Matrix:
    """A matrix on the page; `sources` says which cells of the matrices before it make one of its own."""

    part: str
    formula: str
    values: Array
    sources: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class MatrixLine:
    """Matrices and the operators between them; `kind` is how the cells combine."""

    kind: str
    items: tuple[Matrix | str, ...]

    def lights(self, item: int, i: int, j: int) -> list[tuple[int, int, int]]:
        """(item, row, column) of every cell that makes one cell of an item."""
        matrix, cells = self.items[item], []
        assert isinstance(matrix, Matrix)
        for source, rule in matrix.sources:
            rows, columns = self.values(source).shape
            cells += [
                (source, r, c)
                for r in range(rows)
                for c in range(columns)
                if (rule == COLUMN or r == i) and (rule == ROW or c == j)
            ]
        return cells

    def values(self, item: int) -> Array:
        matrix = self.items[item]
        assert isinstance(matrix, Matrix)
        return matrix.values


@dataclass(frozen=True)
class LessonStep:
    """One equation in one layer."""

    equation: str
    layer: int
    lines: tuple[MatrixLine, ...]
    code: tuple[CodeLine, ...]
    places: tuple[Place, ...]

    @property
    def id(self) -> str:
        """Its address on the page."""
        return f"{self.equation}-{self.layer}"


def _elementwise(
    kind: str, left: Matrix, operator: str, right: Matrix, part: str, formula: str, value: Array
) -> MatrixLine:
    return MatrixLine(kind, (left, operator, right, "=", Matrix(part, formula, value, ((0, SAME), (2, SAME)))))


def forward(case: Case) -> Iterator[LessonStep]:
    """z^l = W^l a^{l−1} + b^l, a^l = σ(z^l)."""
    zs, activations = network.feed_forward(case)
    a_in = (case.x, *activations)
    for layer, (w, b) in enumerate(zip(case.weights, case.biases, strict=True), start=1):
        z = Matrix(f"z{layer}", f"z^{layer}", zs[layer - 1], ((0, ROW), (2, COLUMN), (4, ROW)))
        weighted = (
            _w(layer, w),
            "×",
            Matrix(f"a{layer - 1}", f"a^{layer - 1}", a_in[layer - 1]),
            "+",
            Matrix(f"b{layer}", f"b^{layer}", b[:, None]),
            "=",
            z,
        )
        fired = (
            Matrix(f"z{layer}", f"z^{layer}", zs[layer - 1]),
            "σ→",
            Matrix(f"a{layer}", f"a^{layer}", activations[layer - 1], ((0, SAME),)),
        )
        code = returned(
            network.weighted_input, {"w": f"W{layer}", "a_in": f"a{layer - 1}", "b[..., None]": f"b{layer}"}
        )
        places = (Place(Quantity.Z, layer), Place(Quantity.A, layer))
        yield LessonStep(
            "forward", layer, (MatrixLine("product", weighted), MatrixLine("each", fired)), (code,), places
        )


def _w(layer: int, w: Array) -> Matrix:
    return Matrix(f"W{layer}", f"W^{layer}", w)


def backward(case: Case) -> Iterator[LessonStep]:
    """BP1, then BP2 down the layers, then BP3 and BP4 of every layer."""
    g = backprop(case)
    depth = case.architecture.depth
    yield _bp1(case, g)
    yield from (_bp2(case, g, layer) for layer in range(depth - 1, 0, -1))
    yield from (_bp3(g, layer) for layer in range(depth, 0, -1))
    yield from (_bp4(case, g, layer) for layer in range(depth, 0, -1))


def _parts(g: Gradients[Array]) -> tuple[tuple[Array, ...], tuple[Array, ...], tuple[Array, ...]]:
    assert g.z is not None
    assert g.a is not None
    assert g.delta is not None
    return g.z, g.a, g.delta


def _bp1(case: Case, g: Gradients[Array]) -> LessonStep:
    (zs, activations, deltas), layer, head = _parts(g), case.architecture.depth, head_of(case)
    left, operator, right = _output(head, case, layer, zs[-1], activations[-1])
    items: tuple[Matrix | str, ...] = (left, operator, right)
    if case.share != 1:
        items = (*items, "×", f"1/{case.examples}")
    line = MatrixLine(
        "hadamard" if operator == "⊙" else "each",
        (*items, "=", Matrix(f"delta{layer}", f"δ^{layer}", deltas[-1], ((0, SAME), (2, SAME)))),
    )
    code = [
        returned(equations.bp1, {"head.delta(z, a, y)": f"delta{layer}"}),
        returned(type(head).delta, {"self.nabla_a(a, y)": left.part}),
    ]
    if isinstance(head.sigma, Elementwise) and right.part.startswith("slope"):
        code.append(returned(Elementwise.pull, {"g": left.part, "self.slope(z)": right.part}))
    return LessonStep("bp1", layer, (line,), tuple(code), (Place(Quantity.BP1, layer),))


def _output(head: Head, case: Case, layer: int, z: Array, a: Array) -> tuple[Matrix, str, Matrix]:
    """The two factors of δ^L, or a − y where σ′ cancels."""
    if case.architecture.cost == "cross_entropy":
        return Matrix(f"a{layer}", f"a^{layer}", a), "−", Matrix("y", "y", case.y)
    nabla = head.nabla_a(a, case.y)
    if isinstance(head.sigma, Elementwise):
        return (
            Matrix(f"nabla{layer}", "∇_aC", nabla),
            "⊙",
            Matrix(f"slope{layer}", f"σ′(z^{layer})", head.sigma.slope(z)),
        )
    centred = nabla - (a * nabla).sum(axis=-2, keepdims=True)
    return Matrix(f"a{layer}", f"a^{layer}", a), "⊙", Matrix(f"nabla{layer}", f"∇_aC-(a^{layer})^⊤∇_aC", centred)


def _bp2(case: Case, g: Gradients[Array], layer: int) -> LessonStep:
    zs, _, deltas = _parts(g)
    sigma, w_next, delta_next = (
        hidden_activation(case.architecture.activations[layer - 1]),
        case.weights[layer],
        deltas[layer],
    )
    back = w_next.mT @ delta_next
    product = (
        Matrix(f"W{layer + 1}", f"(W^{layer + 1})^⊤", w_next.mT),
        "×",
        Matrix(f"delta{layer + 1}", f"δ^{layer + 1}", delta_next),
        "=",
        Matrix(f"back{layer}", f"(W^{layer + 1})^⊤δ^{layer + 1}", back, ((0, ROW), (2, COLUMN))),
    )
    left, slope = (
        Matrix(f"back{layer}", f"(W^{layer + 1})^⊤δ^{layer + 1}", back),
        Matrix(f"slope{layer}", f"σ′(z^{layer})", sigma.slope(zs[layer - 1])),
    )
    hadamard = _elementwise("hadamard", left, "⊙", slope, f"delta{layer}", f"δ^{layer}", deltas[layer - 1])
    tokens = {"w_next.mT": f"W{layer + 1}", "delta_next": f"delta{layer + 1}", "sigma.slope(z)": f"slope{layer}"}
    lines = (MatrixLine("product", product), hadamard)
    return LessonStep("bp2", layer, lines, (returned(equations.bp2, tokens),), (Place(Quantity.BP2, layer),))


def _bp3(g: Gradients[Array], layer: int) -> LessonStep:
    delta = Matrix(f"delta{layer}", f"δ^{layer}", _parts(g)[2][layer - 1])
    bias = Matrix(f"db{layer}", f"frac{{∂C}}{{∂b^{layer}}}", g.nabla_b[layer - 1][:, None], ((0, ROW),))
    operator = "=" if delta.values.shape[-1] == 1 else "Σ→"
    code = returned(equations.bp3, {"delta": f"delta{layer}"})
    return LessonStep(
        "bp3", layer, (MatrixLine("sum", (delta, operator, bias)),), (code,), (Place(Quantity.BP3, layer),)
    )


def _bp4(case: Case, g: Gradients[Array], layer: int) -> LessonStep:
    _, activations, deltas = _parts(g)
    a_in = (case.x, *activations)[layer - 1]
    line = (
        Matrix(f"delta{layer}", f"δ^{layer}", deltas[layer - 1]),
        "×",
        Matrix(f"a{layer - 1}", f"(a^{layer - 1})^⊤", a_in.mT),
        "=",
        Matrix(f"dW{layer}", f"frac{{∂C}}{{∂W^{layer}}}", g.nabla_w[layer - 1], ((0, ROW), (2, COLUMN))),
    )
    code = returned(equations.bp4, {"delta_out": f"delta{layer}", "a_in.mT": f"a{layer - 1}"})
    return LessonStep("bp4", layer, (MatrixLine("product", line),), (code,), (Place(Quantity.BP4, layer),))
