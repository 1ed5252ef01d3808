"""What a user's file holds, as `path/to/file.py:NAME` or `notebook.ipynb:NAME`: a backend, a row, a function."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from .missing_library import reason

FROM_FILE = "_backproof_"
"""The first part of the name of a module that is loaded from a file."""
LARGEST = 64 << 20
"""Bytes of a script or a notebook."""
ADDRESS = re.compile(r"(.*\.(?:py|ipynb)):([^:]*)", re.S)

RUN_CELLS = ("%%time", "%%timeit", "%%capture")
"""Cell magics that run the rest of their cell as Python."""
LINE_MAGIC = re.compile(r"^\s*[%!?]|^[^#'\"]*\?\s*$")


def split(address: str) -> tuple[Path, str]:
    """The file and the name of `FILE.py:NAME` or `FILE.ipynb:NAME`; no name where there is none."""
    found = ADDRESS.fullmatch(address)
    return (Path(found[1]), found[2]) if found else (Path(address), "")


def is_address(name: str) -> bool:
    """Whether a name is of something in a file."""
    return ADDRESS.fullmatch(name) is not None


def load(address: str, what: str, fits: Callable[[object], bool] = callable, default: str = "") -> object:
    """The object that `path/to/file.py:NAME` names.

    `what` says what is looked for, as in "a backend"; `fits` tells the names of a file that could be meant;
    `default` is NAME where none is given. The file's own folder is put first on `sys.path`, as Python does
    for a script, so that the file can import its neighbours.

    Raises ValueError where there is no such file or name, or the file fails on import; ImportError where the
    file needs a library that is not installed.
    """
    path, name = split(address)
    name = name or ("" if is_address(address) else default)
    if not name:
        raise ValueError(f"{address!r}: FILE.py:NAME is needed")
    module = module_from(path, what)
    if not hasattr(module, name):
        fitting = [key for key, value in vars(module).items() if fits(value) and not key.startswith("_")]
        raise ValueError(f"{path} has no {name!r}: it has {', '.join(fitting) or 'nothing that could be ' + what}")
    found: object = getattr(module, name)
    return found


def instance(address: str, what: str, fits: Callable[[object], bool] = callable) -> object:
    """The same, made where it is a class."""
    found = load(address, what, fits)
    return found() if isinstance(found, type) else found


def from_file(value: object) -> bool:
    """Whether the class of a value was loaded from a user's file."""
    return type(value).__module__.startswith(FROM_FILE)


def refuse_large(path: Path) -> None:
    """ValueError where a file is larger than any source: it would be read whole."""
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{path} has {size} bytes: a source of at most {LARGEST} is read")


def module_from(path: Path, what: str) -> ModuleType:
    """The module of a file, loaded anew; raises what `load` raises."""
    if not path.is_file():
        raise ValueError(f"no file {str(path)!r} to load {what} from")
    refuse_large(path)
    name = f"{FROM_FILE}{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path, loader=UserFileLoader(name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        del sys.modules[name]
        raise ImportError(f"{path} fails on import: {reason(error)}", name=error.name) from error
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ValueError(f"{path} fails on import: {type(error).__name__}: {error}") from error
    return module


def cells(path: Path) -> list[str]:
    """The code cells of a notebook (nbformat 3 and 4), each without its magics; ValueError where it is none."""
    try:
        document = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"it is no notebook: {error}") from None
    found = document.get("cells") if isinstance(document, dict) else None
    if found is None and isinstance(document, dict):
        found = [cell for sheet in document.get("worksheets", []) for cell in sheet.get("cells", [])]
    if not found:
        raise ValueError("it is a notebook without cells")
    return [_python(cell) for cell in found if cell.get("cell_type") == "code"]


def _python(cell: dict[str, Any]) -> str:
    """A cell without its magics; nothing where it is for another interpreter."""
    source = cell.get("source", cell.get("input", ""))
    lines = ("".join(source) if isinstance(source, list) else str(source)).split("\n")
    if lines[0].startswith("%%") and not lines[0].startswith(RUN_CELLS):
        return ""
    return "\n".join(line for line in lines if not LINE_MAGIC.match(line))


class UserFileLoader(SourceFileLoader):
    """Imports a script, or a notebook's cells in their order, as Python runs a script: nothing compiled is kept."""

    def get_data(self, path: str) -> bytes:
        """The source, as bytes; OSError of anything else, which would be code compiled before."""
        if path != self.path:
            raise OSError(path)
        return "\n\n".join(cells(Path(path))).encode() if path.endswith(".ipynb") else super().get_data(path)

    def set_data(self, *_args: Any, **_keywords: Any) -> None:
        """Keep no compiled code."""
