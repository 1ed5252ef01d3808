"""Where an object keeps W and b, as its class's statements say, and how it is built: for the adapter to paste."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from .loading.program import Program
from .reading.chain import GRADIENT_LIKE

WEIGHT = re.compile(r"^_*w_?(\d+|[hoi]\w*)?$|weight|theta|^_*syn|peso|poids|gewicht|bobot|kernel", re.I)
BIAS = re.compile(r"^_*b_?(\d+|[hoi]\w*)?$|bias|sesgo|biais", re.I)
TURNED = ".T where W is (n_{l-1}, n_l)"
KEYED = {"w": re.compile(r"(w|weights?|theta)_?$", re.I), "b": re.compile(r"(b|bias(es)?)_?$", re.I)}
"""How the keys of gradients end, but for the number of their layer."""


def set_lines(program: Program, name: str) -> Iterator[str]:
    """Lines that put W and b into the attributes that the class assigns them to."""
    weights, biases = _parameters(program, name)
    nowhere = "" if weights[0] in _assigned(program, name) else "what holds W; "
    yield f"{_targets(weights)} = [w.copy() for w in weights]  # {nowhere}{TURNED}"
    if biases:
        yield f"{_targets(biases)} = [b[:, None].copy() for b in biases]  # in its own shape"


def return_lines(lines: Sequence[str]) -> Iterator[str]:
    """What a step of rate 1 took off what the lines have set."""
    places = [line.partition(" = ")[0] for line in lines]
    weights = [place for place, line in zip(places, lines, strict=True) if "weights" in line.partition(" = ")[2]]
    biases = [place for place in places if place not in weights]
    if not weights:
        yield "return [...], [...]  # what holds ∂C/∂W and ∂C/∂b"
        return
    yield f"nabla_w = [w - v for w, v in zip(weights, {_listed(weights)})]  # the step, or its gradients"
    if biases:
        yield f"nabla_b = [b - v.ravel() for b, v in zip(biases, {_listed(biases)})]"
    yield f"return nabla_w, {'nabla_b' if biases else '[0 * b for b in biases]'}"


def _listed(places: Sequence[str]) -> str:
    """Names that lists were put into, as one list."""
    if len(places) == 1 and "," not in places[0]:
        return places[0]
    return f"[{', '.join(places)}]"


def keyed_line(program: Program, function: str, lines: Sequence[str] = ()) -> str | None:
    """The gradients in a dictionary that a function gives, by the keys that it writes; None where it writes none.

    They stand turned where the lines that set W turn it.
    """
    stems = list(dict.fromkeys(_stems(program, function)))
    found = {kind: [stem for stem in stems if pattern.search(stem)] for kind, pattern in KEYED.items()}
    w, b = (min(found[kind], key=lambda stem: not GRADIENT_LIKE.search(stem), default=None) for kind in ("w", "b"))
    if w is None:
        return None
    layers = "for l in range(1, len(weights) + 1)]"
    biases = f'[grads[f"{b}{{l}}"].ravel() {layers}' if b else "[0 * b for b in biases]"
    turned = ".T" if any(".T.copy()" in line for line in lines) else ""
    told = "" if turned or any("weights[0].copy()" in line for line in lines) else f"  # {TURNED}"
    return f'return [grads[f"{w}{{l}}"]{turned} {layers}, {biases}{told}'


def _stems(program: Program, function: str) -> Iterator[str]:
    """The keys under which a function puts something into a dictionary, without their numbers."""
    trees = (node for tree in program.trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    for node in (part for tree in trees if tree.name == function for part in ast.walk(tree)):
        keys = node.keys if isinstance(node, ast.Dict) else []
        keys = [node.slice] if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) else keys
        for key in keys:
            text = key.left if isinstance(key, ast.BinOp) else key.values[0] if isinstance(key, ast.JoinedStr) else key
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                stem = re.sub(r"\d+$", "", text.value)
                yield from [stem] if stem != text.value or text is not key else []


BUILDS = re.compile(r"add|append|push|use|compile|set_|init|build|finali[sz]e|register", re.I)
LONGEST = 12
"""Statements of building a network that are worth pasting."""


def build_lines(program: Program, name: str) -> list[str]:
    """How a file of the program builds an object of the class by calls: nothing where none does, or by one alone."""
    for tree in program.trees:
        for node in ast.walk(tree):
            found = _built(getattr(node, "body", []), name)
            if len(found) > 1:
                return ["# as it builds one: put len(x) and len(b) for its sizes", *found[:LONGEST]]
    return []


def _built(body: object, name: str) -> list[str]:
    """The statements of a block that make an object of a class and call what builds it further."""
    found: list[str] = []
    made = ""
    for statement in body if isinstance(body, list) else []:
        value = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
        if not isinstance(value, ast.Call):
            continue
        if isinstance(statement, ast.Assign) and ast.unparse(value.func) == name and not made:
            made = ast.unparse(statement.targets[0])
            found.append(f"net = {ast.unparse(value)}")
        elif _builds(value, made):
            found.append(f"net{ast.unparse(value).removeprefix(made)}")
    return found


def _builds(call: ast.Call, made: str) -> bool:
    """Whether a call is of a method of what was made that builds it further."""
    of = call.func
    return isinstance(of, ast.Attribute) and bool(BUILDS.search(of.attr)) and ast.unparse(of.value) == made


def _targets(names: Sequence[str]) -> str:
    return ", ".join(f"net.{name}" for name in names)


def _parameters(program: Program, name: str) -> tuple[list[str], list[str]]:
    """The attributes of a class, and of those it derives from, that are called as weights and as biases."""
    assigned = [one for one in dict.fromkeys(_assigned(program, name)) if not GRADIENT_LIKE.search(one)]
    biases = [one for one in assigned if BIAS.search(one) and not WEIGHT.search(one)]
    weights = [one for one in assigned if WEIGHT.search(one)]
    return weights or ["W1", "W2"], biases if weights else ["b1", "b2"]


def _assigned(program: Program, name: str) -> Iterator[str]:
    """The attributes of self that a class's methods assign, itself or an item of it, in the order of the source."""
    classes = {node.name: node for tree in program.trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    if (cls := classes.get(name)) is None:
        return
    for base in cls.bases:
        if isinstance(base, ast.Name) and base.id in classes and base.id != name:
            yield from _assigned(program, base.id)
    stored = [node for node in ast.walk(cls) if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)]
    for node in sorted(stored, key=lambda one: one.lineno):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                while isinstance(part, ast.Subscript):
                    part = part.value
                if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "self":
                    yield part.attr
