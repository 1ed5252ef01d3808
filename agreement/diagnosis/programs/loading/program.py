"""A program and the modules of its own folder, loaded without running what they do."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import inspect
import keyword
import linecache
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from . import source, stubs
from .namespace import Namespace, fill
from .sizes import resized

ABOVE = 3
"""How many folders above a program's own its modules are looked for in."""


class _Module(ModuleType):
    """A module of the program whose names may still be waiting to be run."""

    def __init__(self, name: str, namespace: Namespace) -> None:
        super().__init__(name)
        self.__dict__["_namespace"] = namespace

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            self.__dict__["_namespace"][name] = value

    def __getattr__(self, name: str) -> Any:
        namespace = self.__dict__["_namespace"]
        try:
            return namespace[name]
        except KeyError:
            raise AttributeError(f"no {name!r} in {self.__name__}") from None


@dataclass
class Program:
    """What was loaded of a file: its names, its source, the files it is made of, and what stands in for others."""

    source: source.ParsedSource
    namespace: Namespace
    files: set[str] = field(default_factory=set)
    stubbed: list[str] = field(default_factory=list)
    modules: dict[str, ModuleType] = field(default_factory=dict)
    of_files: dict[str, ModuleType] = field(default_factory=dict)
    """The modules of the program's own files: one that is imported under two names is one."""
    trees: list[ast.Module] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    """The widths that it writes out which are made small."""

    def defines(self, value: Any) -> bool:
        """Whether a function or a class was written in one of the program's files."""
        code = getattr(value, "__code__", None)
        if isinstance(code, CodeType):
            return code.co_filename in self.files
        return inspect.isclass(value) and any(
            isinstance(part, FunctionType) and part.__code__.co_filename in self.files for part in vars(value).values()
        )

    def definitions(self) -> Iterator[tuple[str, Any]]:
        """The functions and classes that the file itself holds, by name, then those that it imports of its own."""
        for name, value in list(self.namespace.items()):
            if not name.startswith("__") and self.defines(value):
                yield name, value


def load(path: Path, sizes: Mapping[int, int] | None = None) -> Program:
    """The program of a file, with widths that it writes out as others where `sizes` says so; raises Unloadable."""
    program = Program(source.read(path), Namespace(str(path)), sizes=dict(sizes or {}))
    _fill(program, program.namespace, program.source, "submission", path.parent)
    sys.modules["submission"] = _Module("submission", program.namespace)
    return program


def _fill(program: Program, namespace: Namespace, text: source.ParsedSource, name: str, folder: Path) -> None:
    filename = str(text.path)
    program.files.add(filename)
    if program.sizes:
        resized(text.tree, program.sizes)
    program.trees.append(text.tree)
    linecache.cache[filename] = (len(text.text), None, text.text.splitlines(keepends=True), filename)
    namespace["__name__"] = name
    fill(namespace, text.tree, filename, lambda statement: _import(program, namespace, statement, folder))


def _import(program: Program, namespace: Namespace, statement: ast.stmt, folder: Path) -> None:
    """One import: of what is installed, else of the program's own folder or one above, else of a stub."""
    with contextlib.suppress(Exception, SystemExit):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                module = _module(program, alias.name, folder, ())
                top = sys.modules.get(alias.name.split(".")[0], module)
                namespace[alias.asname or alias.name.split(".")[0]] = module if alias.asname else top
        elif isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
            _import_from(program, namespace, statement, folder)


def _import_from(program: Program, namespace: Namespace, statement: ast.ImportFrom, folder: Path) -> None:
    wanted = [alias.name for alias in statement.names]
    base = folder
    for _ in range(statement.level - 1):
        base = base.parent
    if statement.module is None:
        for alias in statement.names:
            namespace[alias.asname or alias.name] = _module(program, alias.name, base, ())
        return
    module = _module(program, statement.module, base, wanted)
    for alias in statement.names:
        if alias.name == "*":
            namespace.update(_public(module))
            continue
        folder_of_it = isinstance(module, stubs.StubModule) and _file_of(f"{statement.module}.{alias.name}", base)
        value = None if folder_of_it else getattr(module, alias.name, None)
        if value is None and isinstance(module, _Module | stubs.StubModule):
            value = _module(program, f"{statement.module}.{alias.name}", base, ())
        if value is not None:
            namespace[alias.asname or alias.name] = value


def _public(module: ModuleType) -> dict[str, Any]:
    names = module.__dict__.get("_namespace", vars(module))
    if isinstance(names, Namespace):
        for name in list(names.late):
            with contextlib.suppress(KeyError):
                names[name]
    return {name: value for name, value in names.items() if not name.startswith("_")} | (
        stubs.PLAIN | stubs.BODIES | dict(stubs.CACHED) if isinstance(module, stubs.StubModule) else {}
    )


def _module(program: Program, name: str, folder: Path, wanted: tuple[str, ...] | list[str]) -> ModuleType:
    if name in program.modules:
        return program.modules[name]
    file = _file_of(name, folder)
    if file is not None:
        known = program.of_files.get(str(file))
        if known is not None or str(file) not in program.files:
            return known or _defines(program, name, file)
    if not stubs.silenced(name) and _installed(name):
        with contextlib.suppress(Exception, SystemExit):
            return importlib.import_module(name)
    if (named := _called_so(name, folder)) is not None and str(named) not in program.files:
        return _defines(program, name, named)
    program.stubbed.append(name)
    program.modules[name] = stubs.stub(name, wanted)
    return program.modules[name]


def _installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name.split(".")[0]) is not None
    except (ValueError, ImportError):
        return False


def _defines(program: Program, name: str, file: Path) -> ModuleType:
    namespace = Namespace(str(file))
    module = program.modules[name] = program.of_files[str(file)] = _Module(name, namespace)
    sys.modules[name] = module
    module.__path__ = [str(file.parent)]
    try:
        _fill(program, namespace, source.read(file), name, file.parent)
    except source.Unloadable:
        program.modules[name] = stubs.stub(name)
    return program.modules[name]


def module_name(path: Path) -> str:
    """What a file is imported as, also a notebook, or one whose own name is no identifier."""
    name = re.sub(r"\W", "_", path.stem)
    return f"_{name}" if name[:1].isdigit() or keyword.iskeyword(name) else name


def _called_so(name: str, folder: Path) -> Path | None:
    """The notebook, or the file with a name that Python cannot import, that is meant by a name."""
    beside = (path for path in sorted(folder.glob("*")) if path.suffix in (".py", ".ipynb"))
    return next((path for path in beside if module_name(path) == name and path.is_file()), None)


def _file_of(name: str, folder: Path) -> Path | None:
    """The file of a module beside the program, or beside a folder above it; a notebook is none."""
    parts = name.split(".")
    for above in (folder, *list(folder.parents)[:ABOVE]):
        stem = above.joinpath(*parts)
        for file in (stem.with_name(stem.name + ".py"), stem / "__init__.py"):
            if file.is_file():
                return file
    return None
