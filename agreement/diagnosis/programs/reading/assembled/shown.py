"""How a program's own examples build a network: the statements that lead to it, in its file and those that use it."""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ...loading.namespace import Namespace, bound, is_main
from ...loading.program import Program
from ...loading.users import users
from ..callers import literals
from ..kinds import kinds_of

FILES, MOST = 4, 6
"""Files that are looked into, and networks that are taken from them."""
STOPS = re.compile(
    r"^_*(train\w*|fit\w*|learn|sgd|gradient\w*|forward\w*|feed\w*|back\w*|predict\w*|propagat\w*|run|test\w*|eval\w*"
    r"|score|step|minimi[sz]e|optimi[sz]e|update\w*|__call__|save\w*|accuracy|loss|cost)$",
    re.I,
)
"""Methods that are called on a network when it is there."""
SILENT = re.compile(r"^(print\w*|summary|plot\w*|show\w*|info|draw\w*|load\w*|describe|visuali[sz]e\w*|log\w*)$", re.I)
"""Methods of a network that build nothing."""
WHOLE, BACKWARD = re.compile(r"train|fit|learn|sgd", re.I), re.compile(r"_*(back|bprop|grad)", re.I)
DATA = ("x", "y", "pairs")
DEEPEST = 2
"""Functions within functions that are opened."""


@dataclass(frozen=True)
class ShownNetwork:
    """Statements that leave a network of a class in a variable, the names they run among, and what is called on it."""

    name: str
    cls: type
    home: Namespace
    file: str
    statements: tuple[ast.stmt, ...]
    assembled: bool
    """It is handed objects or lists of them."""
    extended: bool
    """Further calls build on it."""
    calls: tuple[str, ...] = ()


def shown(program: Program) -> list[ShownNetwork]:
    """The networks that a program's own file, then the files that use it, build of its classes; the first of each."""
    if "_shown" not in program.__dict__:
        program.__dict__["_shown"] = []
        program.__dict__["_shown"] = list(islice(_distinct(program), MOST))
    found: list[ShownNetwork] = program.__dict__["_shown"]
    return found


def _distinct(program: Program) -> Iterator[ShownNetwork]:
    seen: set[tuple[type, str]] = set()
    for one in _every(program):
        key = (one.cls, ";".join(map(ast.unparse, one.statements)))
        if key not in seen:
            seen.add(key)
            yield one


def _every(program: Program) -> Iterator[ShownNetwork]:
    classes = [value for _, value in program.definitions() if inspect.isclass(value)]
    yield from _in_tree(program, program.source.tree, program.namespace, str(program.source.path), classes)
    for file in islice(users(program.source.path, [cls.__name__ for cls in classes]), FILES) if classes else ():
        if (found := program.also(file)) is not None:
            yield from _in_tree(program, *found, file.name, classes)


def _in_tree(
    program: Program, tree: ast.Module, home: Namespace, file: str, classes: list[type]
) -> Iterator[ShownNetwork]:
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    for body in _scopes(program, tree):
        flat = list(_flat(body, functions))
        made = [(n, *one) for n, statement in enumerate(flat) if (one := _made(statement)) is not None]
        found = [(n, name, cls) for n, name, call in made if (cls := _class_of(call, home)) is not None]
        networks = [_sliced(flat, n, name, cls, home, file) for n, name, cls in found if cls in classes]
        layers = _layers(networks)
        program.__dict__.setdefault("_layers", set()).update(layers)
        yield from (one for one in networks if one.cls.__name__ not in layers)


def several(program: Program) -> set[str]:
    """The classes of which a scope of the program's own file sends several objects back: layers, of no network."""
    found: set[str] | None = program.__dict__.get("_layers")
    if found is None:
        found = program.__dict__["_layers"] = set()
        classes = [value for _, value in program.definitions() if inspect.isclass(value)]
        list(_in_tree(program, program.source.tree, program.namespace, "", classes))
    return found


def _layers(networks: Sequence[ShownNetwork]) -> set[str]:
    """The classes of which several objects go back beside one another, and none is trained by itself."""
    back, whole = dict[str, set[str]](), set[str]()
    for one in networks:
        if any(map(BACKWARD.match, one.calls)):
            back.setdefault(one.cls.__name__, set()).add(one.name)
        whole |= {one.cls.__name__} if any(map(WHOLE.match, one.calls)) else set()
    return {name for name, variables in back.items() if len(variables) > 1} - whole


