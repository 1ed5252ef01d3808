"""Neurons that a program writes out number by number: which weight joins which two of them, read in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LEAST = 3
"""Numbers that a network has at the least."""


@dataclass(frozen=True)
class Neuron:
    """A sum of weights times inputs, by their texts, with the name that it is given to."""

    target: str
    weights: tuple[str, ...]
    inputs: tuple[str, ...]
    bias: str | None


@dataclass
class Wiring:
    """A round of a program that steps its numbers, and where they stand: `weights[l][j][k]`, `biases[l][j]`, the texts
    of the inputs, and of the targets, an output each.
    """

    body: list[ast.stmt]
    weights: list[list[list[str]]]
    biases: list[list[str | None]]
    inputs: list[str]
    targets: list[str]
    owner: str = ""
    """The class whose method it is."""
    before: list[ast.stmt] = field(default_factory=list)
    """What it binds to constants before."""


def wirings(tree: ast.Module) -> Iterator[Wiring]:
    """Every round of a tree that steps numbers which make up a whole network."""
    for owner, block, before in _blocks(tree):
        if (found := _wired(block, owner, before)) is not None:
            yield found


def _blocks(tree: ast.Module) -> Iterator[tuple[str, list[ast.stmt], list[ast.stmt]]]:
    """The bodies of innermost loops and of functions, with what stands before them in their function."""
    owners = {id(part): one.name for one in tree.body if isinstance(one, ast.ClassDef) for part in one.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            loops = [one for one in ast.walk(node) if isinstance(one, ast.For | ast.While)]
            for block in [*(one.body for one in loops), node.body]:
                yield owners.get(id(node), ""), block, _plain(node.body)
    loops = [one for part in tree.body for one in ast.walk(part) if isinstance(one, ast.For | ast.While)]
    for one in loops:
        yield "", one.body, []


def _plain(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [one for one in body if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)]


def _wired(block: list[ast.stmt], owner: str, before: list[ast.stmt]) -> Wiring | None:
    flat = list(_assignments(block))
    stepped = {told for told, value in flat if _steps(told, value)}
    if len(stepped) < LEAST:
        return None
    neurons = list(_neurons(flat, stepped))
    layers = _layers(neurons)
    made = dict(reversed(flat))
    ordered = layers and _ordered(layers, made)
    if not ordered:
        return None
    inputs = sorted(layers[0][0].inputs, key=_numbered)
    targets = [
        _target(one, flat, made, {name for one in neurons for name in one.inputs} | stepped) for one in layers[-1]
    ]
    if not all(targets):
        return None
    weights = [[[one.weights[one.inputs.index(name)] for name in names] for one in layer] for layer, names in ordered]
    return Wiring(
        block, weights, [[one.bias for one in layer] for layer in layers], inputs, [one for one in targets if one],
        owner, before,
    )  # fmt: skip


def _assignments(block: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Every name that is bound with the expression that it gets, those of tuples one by one."""
    for node in block:
        if isinstance(node, ast.AugAssign):
            yield ast.unparse(node.target), ast.BinOp(node.target, node.op, node.value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    yield from zip(map(ast.unparse, target.elts), node.value.elts, strict=False)
                else:
                    yield ast.unparse(target), node.value
        elif isinstance(node, ast.If):
            yield from _assignments(node.body)


def _steps(told: str, value: ast.expr) -> bool:
    """Whether a number is moved by something."""
    moved = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub)
    return moved and ast.unparse(value.left) == told and _is_name(value.left)  # type: ignore[attr-defined]


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))


def _neurons(flat: Sequence[tuple[str, ast.expr]], stepped: set[str]) -> Iterator[Neuron]:
    """The first sum in which each weight stands."""
    taken: set[str] = set()
    for told, value in flat:
        for node in ast.walk(value):
            if _steps(told, value) or not isinstance(node, ast.expr):
                continue
            found = _neuron(told, node, stepped)
            if found is not None and not taken & {*found.weights, found.bias}:
                taken |= {*found.weights} | ({found.bias} if found.bias else set())
                yield found


def _neuron(told: str, node: ast.expr, stepped: set[str]) -> Neuron | None:
    """A sum of products with weights, and at the most one bias."""
    terms, pairs, biases = list(_terms(node)), [], []
    for term in terms:
        factors = [part for part in _factors(term) if ast.unparse(part) != "1"]
        held = [ast.unparse(part) for part in factors if ast.unparse(part) in stepped]
        others = [ast.unparse(part) for part in factors if ast.unparse(part) not in stepped]
        if len(held) != 1 or len(others) > 1:
            return None
        if others:
            pairs.append((held[0], others[0]))
        else:
            biases.append(held[0])
    if len(terms) < 2 or not pairs or len(biases) > 1 or len({name for _, name in pairs}) < len(pairs):
        return None
    weights, inputs = zip(*pairs, strict=True)
    return Neuron(told, weights, inputs, biases[0] if biases else None)


def _terms(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from (*_terms(node.left), *_terms(node.right))
    else:
        yield node


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from (*_factors(node.left), *_factors(node.right))
    else:
        yield node


def _layers(neurons: Sequence[Neuron]) -> list[list[Neuron]]:
    """The neurons with the same inputs, in the order in which they are computed; none where a width does not fit."""
    layers: list[list[Neuron]] = []
    for one in neurons:
        if layers and set(layers[-1][0].inputs) == set(one.inputs):
            layers[-1].append(one)
        else:
            layers.append([one])
    fits = all(len(above[0].inputs) == len(below) for below, above in pairwise(layers))
    biased = {one.bias is None for one in neurons}
    return layers if fits and len(layers) > 1 and len(biased) == 1 else []


def _ordered(layers: list[list[Neuron]], made: dict[str, ast.expr]) -> list[tuple[list[Neuron], list[str]]] | None:
    """Each layer with its inputs in the order of the neurons below; None where one comes not of just one of them."""
    found = [(layers[0], sorted(layers[0][0].inputs, key=_numbered))]
    for below, layer in pairwise(layers):
        place = {one.target: n for n, one in enumerate(below)}
        origins = {name: _origins(name, set(place), made) for name in layer[0].inputs}
        if any(len(one) != 1 for one in origins.values()):
            return None
        names = sorted(origins, key=lambda name: place[next(iter(origins[name]))])
        if len({next(iter(one)) for one in origins.values()}) != len(below):
            return None
        found.append((layer, names))
    return found


def _origins(name: str, targets: set[str], made: dict[str, ast.expr], deep: int = 4) -> set[str]:
    """The sums that a name is computed of."""
    if name in targets:
        return {name}
    if deep == 0 or name not in made:
        return set()
    told = [ast.unparse(part) for part in ast.walk(made[name]) if isinstance(part, ast.expr) and _is_name(part)]
    return set().union(*(_origins(one, targets, made, deep - 1) for one in told if one != name))


def _numbered(name: str) -> tuple[str, int]:
    digits = re.findall(r"\d+", name)
    return re.sub(r"\d+", "", name), int(digits[-1]) if digits else 0


def _target(
    one: Neuron, flat: Sequence[tuple[str, ast.expr]], made: dict[str, ast.expr], known: set[str]
) -> str | None:
    """What an output is compared with: the other side of a difference, which nothing here computes."""
    for _, value in flat:
        for node in ast.walk(value):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
                sides = (ast.unparse(node.left), ast.unparse(node.right))
                for own, other in (sides, sides[::-1]):
                    free = other not in made and other not in known and re.fullmatch(r"[A-Za-z_]\w*(\[\d+\])?", other)
                    if free and _origins(own, {one.target}, made):
                        return other
    return None
