"""The code of a notebook, as a script."""

from __future__ import annotations

import json
import re
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

RUN_CELLS = ("%%time", "%%timeit", "%%capture")
"""Cell magics that run the rest of their cell as Python."""
LINE_MAGIC = re.compile(r"^\s*[%!?]|^[^#'\"]*\?\s*$")


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


class Loader(SourceFileLoader):
    """Imports a notebook: its cells, one after the other."""

    def get_data(self, path: str) -> bytes:
        """The source of the notebook, as bytes; nothing compiled is kept of it."""
        if not path.endswith(".ipynb"):
            raise OSError(path)
        return "\n\n".join(cells(Path(path))).encode()

    def set_data(self, *_args: Any, **_keywords: Any) -> None:
        """Keep no compiled code."""
