"""The checker of shapes that `make test` runs the derivation's tests under sees a wrong shape."""

from __future__ import annotations

import subprocess
import sys

ASK = """
import jaxtyping, numpy as np
with jaxtyping.install_import_hook("backproof.manual", "beartype.beartype"):
    from backproof.manual import equations
for examples in (2, 5):
    print(equations.bp4(np.ones((3, 2)), np.ones((4, examples))).shape, flush=True)
"""


def test_a_wrong_shape_is_refused_by_the_annotation() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, encoding="utf-8")
    assert done.stdout == "(4, 3)\n"
    assert "TypeCheckError" in done.stderr
