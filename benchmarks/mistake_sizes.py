"""How large the errors of two mistakes are in calm float64 networks: what the report draws beside its own sight.

    python benchmarks/mistake_sizes.py [--cases N]

σ′ left out of BP2 (M06), and δ rounded to float32 on its way back: the 10 %, 50 % and 90 % quantiles of the
relative error of the weight gradients that they change.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from backproof.agreement.cases.generate import Menu, units
from backproof.manual import backprop
from backproof.manual.equations import EQUATIONS


def forgotten(w: Any, delta: Any, sigma: Any, z: Any) -> Any:
    """BP2 without its slope."""
    return w.mT @ delta


def rounded(w: Any, delta: Any, sigma: Any, z: Any) -> Any:
    """BP2 in float32."""
    return EQUATIONS.bp2(w, delta, sigma, z).astype(np.float32).astype(np.float64)


def main() -> None:
    """Print the quantiles of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=630)
    menu = Menu(dtypes=("float64",), regimes=("calm",))
    packs = [unit.draw()[0] for unit in units(parser.parse_args().cases, 0, menu)]
    for name, bp2 in (("σ′ forgotten", forgotten), ("δ rounded to float32", rounded)):
        errors = []
        for pack in packs:
            right, wrong = backprop(pack), backprop(pack, EQUATIONS._replace(bp2=bp2))
            for good, bad in zip(right.nabla_w, wrong.nabla_w, strict=True):
                with np.errstate(all="ignore"):
                    error = np.abs(bad - good) / np.abs(good)
                errors.append(error[np.isfinite(error) & (error > 0)])
        print(name, [f"{x:.2g}" for x in np.quantile(np.concatenate(errors), (0.1, 0.5, 0.9))])


if __name__ == "__main__":
    main()
