"""Where the file of a module is: beside the program, above it, or where the program's own lines on sys.path lead."""

from __future__ import annotations

import ast
import contextlib
import keyword
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ABOVE = 3
"""How many folders above a program's own its modules are looked for in."""
MARKS = (".git", "setup.py", "pyproject.toml", "requirements.txt", "README*", "readme*", "LICENSE*", "environment.yml")
"""What lies in the folder of a whole project."""
SOURCES = (".py", ".ipynb")
PATHS = re.compile(r"^(os\.(path\.\w+|getcwd)|(pathlib\.)?Path|str|dirname|abspath|join|realpath)$")
PARTS = re.compile(r"\.(resolve|absolute|joinpath|as_posix|with_name)$")
MOST = 300
"""Folders beside one another that are looked into."""


def folders(folder: Path) -> list[Path]:
    """A program's folder and those above it that are of the same project."""
    found = [folder]
    for above in list(folder.parents)[:ABOVE]:
        here = found[-1]
        if (here / ".git").exists() or not ((here / "__init__.py").is_file() or _marked(above) or _holds_source(above)):
            break
        found.append(above)
    return found


def _marked(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(next(folder.glob(mark), None) is not None for mark in MARKS)
    return False


def _holds_source(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(path.suffix in SOURCES for path in folder.iterdir())
    return False


def within(folder: Path) -> list[Path]:
    """The folders that stand in a folder, but the hidden ones."""
    with contextlib.suppress(OSError):
        return [path for path in sorted(folder.iterdir())[:MOST] if path.is_dir() and path.name[:1] not in "._"]
    return []


def module_name(path: Path) -> str:
    """What a file is imported as, also a notebook, or one whose own name is no identifier."""
    name = re.sub(r"\W", "_", path.stem)
    return f"_{name}" if name[:1].isdigit() or keyword.iskeyword(name) else name


def file_of(name: str, folder: Path, added: Sequence[Path] = (), relative: bool = False) -> Path | None:
    """The file of a module: for a relative name in this folder, else there, above it, or in folders that were added."""
    places = [folder] if relative else [folder, *list(folder.parents)[:ABOVE], *added]
    return next(filter(None, (find(place, name) for find in (_in, _in_any_case) for place in places)), None)


def file_near(name: str, folder: Path) -> Path | None:
    """The only file of a module in a folder that stands in one of the project's; None where there are several."""
    for place in folders(folder):
        found = [file for one in within(place) if (file := _in(one, name)) is not None]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _in(place: Path, name: str) -> Path | None:
    stem = place.joinpath(*name.split("."))
    return next((f for f in (stem.with_name(stem.name + ".py"), stem / "__init__.py") if f.is_file()), None)


def _in_any_case(place: Path, name: str) -> Path | None:
    """The same on a disk that does not tell capital letters, as its author's may have been."""
    for part in name.split(".")[:-1]:
        place = next((one for one in within(place) if one.name.lower() == part.lower()), place / part)
    last = name.rpartition(".")[2].lower()
    with contextlib.suppress(OSError):
        names = {one.name.lower(): one for one in place.iterdir()}
        file, package = names.get(f"{last}.py"), names.get(last)
        return file or (package / "__init__.py" if package and (package / "__init__.py").is_file() else None)
    return None


def package_of(name: str, folder: Path, added: Sequence[Path] = ()) -> Path | None:
    """The folder of a package without an `__init__.py` that holds modules."""
    for place in (folder, *list(folder.parents)[:ABOVE], *added):
        found = place.joinpath(*name.split("."))
        if found.is_dir() and next(found.glob("*.py"), None) is not None:
            return found
    return None


def called_so(name: str, folder: Path) -> Path | None:
    """The notebook, or the file with a name that Python cannot import, that is meant by a name."""
    beside = (path for path in sorted(folder.glob("*")) if path.suffix in SOURCES)
    return next((path for path in beside if module_name(path) == name and path.is_file()), None)


def added(tree: ast.Module, file: Path) -> list[Path]:
    """The folders that a program adds to sys.path, as far as they can be computed and stand in its project or above."""
    names = _names(file)
    found: list[Path] = []
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign) and _is_path(statement.value, names):
            with contextlib.suppress(Exception):
                exec(compile(ast.Module([statement], []), str(file), "exec"), names)
        for told in _told(statement):
            if _is_path(told, names):
                with contextlib.suppress(Exception):
                    found += _there(eval(compile(ast.Expression(told), str(file), "eval"), names), file.parent)
    return list(dict.fromkeys(found))


def _told(node: ast.AST) -> Iterator[ast.expr]:
    """What a call or an assignment adds to sys.path."""
    if isinstance(node, ast.Call) and re.match(r"sys\.path\.(append|insert|extend)$", ast.unparse(node.func)):
        for argument in node.args[-1:]:
            yield from argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
    elif isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "sys.path":
        yield from node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []


def _is_path(value: ast.expr, names: dict[str, Any]) -> bool:
    """Whether an expression is made of texts and of what computes paths."""
    nodes = list(ast.walk(value))
    calls = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    loaded = {node.id for node in nodes if isinstance(node, ast.Name)}
    return loaded <= set(names) and all(PATHS.match(call) or PARTS.search(call) for call in calls)


def _names(file: Path) -> dict[str, Any]:
    """What a path is computed with, as if the program were run in its folder."""
    here = str(file.parent)

    def absolute(path: Any) -> str:
        return os.path.normpath(Path(here) / path)

    functions = {name: getattr(os.path, name) for name in ("join", "dirname", "basename", "normpath", "expanduser")}
    functions |= dict.fromkeys(("abspath", "realpath"), absolute)
    paths = SimpleNamespace(pardir=os.pardir, sep=os.sep, exists=os.path.exists, **functions)
    system = SimpleNamespace(path=paths, getcwd=lambda: here, pardir=os.pardir, curdir=os.curdir, sep=os.sep)
    known = {"os": system, "sys": SimpleNamespace(path=[here], argv=[str(file)]), "Path": Path, "str": str}
    return {**known, **functions, "pathlib": SimpleNamespace(Path=Path), "__file__": str(file)}


def _there(told: Any, folder: Path) -> list[Path]:
    """The folder that is meant by a path, of which a part may only be on its author's machine."""
    path = Path(os.path.normpath(folder / os.fspath(told)))
    near = [folder, *list(folder.parents)[:ABOVE]]
    if path.is_dir() and (path in near or any(above in path.parents for above in near)):
        return [path]
    ends = [Path(*path.parts[n:]) for n in range(1, len(path.parts))]
    return [above / end for end in ends for above in near if (above / end).is_dir()][:1]
