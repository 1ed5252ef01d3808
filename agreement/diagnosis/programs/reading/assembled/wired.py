"""One round of a program whose weights are numbers with names of their own, which stand in arrays, a layer each."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...loading.program import Program
from ..arguments import Unbindable, Values
from ..kinds import kinds_of
from ..step import written_rate
from ..wiring import Wiring, wirings

WEIGHTS, BIASES = "weights of layer {}", "biases of layer {}"


def of_program(program: Program) -> list[Wiring]:
    """Every network of single numbers in a program's own file."""
    known: list[Wiring] | None = program.__dict__.get("_wirings")
    if known is None:
        known = program.__dict__["_wirings"] = list(wirings(program.source.tree))
    return known


def network(program: Program, values: Values, place: int) -> dict[str, Any]:
    """Its weights and biases as arrays, a layer each."""
    wiring = of_program(program)[place]
    made: dict[str, Any] = {}
    for l, (weights, biases) in enumerate(zip(wiring.weights, wiring.biases, strict=True), start=1):
        made[WEIGHTS.format(l)] = np.zeros(np.shape(weights))
        if None not in biases:
            made[BIASES.format(l)] = np.zeros(len(biases))
    return made


def one_round(program: Program, values: Values, place: int) -> dict[str, Any] | None:
    """Give every number its value, run the round on one example, and return what it takes off them at a rate of 1;
    where the rate is written into the steps, take the numbers back.
    """
    wiring, numbers, made = of_program(program)[place], values.numbers, values.made
    if numbers.examples != 1 or values.form.examples != "flat" or values.form.lists:
        raise Unbindable("one example a call")
    names = dict(_names(wiring))
    namespace = program.namespace
    before = dict(namespace)
    try:
        holder = _object(program, wiring)
        namespace["self"] = holder
        _execute(program, wiring.before)
        namespace.update(dict.fromkeys(_counters(program), 0))
        _bind(namespace, wiring.inputs, numbers.x[:, 0])
        _bind(namespace, wiring.targets, numbers.y[:, 0])
        rates = [name for name in _free(wiring) if _is_rate(name)]
        namespace.update(dict.fromkeys(rates, values.rate))
        for name, (key, index) in names.items():
            _put(namespace, name, float(made[key][index]))
        _execute(program, [_once(wiring.body)])
        moved = {key: np.zeros_like(array) for key, array in made.items()}
        for name, (key, index) in names.items():
            moved[key][index] = made[key][index] - float(_get(namespace, name))
        if rates:
            return {key: array / values.rate for key, array in moved.items()}
        rate = written_rate(program.trees, [("", name.rpartition(".")[2]) for name in names])
        for key, array in made.items():
            array -= moved[key] / rate
        return None
    finally:
        namespace.clear()
        for name, value in before.items():
            dict.__setitem__(namespace, name, value)


def _names(wiring: Wiring) -> Iterator[tuple[str, tuple[str, Any]]]:
    """Every number by its name, with the array in which it stands, and where."""
    for l, (weights, biases) in enumerate(zip(wiring.weights, wiring.biases, strict=True), start=1):
        yield from ((name, (WEIGHTS.format(l), (j, k))) for j, row in enumerate(weights) for k, name in enumerate(row))
        yield from ((name, (BIASES.format(l), j)) for j, name in enumerate(biases) if name is not None)


def _object(program: Program, wiring: Wiring) -> Any:
    """An object of the class whose method it is."""
    return program.namespace[wiring.owner]() if wiring.owner else None


def _execute(program: Program, body: Sequence[ast.stmt]) -> None:
    module = ast.fix_missing_locations(ast.Module(list(body), []))
    exec(compile(module, str(program.source.path), "exec"), program.namespace)


def _once(body: Sequence[ast.stmt]) -> ast.stmt:
    """A loop of one round, without what is said of globals, up to what is given back."""
    kept: list[ast.stmt] = []
    for one in body:
        if isinstance(one, ast.Return):
            break
        if not isinstance(one, ast.Global | ast.Nonlocal) and not _binds_rate(one):
            kept.append(copy.deepcopy(one))
    loop = ast.For(ast.Name("_round", ast.Store()), ast.Tuple([ast.Constant(0)], ast.Load()), kept, [])
    return ast.copy_location(loop, body[0])


def _is_rate(name: str) -> bool:
    return kinds_of(name)[:1] == [("rate", 0)]


def _binds_rate(one: ast.stmt) -> bool:
    """Whether a statement says what the learning rate is."""
    return isinstance(one, ast.Assign) and all(_is_rate(ast.unparse(target)) for target in one.targets)


def _free(wiring: Wiring) -> set[str]:
    return {node.id for one in wiring.body for node in ast.walk(one) if isinstance(node, ast.Name)}


def _counters(program: Program) -> set[str]:
    """The names that loops count by."""
    loops = [node for node in ast.walk(program.source.tree) if isinstance(node, ast.For)]
    counted = [one for one in loops if ast.unparse(one.iter).startswith(("range(", "enumerate(", "tqdm("))]
    return {part.id for one in counted for part in ast.walk(one.target) if isinstance(part, ast.Name)}


def _bind(namespace: Any, texts: Sequence[str], data: Any) -> None:
    """Give our data to names, or to the array of which they are the entries."""
    for text, number in zip(texts, data, strict=True):
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Name):
            namespace[text] = float(number)
        elif not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and _place(node) is not None):
            raise Unbindable(text)
    entries = [ast.parse(text, mode="eval").body for text in texts if "[" in text]
    if entries and ({_place(one) for one in entries} != set(range(len(data))) or len(entries) != len(data)):
        raise Unbindable(texts[0])
    for one in entries:
        namespace[ast.unparse(one.value)] = np.array(data)  # type: ignore[attr-defined]


def _place(node: Any) -> int | None:
    return node.slice.value if isinstance(node.slice, ast.Constant) and type(node.slice.value) is int else None


def _put(namespace: Any, name: str, value: float) -> None:
    holder, _, last = name.rpartition(".")
    if holder:
        setattr(namespace[holder], last, value)
    else:
        namespace[name] = value


def _get(namespace: Any, name: str) -> Any:
    holder, _, last = name.rpartition(".")
    return getattr(namespace[holder], last) if holder else namespace[name]
