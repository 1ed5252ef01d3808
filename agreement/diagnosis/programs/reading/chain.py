"""Finding the layers of a network among arrays: by their shapes, then by the likeness of their paths."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .....manual.shapes import Array
from .each import EACH
from .tracer import Path

GRADIENT_LIKE = re.compile(
    r"(^|[._])(d|v|m|s|g)_?[wb]s?($|\d|_)|grad|delta|nabla|veloc|moment|prev|old|cache|change|adjust|error"
    r"|(^|[._])d_?(weights?|bias(es)?|theta|syn)|update|diff|best|sum|accum|partial|deriv|acc_|mask|^\.?(dw|db)",
    re.I,
)
ELSEWHERE = r"pesos?|poids|agirlik|bobot"
"""Weights in other languages."""
WEIGHT_LIKE = re.compile(rf"w|theta|syn|kernel|param|matri|{ELSEWHERE}", re.I)
SAID_WEIGHTS = re.compile(rf"(weights?|{ELSEWHERE}|theta|syn\w*)_", re.I)
"""A name that begins so is no bias, whatever follows."""
BIAS_LIKE = re.compile(r"b|theta_?0|intercept|threshold|v0|w0", re.I)

ALONE = "alone"
"""How b^1 stands in W^1 where no other layer has a bias: it is left 0, and the network judged as one without."""


@dataclass(frozen=True)
class ParameterPlace:
    """Where the W or the b of a layer stands, and how: `turned` is (n_{l−1}, n_l); `folded` has b as its first or
    last row or column (of the inputs' axis), or one there that is left 0; `bias` is the form of a b; `flat` is the
    one row of one output.
    """

    path: Path
    turned: bool = False
    folded: str = ""
    bias: str = ""
    flat: bool = False

    def laid(self, b: Array) -> Array:
        """b^l as it stands here."""
        return np.array({"flat": b, "column": b[:, None], "row": b[None, :]}[self.bias])

    def put(self, weight: Array, bias: Array) -> Array:
        """The array to stand there, of W^l (n_l, n_{l−1}) and b^l (n_l,)."""
        b = bias[:, None]
        parts = {"": [weight], "first": [b, weight], "last": [weight, b], ALONE: [weight, 0 * b]}[self.folded]
        whole = np.concatenate(parts, axis=1)
        return np.ascontiguousarray(whole.T if self.turned else whole.reshape(-1) if self.flat else whole)

    def split(self, value: Array) -> tuple[Array, Array | None]:
        """W^l and b^l of the array that stands there."""
        whole = value.T if self.turned else value.reshape(1, -1) if self.flat else value
        if not self.folded or self.folded == ALONE:
            return np.array(whole[:, : -1 if self.folded else None]), None
        return (
            (np.array(whole[:, 1:]), np.array(whole[:, 0]))
            if self.folded == "first"
            else (np.array(whole[:, :-1]), np.array(whole[:, -1]))
        )


@dataclass(frozen=True)
class Chain:
    """A place for the W and the b (None where there is none) of every layer."""

    weights: tuple[ParameterPlace, ...]
    biases: tuple[ParameterPlace | None, ...]

    @property
    def has_biases(self) -> bool:
        return any(self.biases) or any(place.folded not in ("", ALONE) for place in self.weights)

    @property
    def one_by_one(self) -> bool:
        """Some array is made up of numbers or vectors that stand apart."""
        return any(EACH in place.path for place in (*self.weights, *filter(None, self.biases)))

    @property
    def complete(self) -> bool:
        """Every layer has its bias, or none has."""
        return all(self.biases) or not any(self.biases)


Arrays = Iterable[tuple[Path, tuple[int, ...]]]
"""Paths with the shapes of what stands there, in the order in which they were seen."""


def template(path: Path) -> Path:
    """A path without its numbers."""
    return tuple(
        "#" if isinstance(key, int) else re.sub(r"\d+", "#", key) if isinstance(key, str) else key for key in path
    )


def find(arrays: Arrays, widths: Sequence[int], like: Chain | None = None, turned: bool = False) -> Chain | None:
    """The likeliest chain of these widths; shaped as `like` where that is given; None where a W is missing.

    Every W stands as the others do where that is possible, rather `turned` or not.
    """
    listed = list(arrays)
    ways = (turned,), (not turned,), (False, True)
    for folded, way in itertools.product(_foldings(like, len(widths) - 1), ways):
        by_layer = [
            [
                one
                for one in _weights(listed, n, k, folded[l], like.weights[l] if like else None)
                if like or one.turned in way or one.flat
            ]
            for l, (k, n) in enumerate(pairwise(widths))
        ]
        if all(by_layer):
            weights = _family(by_layer, WEIGHT_LIKE, like is not None)
            biases: list[ParameterPlace | None] = [None] * len(weights)
            if not any(folded):
                biases = _biases(listed, widths, weights, like is not None)
            return Chain(tuple(weights), tuple(biases))
    return None


def _foldings(like: Chain | None, depth: int) -> Sequence[tuple[str, ...]]:
    """How b may stand in the matrices of every layer."""
    if like:
        return [tuple(place.folded for place in like.weights)]
    return [("",) * depth, ("last",) * depth, *([(ALONE, *("",) * (depth - 1))] if depth > 1 else [])]


def _weights(
    arrays: Sequence[tuple[Path, tuple[int, ...]]], n: int, k: int, folded: str, like: ParameterPlace | None
) -> Iterator[ParameterPlace]:
    k += bool(folded)
    if n == 1 and not folded and (like is None or like.flat):
        yield from (ParameterPlace(path, flat=True) for path in _rows_alone(arrays, k))
    for path, shape in arrays:
        if shape == (n, k) and (like is None or not like.turned):
            yield ParameterPlace(path, False, folded)
        if shape == (k, n) and (like is None or like.turned):
            yield ParameterPlace(path, True, folded)


NAMED_BIAS = re.compile(r"^[dvmsg]?_*(b|bias|biases|grad_?b\w*)(\d|_|$)|bias|sesgo|umbral|vies|limiar|threshold", re.I)


def _rows_alone(arrays: Sequence[tuple[Path, tuple[int, ...]]], k: int) -> list[Path]:
    """The vectors of k numbers that are called as the matrices are: the W of one output."""
    stems = {_stem(path) for path, shape in arrays if len(shape) == 2 and min(shape) > 1}
    return [path for path, shape in arrays if shape == (k,) and _stem(path) in stems and not _called_bias(path)]


def _stem(path: Path) -> str:
    """The first letters of a name."""
    name = _word(path).lower()
    return re.sub(r"[\d_]", "", name)[:3] if len(name) > 2 else name[:1]


def _called_bias(path: Path) -> bool:
    return bool(NAMED_BIAS.search(_word(path)))


def _word(path: Path) -> str:
    """What an array is called, or the list in which it stands."""
    return next((key.lstrip("._") for key in reversed(path) if isinstance(key, str)), "")


def _family(by_layer: list[list[ParameterPlace]], names: re.Pattern[str], gradients: bool) -> list[ParameterPlace]:
    """One place a layer: of one template where there is one that all layers have, those named fittingly first."""
    shared = set.intersection(*({template(place.path) for place in places} for places in by_layer))

    def rank(place: ParameterPlace) -> tuple[bool, bool, bool, list[int]]:
        name = _name(place.path)
        like = bool(GRADIENT_LIKE.search(name))
        counted = [int(number) for key in place.path for number in re.findall(r"\d+", str(key))]
        return (like != gradients, template(place.path) not in shared, not names.search(name), counted)

    chosen = [min(by_layer[0], key=rank)]
    kind = template(chosen[0].path)
    for places in by_layer[1:]:
        taken = {place.path for place in chosen}
        chosen.append(min(places, key=lambda place: (place.path in taken, template(place.path) != kind, rank(place))))
    return chosen


def _name(path: Path) -> str:
    """The last two words of a path."""
    return ".".join([str(key).lstrip(".") for key in path if isinstance(key, str)][-2:])


def _biases(
    arrays: Sequence[tuple[Path, tuple[int, ...]]],
    widths: Sequence[int],
    weights: list[ParameterPlace],
    gradients: bool,
) -> list[ParameterPlace | None]:
    taken = {place.path for place in weights}
    by_layer = [
        [
            ParameterPlace(path, bias=form)
            for path, shape in arrays
            if not any(_within(path, one) for one in taken) and (form := _bias_form(shape, n))
        ]
        for n in widths[1:]
    ]
    if not all(by_layer):
        return [None] * len(weights)
    near = [
        [p for p in places if _beside(p.path, w.path)] or places for places, w in zip(by_layer, weights, strict=True)
    ]
    return list(_family(near, BIAS_LIKE, gradients))


def _within(path: Path, weights: Path) -> bool:
    """Whether a path is that of weights, or of numbers beside them."""
    return path == weights or (weights.count(EACH) > 1 and _shape(path) == _shape(weights))


def _shape(path: Path) -> Path:
    """A path without its last key, and without which part it is of."""
    return tuple("#" if key is EACH or isinstance(key, int) else key for key in path[:-1])


def _bias_form(shape: tuple[int, ...], n: int) -> str:
    """How a b of n neurons stands in an array of this shape; nothing where it does not."""
    return {(n,): "flat", (1, n): "row", (n, 1): "column"}.get(shape, "")


def _beside(path: Path, other: Path) -> bool:
    """In the same container or object as another, by its root and the first of its keys."""
    return path[:-1] == other[:-1] or (len(path) > 2 and path[:2] == other[:2])


def widths_of(arrays: Arrays) -> tuple[int, ...] | None:
    """The widths of the first matrices that follow one another as layers do; None where they do not."""
    arrays = list(arrays)
    return chained(called_weights(arrays), arrays)


def called_weights(arrays: Arrays) -> list[tuple[Path, tuple[int, ...]]]:
    """The matrices that are called as weights are, and not as gradients or biases."""
    matrices = [(path, shape) for path, shape in arrays if len(shape) == 2 and min(shape) >= 1]
    return [
        (path, shape)
        for path, shape in matrices
        if WEIGHT_LIKE.search(_name(path)) and not GRADIENT_LIKE.search(_name(path)) and not _row(path, shape)
    ]


def chained(
    matrices: Sequence[tuple[Path, tuple[int, ...]]], arrays: Sequence[tuple[Path, tuple[int, ...]]]
) -> tuple[int, ...] | None:
    """The widths of matrices that follow one another as layers do, in either orientation; rather the one in which
    a vector among `arrays`, called as they are, is the W of one output after them.
    """
    found = []
    for turned in (True, False) if matrices else ():
        shapes = [shape if turned else shape[::-1] for _, shape in matrices]
        if all(first[1] == second[0] for first, second in pairwise(shapes)):
            found.append((shapes[0][0], *(shape[1] for shape in shapes)))
    for widths in found:
        if widths[-1] > 1 and _rows_alone(arrays, widths[-1]):
            return (*widths, 1)
    return found[0] if found else None


def _row(path: Path, shape: tuple[int, ...]) -> bool:
    called_bias = re.search(r"(^|[._])b(ias)?", _name(path), re.I)
    return 1 in shape and bool(called_bias) and not SAID_WEIGHTS.match(_word(path))
