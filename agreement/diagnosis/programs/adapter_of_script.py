"""The adapter to paste of statements that stand in no function: one round of the program's own loop."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence

from .loading.program import Program
from .reading.kinds import kinds_of

PRODUCT = re.compile(r"@|dot\(|matmul\(")
LONGEST = 40
"""Lines of a loop that are worth pasting."""
SHOWN = re.compile(r"^(print|plt|tqdm|time|sys)\b|\.(append|set_description|plot|show)\(")
COUNTED = re.compile(r"err|loss|cost|epoch|count|iter|^[ijkntm]$", re.I)
BIAS = re.compile(r"^b(_|\d|$)|bias|sesgo|biais", re.I)
DATA = {"x": "x.T", "y": "y.T", "m": "x.shape[1]", "rate": "1.0", "epochs": "1"}


def body_of(program: Program) -> tuple[list[str], list[str]]:
    """The names to import, and the lines of the function; nothing where no loop updates weights."""
    found = [(loop, _updated(loop)) for loop in _loops(program)]
    fitting = [(loop, names) for loop, names in found if names and PRODUCT.search(ast.unparse(loop))]
    if not fitting:
        return [], []
    loop, updated = min(fitting, key=lambda one: (-len(one[1]), len(ast.unparse(one[0]))))
    lines = [line for one in loop.body if not _shows(one) for line in ast.unparse(one).splitlines()]
    free = [name for name in _free(loop) if name not in updated]
    imported = [name for name in free if _imported(program, name)]
    given = [name for name in free if name not in imported]
    return imported, [
        *(f"{name} = {_value(name)}" for name in given),
        *_set(updated),
        *(lines if len(lines) <= LONGEST else ["...  # one round of its loop"]),
        *_given_back(updated),
    ]


def _loops(program: Program) -> Iterator[ast.For | ast.While]:
    for node in ast.walk(program.source.tree):
        if isinstance(node, ast.For | ast.While):
            yield node


def _updated(loop: ast.For | ast.While) -> list[str]:
    """What a round takes from the one before, but what it counts or adds up: the weights."""
    over = {id(n) for n in ast.walk(loop.target)} if isinstance(loop, ast.For) else set()
    names = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    bound = {n.id for n in names if id(n) not in over} - {n.id for n in names if id(n) in over}
    return [name for name in _free(loop) if name in bound and not COUNTED.search(name)]


def _read(node: ast.AST) -> Iterator[str]:
    """The names that are read, in the order of the source."""
    for part in ast.iter_child_nodes(node):
        yield from _read(part)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id


def _free(loop: ast.For | ast.While) -> list[str]:
    """The names that one round reads before it binds them, but what is built in."""
    bound: set[str] = set(vars(builtins))
    found: dict[str, None] = {}
    for statement in loop.body:
        if not _shows(statement):
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                found |= dict.fromkeys([statement.target.id] if statement.target.id not in bound else [])
            inner = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            looped = inner if isinstance(statement, ast.For | ast.While | ast.With) else set()
            found |= dict.fromkeys(name for name in _read(statement) if name not in bound | looped)
            bound |= inner
    return list(found)


def _shows(statement: ast.stmt) -> bool:
    """A statement that prints or draws, or notes something for that."""
    text = ast.unparse(statement)
    if isinstance(statement, ast.If) and not statement.orelse and all(map(_shows, statement.body)):
        return True
    return isinstance(statement, ast.Expr | ast.If) and bool(SHOWN.search(text)) and not PRODUCT.search(text)


def _imported(program: Program, name: str) -> bool:
    """Whether the program holds a function or a module of that name: no data."""
    value = program.namespace.get(name) if name in program.namespace else None
    return callable(value) or type(value).__name__ == "module" or type(value).__name__.endswith("Module")


def _value(name: str) -> str:
    return next((DATA[kind] for kind, _ in kinds_of(name) if kind in DATA), "...")


def _parts(updated: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of weights, and of biases: these do not stand alone."""
    biases = [name for name in updated if BIAS.search(name)]
    biases = biases if len(biases) < len(updated) else []
    return [name for name in updated if name not in biases], biases


def _targets(names: Sequence[str]) -> str:
    return ", ".join(names) + "," * (len(names) == 1)


def _set(updated: Sequence[str]) -> Iterator[str]:
    weights, biases = _parts(updated)
    yield f"{_targets(weights)} = [w.T.copy() for w in weights]  # .T where W is (n_{{l-1}}, n_l)"
    if biases:
        yield f"{_targets(biases)} = [b[None].copy() for b in biases]  # in their shape"


def _given_back(updated: Sequence[str]) -> Iterator[str]:
    weights, biases = _parts(updated)
    yield f"nabla_w = [w - v.T for w, v in zip(weights, [{', '.join(weights)}])]  # the step, or its gradients"
    if biases:
        yield f"nabla_b = [b - v.ravel() for b, v in zip(biases, [{', '.join(biases)}])]"
    yield f"return nabla_w, {'nabla_b' if biases else '[0 * b for b in biases]'}"
