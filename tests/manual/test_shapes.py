"""The checker of shapes that `make test` runs the derivation's tests under sees a wrong shape."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import jaxtyping, numpy as np
with jaxtyping.install_import_hook("backproof.manual", "beartype.beartype"):
    from backproof.manual import equations
print(equations.bp4(np.ones((3, 2)), np.ones((4, {examples}))).shape)
"""


@pytest.mark.parametrize(("examples", "said"), [(2, "(4, 3)"), (5, "TypeCheckError")])
def test_a_wrong_shape_is_refused_by_the_annotation(examples: int, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", ASK.format(examples=examples)], capture_output=True, encoding="utf-8")
    assert said in done.stdout + done.stderr
