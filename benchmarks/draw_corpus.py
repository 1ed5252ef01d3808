"""Draw the frozen corpus and write it beside the code that reads it.

Run once for each edition: the file is kept, not this script's output of the day, since NumPy may
change the streams of its generators. A new edition needs new baselines (`backproof gate --accept`).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from backproof.agreement.cases import corpus
from backproof.agreement.cases.generate import HIDDEN, case
from backproof.agreement.cases.regimes import REGIMES
from backproof.agreement.files import write_text
from backproof.manual.case import REDUCTIONS, Architecture, Pack
from backproof.manual.rounding.formats import DTYPES

SEED = 20_240_917
WIDTHS = ((3, 4, 4, 2), (4, 4, 3), (5, 3, 3, 4), (2, 6, 6, 3), (6, 5, 5), (3, 3, 5, 5))
"""Three layers or two, neighbours equal and unequal."""
HEADS = (
    *(("quadratic", output) for output in (*HIDDEN, "softmax")),
    *(("cross_entropy", output) for output in ("sigmoid", "softmax") * 3),
    *(("quadratic", output) for output in (*HIDDEN, "softmax")),
)
TARGET = Path(__file__).parent.parent / "agreement" / "cases" / corpus.FILE


def architecture(number: int) -> Architecture:
    """One for each head; the hidden activations take turns, each twice in most networks of three layers."""
    cost, output = HEADS[number]
    widths = WIDTHS[number % len(WIDTHS)]
    hidden = [HIDDEN[(number * step + number // len(HIDDEN)) % len(HIDDEN)] for step in (1, 2)][: len(widths) - 2]
    return Architecture(widths, (*hidden, output), cost, REDUCTIONS[number % len(REDUCTIONS)])


def main() -> None:
    """Every architecture in both dtypes, a case of every regime each."""
    rng, rows = np.random.default_rng(SEED), []
    for number in range(len(HEADS)):
        for dtype in DTYPES:
            of, examples = architecture(number), 2 + number % 3
            pack = Pack.of([case(rng, of, dtype, regime, examples) for regime in REGIMES])
            rows.append(corpus.pack_as_json(pack, tuple(REGIMES)))
    lines = ",\n".join(map(json.dumps, rows))
    write_text(TARGET, f'{{"schema": "{corpus.SCHEMA}", "seed": {SEED}, "packs": [\n{lines}\n]}}\n')
    corpus.frozen.cache_clear()
    print(f"{corpus.frozen().cases} cases, {corpus.frozen().fingerprint}")


if __name__ == "__main__":
    main()
