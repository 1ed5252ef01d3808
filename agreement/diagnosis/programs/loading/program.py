"""A program and the modules of its own folder, loaded without running what they do."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from . import places, source, stubs
from .namespace import MEANT, Namespace, fill
from .sizes import resized


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
    added: list[Path] = field(default_factory=list)
    """The folders that it adds to sys.path."""

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

    def also(self, file: Path) -> tuple[ast.Module, Namespace] | None:
        """The tree and the names of another file, loaded as this one is; None where it is no Python."""
        try:
            text = source.read(file)
        except (source.Unloadable, OSError):
            return None
        module = self.of_files.get(str(file)) or _defines(self, f"beside_{places.module_name(file)}", file)
        names = module.__dict__.get("_namespace")
        return (text.tree, names) if isinstance(names, Namespace) else None


def load(path: Path, sizes: Mapping[int, int] | None = None) -> Program:
    """The program of a file, with widths that it writes out as others where `sizes` says so; raises Unloadable."""
    program = Program(source.read(path), Namespace(str(path)), sizes=dict(sizes or {}))
    program.of_files[str(path)] = sys.modules["submission"] = _Module("submission", program.namespace)
    _fill(program, program.namespace, program.source, "submission", path.parent)
    return program


def _fill(program: Program, namespace: Namespace, text: source.ParsedSource, name: str, folder: Path) -> None:
    filename = str(text.path)
    program.files.add(filename)
    if program.sizes:
        resized(text.tree, program.sizes)
    program.trees.append(text.tree)
    program.added += places.added(text.tree, text.path)
    linecache.cache[filename] = (len(text.text), None, text.text.splitlines(keepends=True), filename)
    namespace["__name__"] = name
    fill(namespace, text.tree, filename, lambda statement: _import(program, namespace, statement, folder))


def _import(program: Program, namespace: Namespace, statement: ast.stmt, folder: Path) -> None:
    """One import: of the program's own folder or one that its files name, else of what is installed, else a stub."""
    with contextlib.suppress(Exception, SystemExit):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                name = alias.name if alias.asname else alias.name.split(".")[0]
                module = _dotted(program, alias.name, folder)
                namespace[alias.asname or name] = module if name == alias.name else _module(program, name, folder, ())
        elif isinstance(statement, ast.ImportFrom) and statement.module != "__future__":
            _import_from(program, namespace, statement, folder)


def _dotted(program: Program, name: str, folder: Path) -> ModuleType:
    """The last module of a dotted name, each hung into the one above it."""
    parts, above = name.split("."), None
    for end in range(1, len(parts) + 1):
        module = _module(program, ".".join(parts[:end]), folder, ())
        if isinstance(above, _Module):
            setattr(above, parts[end - 1], module)
        above = module
    return module


def _import_from(program: Program, namespace: Namespace, statement: ast.ImportFrom, folder: Path) -> None:
    wanted, relative = [alias.name for alias in statement.names], statement.level > 0
    base = folder
    for _ in range(statement.level - 1):
        base = base.parent
    if statement.module is None:
        _import_parts(program, namespace, statement, base)
        return
    module = _module(program, statement.module, base, wanted, relative)
    for alias in statement.names:
        if alias.name == "*":
            _lend(module, namespace)
            continue
        inner = f"{statement.module}.{alias.name}"
        folder_of_it = isinstance(module, stubs.StubModule) and places.file_of(inner, base, program.added, relative)
        value = None if folder_of_it else getattr(module, alias.name, None)
        if value is None and isinstance(module, _Module | stubs.StubModule):
            value = _module(program, inner, base, (), relative)
        if value is not None:
            namespace[alias.asname or alias.name] = value


def _import_parts(program: Program, namespace: Namespace, statement: ast.ImportFrom, base: Path) -> None:
    """`from . import …`: modules of the folder, else what its package imports or defines."""
    for alias in statement.names:
        own = places.file_of(alias.name, base, relative=True) is not None
        if alias.name in MEANT and not own:
            namespace[alias.asname or alias.name] = importlib.import_module(MEANT[alias.name])
        elif alias.name != "*":
            value = None if own else getattr(program.of_files.get(str(base / "__init__.py")), alias.name, None)
            namespace[alias.asname or alias.name] = value or _module(program, alias.name, base, (), True)


def _lend(module: ModuleType, namespace: Namespace) -> None:
    """`from module import *`."""
    names = module.__dict__.get("_namespace", vars(module))
    if isinstance(names, Namespace):
        names.lend(namespace)
        return
    listed = names.get("__all__") or [name for name in names if not name.startswith("_")]
    namespace.update({name: getattr(module, name) for name in listed if hasattr(module, name)})
    if isinstance(module, stubs.StubModule):
        namespace.update(stubs.PLAIN | stubs.BODIES | dict(stubs.CACHED))


def _module(
    program: Program, name: str, folder: Path, wanted: tuple[str, ...] | list[str], relative: bool = False
) -> ModuleType:
    file = places.file_of(name, folder, program.added, relative) or (
        places.file_of(name, folder, program.added) if relative else None
    )
    if file is not None:
        return program.of_files.get(str(file)) or _defines(program, name, file)
    if name in program.modules:
        return program.modules[name]
    if not stubs.silenced(name) and _installed(name):
        with contextlib.suppress(Exception, SystemExit):
            return importlib.import_module(name)
    near = None if stubs.silenced(name) else places.file_near(name, folder)
    if (found := places.called_so(name, folder) or near) is not None:
        return program.of_files.get(str(found)) or _defines(program, name, found)
    if (package := places.package_of(name, folder, program.added)) is not None:
        program.modules[name] = _Module(name, Namespace(str(package)))
        return program.modules[name]
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
        program.modules[name] = program.of_files[str(file)] = stubs.stub(name)
    return program.modules[name]