def _scopes(program: Program, tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The statements of a file, then those of each of its functions after what its parameters are given."""
    main = [inner for one in tree.body if is_main(one) for inner in one.body]  # type: ignore[attr-defined]
    yield [one for one in tree.body if not is_main(one)] + main
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            yield [*_given(program, one), *one.body]


def _given(program: Program, function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The defaults of a function's parameters, or the constants that it is called with, as assignments."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    named = zip(parameters[::-1], function.args.defaults[::-1], strict=False)
    keyed = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    for name, value in literals(program.trees, function.name, [one.arg for one in parameters]).items():
        with contextlib.suppress(SyntaxError):
            yield _assigned(name, ast.parse(repr(value), mode="eval").body)
    for parameter, value in [*named, *keyed]:
        if value is not None:
            yield _assigned(parameter.arg, value)


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.fix_missing_locations(ast.Assign([ast.Name(name, ast.Store())], value, lineno=1))


def _flat(body: Sequence[ast.stmt], functions: Mapping[str, ast.FunctionDef], deep: int = 0) -> Iterator[ast.stmt]:
    """Statements one after another, blocks and calls of functions opened that give nothing back; of a loop in which
    something is made, the first round.
    """
    for statement in body:
        if isinstance(statement, ast.If | ast.With | ast.Try):
            yield from _flat(statement.body, functions, deep)
        elif deep < DEEPEST and (inner := _opened(statement, functions)):
            yield from _flat(inner, functions, deep + 1)
        elif isinstance(statement, ast.For) and any(map(_made, ast.walk(statement))) and not _adds(statement):
            yield _first_of(statement)
            yield from _flat(statement.body, functions, deep)
        elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Return):
            yield statement


def _first_of(loop: ast.For) -> ast.stmt:
    """What a loop's variable is in its first round, as an assignment."""
    first = ast.parse(f"next(iter({ast.unparse(loop.iter)}))", mode="eval").body
    return ast.fix_missing_locations(ast.copy_location(ast.Assign([loop.target], first), loop))


def _opened(statement: ast.stmt, functions: Mapping[str, ast.FunctionDef]) -> list[ast.stmt]:
    """What a function does that is called with variables for what it does to them, with their names in it."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
        return []
    function = functions.get(call.func.id)
    if function is None or not call.args or not all(isinstance(one, ast.Name | ast.Constant) for one in call.args):
        return []
    names = [one.arg for one in function.args.args]
    given = dict(zip(names, call.args, strict=False))
    renamed = {name: one.id for name, one in given.items() if isinstance(one, ast.Name)}
    body = [_Renamed(renamed).visit(copy.deepcopy(one)) for one in function.body]
    constants = [_assigned(name, one) for name, one in given.items() if isinstance(one, ast.Constant)]
    return [*constants, *body] if len(given) == len(names) else []


class _Renamed(ast.NodeTransformer):
    """Puts the names of a caller in the place of a function's own."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def _adds(loop: ast.For) -> bool:
    """Whether a loop only adds what it makes: nothing in it is trained."""
    calls = [node for node in ast.walk(loop) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return not any(STOPS.match(call.func.attr) for call in calls)  # type: ignore[attr-defined]


def _made(statement: ast.AST) -> tuple[str, ast.Call] | None:
    """The name and the call of an assignment that may make an object."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not isinstance(statement.value, ast.Call):
        return None
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    called = statement.value.func
    last = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return (target.id, statement.value) if isinstance(target, ast.Name) and last else None


def _class_of(call: ast.Call, home: Namespace) -> type | None:
    if _root(call.func) not in home:  # what would have to be run first is no class
        return None
    with contextlib.suppress(Exception, SystemExit):
        found = eval(compile(ast.Expression(call.func), "<class>", "eval"), home)
        return found if inspect.isclass(found) else None
    return None


def _sliced(flat: list[ast.stmt], at: int, name: str, cls: type, home: Namespace, file: str) -> ShownNetwork:
    """What leads to a network, and what is called on it until it is used."""
    after, calls = _built_on(flat[at + 1 :], name)
    kept = {at, *(at + 1 + n for n in after)}
    wanted = _loaded(flat[at]) | set[str]().union(*(_loaded(flat[n]) - {name} for n in kept - {at}))
    for n in reversed(range(max(kept))):
        binds = set(_stored(flat[n])) & wanted
        if n not in kept and binds and not _of_data(binds, flat[n], home) and not _uses(flat[n]):
            kept.add(n)
            wanted |= _loaded(flat[n])
    statements = tuple(flat[n] for n in sorted(kept))
    made = [node for one in statements for node in ast.walk(one) if isinstance(node, ast.Call | ast.Dict)]
    return ShownNetwork(name, cls, home, file, statements, len(made) > 1 + bool(after), bool(after), tuple(calls))


def _built_on(following: Sequence[ast.stmt], name: str) -> tuple[list[int], list[str]]:
    """Which of the statements that follow build on a network until it is used; the methods that are called then."""
    kept, calls, end = [], dict[str, None](), False
    for n, statement in enumerate(following):
        if name in set(_stored(statement)) and _made(statement):
            break
        methods = list(_methods(statement, name))
        end = end or any(map(STOPS.match, methods)) or _has_data(statement, name)
        calls |= dict.fromkeys(method for method in methods if end and not SILENT.match(method))
        if not end and (_sets(statement, name) or not all(map(SILENT.match, methods))):
            kept.append(n)
    return kept, list(calls)


def _uses(statement: ast.stmt) -> bool:
    """Whether a statement trains something or asks it for an answer."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and bool(STOPS.match(call.func.attr))


def _methods(statement: ast.stmt, name: str) -> Iterator[str]:
    """The methods of a variable that a statement calls."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func) == name:
            yield node.func.attr


def _has_data(statement: ast.stmt, name: str) -> bool:
    """Whether a statement that calls something of a variable hands it data."""
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call) and _root(node.func) == name]
    handed = {one.id for call in calls for one in call.args if isinstance(one, ast.Name)} - {name}
    return any(kind in DATA for one in handed for kind, _ in kinds_of(one)[:1])


def _sets(statement: ast.stmt, name: str) -> bool:
    """Whether a statement sets a part of a variable."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(one, ast.Attribute | ast.Subscript) and _root(one) == name for one in targets)


def _of_data(names: set[str], statement: ast.stmt, home: Namespace) -> bool:
    """Whether a statement binds data alone, and makes no object of the program."""
    makes = (made := _made(statement)) is not None and _class_of(made[1], home) is not None
    return not makes and all(kinds_of(name)[:1] and kinds_of(name)[0][0] in DATA for name in names)


def _stored(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds or builds on."""
    yield from bound(statement)
    for node in ast.walk(statement):
        called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
        if isinstance(called, ast.Attribute):
            yield from filter(None, [_root(called)])


def _loaded(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
