"""A copy of the manual package with one mistake in it, imported under a name of its own."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from backproof import manual

SOURCE = Path(str(manual.__file__)).parent
_numbers = itertools.count()


class PackageMutant(NamedTuple):
    """A mistake: in this file, what stands there and what is put in its place."""

    file: str
    old: str
    new: str

    def text(self) -> str:
        """The file with the mistake; AssertionError where what it changes does not stand there just once."""
        text = (SOURCE / self.file).read_text("utf-8")
        assert text.count(self.old) == 1, f"{self.file} has {text.count(self.old)} of {self.old!r}"
        return text.replace(self.old, self.new)


@contextmanager
def planted(mutant: PackageMutant, folder: Path) -> Iterator[str]:
    """The name of the package with the mistake."""
    name = f"mutated_{next(_numbers)}"
    shutil.copytree(SOURCE, folder / name / "manual", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / name / "__init__.py").write_text("", "utf-8")
    (folder / name / "manual" / mutant.file).write_text(mutant.text(), "utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield f"{name}.manual"
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]
