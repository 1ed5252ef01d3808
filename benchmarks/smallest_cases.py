"""Finds, with Hypothesis, the smallest case of small integers that shows each mistake, and stores it.

python benchmarks/smallest_cases.py [--out DIR]
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

import numpy as np
from backproof.agreement.cases import case_json
from backproof.agreement.catalogue import smallest
from backproof.agreement.catalogue.mistakes import MISTAKES, Mistake
from backproof.manual import Architecture, Case
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

FOLDER = Path(smallest.__file__).with_name("cases")
LARGE = {"M38": 1000}
"""Mistakes that small integers don't show."""


@st.composite
def cases(draw: st.DrawFn, id: str, layers: int) -> Case:
    """Small integers in a network of so many layers on which the mistake can be made."""
    hidden, output, cost = smallest.NETWORKS.get(id, ("sigmoid", "sigmoid", "quadratic"))
    widths = draw(st.lists(st.integers(1, 3), min_size=layers + 1, max_size=layers + 1))
    if output == "softmax":
        widths[-1] = max(widths[-1], 2)
    m, most = draw(st.integers(1, 3)), LARGE.get(id, 2)
    of = Architecture(tuple(widths), (hidden,) * (len(widths) - 2) + (output,), cost)

    def integers(*shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(st.integers(-most, most), min_size=size, max_size=size)), float).reshape(shape)

    pairs = list(zip(widths[1:], widths, strict=False))
    labels = np.eye(widths[-1])[:, draw(st.lists(st.integers(0, widths[-1] - 1), min_size=m, max_size=m))]
    return Case(
        of,
        tuple(integers(n, n_in) for n, n_in in pairs),
        tuple(integers(n) for n, _ in pairs),
        integers(widths[0], m),
        labels if widths[-1] > 1 else abs(integers(1, m)) % 2,
    )


def found(mistake: Mistake) -> Case:
    """The case of the fewest layers that Hypothesis cannot make smaller."""
    quiet = settings(
        max_examples=4000,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    for layers in (1, 2, 3):
        with contextlib.suppress(NoSuchExample):
            return find(cases(mistake.id, layers), lambda case: smallest.shows(mistake, case), settings=quiet)
    raise AssertionError(f"{mistake.id} shows in no small network")


def main() -> None:
    """Store a case for each mistake."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="where the cases are stored")
    folder = parser.parse_args().out
    for mistake in MISTAKES.values():
        case = found(mistake)
        case_json.write_document(folder / f"{mistake.id}.json", case_json.as_json(case))
        print(mistake.id, case.architecture, case.examples)


if __name__ == "__main__":
    main()
