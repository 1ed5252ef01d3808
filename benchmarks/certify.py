"""What certifying a transformer's training step costs, beside that step run eagerly and gradcheck of it.

    python benchmarks/certify.py [--point WIDTH:TOKENS]… [--blocks N] [--gradcheck-to PARAMETERS] [--json]

Two blocks (pre-norm, causal attention, gelu) between an embedding and cross-entropy, in float32, eagerly, one thread.
Every point is a process of its own; seconds are the core's, of the step's recording and of each certificate; `step` is
one forward and backward pass of torch alone, warm, and `steps` how many of them the whole costs; memory is the resident
set's peak. The exponents are slopes of log time against log parameters at the most common number of
tokens, and against log tokens at the most common width.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as torch names it

POINTS = ("16:32", "32:32", "64:8", "64:16", "64:32", "64:64")
HEADS, CLASSES, SLOW_TO = 4, 64, 3000
EAGER_STEPS = 20


class TransformerBlock(nn.Module):
    """x + attention, x + the two products around a gelu."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, tokens, width = x.shape
        q, k, v = self.qkv(self.first(x)).view(n, tokens, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, tokens, width))
        return x + self.down(F.gelu(self.up(self.second(x))))


class Transformer(nn.Module):
    """Tokens to logits."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.table, self.out = nn.Embedding(CLASSES, width), nn.Linear(width, CLASSES)
        self.blocks = nn.Sequential(*(TransformerBlock(width) for _ in range(blocks)))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.out(self.blocks(self.table(tokens)))


def loss(model: nn.Module, tokens: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy, averaged."""
    return F.cross_entropy(model(tokens).flatten(0, 1), labels.flatten())


def step(width: int, tokens: int, blocks: int) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """The model, tokens and labels, from one seed."""
    torch.manual_seed(0)
    return Transformer(width, blocks), *torch.randint(CLASSES, (2, 1, tokens))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of this core, and what it gives."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def eager_step(width: int, tokens: int, blocks: int) -> float:
    """Seconds of one forward and backward pass, the median of some after a first."""
    model, *data = step(width, tokens, blocks)

    def run() -> None:
        model.zero_grad()
        loss(model, *data).backward()

    run()
    return statistics.median(timed(run)[0] for _ in range(EAGER_STEPS))


def certified(width: int, tokens: int, blocks: int) -> dict[str, Any]:
    """Each certificate's seconds and what it says."""
    from backproof.agreement.certificates.answer import certify_answers
    from backproof.agreement.certificates.certify import subject_of
    from backproof.agreement.certificates.operations import certify_operations
    from backproof.agreement.certificates.program import certify_program

    model, *data = step(width, tokens, blocks)
    seconds: dict[str, float] = {}
    with np.errstate(all="ignore"):
        seconds["record"], subject = timed(lambda: subject_of(loss, model, data, None))
        seconds["program"], program = timed(lambda: certify_program(subject))
        seconds["operations"], operations = timed(lambda: certify_operations(subject.operations(), subject.flushes))
        seconds["answer"], answers = timed(lambda: certify_answers(subject, program.truth))
    return {
        "width": width,
        "tokens": tokens,
        "parameters": sum(p.numel() for p in model.parameters()),
        "seconds": {name: round(s, 2) for name, s in seconds.items()},
        "total": round(sum(seconds.values()), 2),
        "gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "digits": round(program.digits, 1),
        "entries": operations.entries,
        "operations": {v.word: n for v, n in operations.verdicts.items()},
        "answer": {v.word: n for v, n in answers[0].verdicts.items()},
    }


def gradchecked(width: int, tokens: int, blocks: int, fast: bool) -> float:
    """Seconds of torch.autograd.gradcheck of the same step in float64."""
    model, *data = step(width, tokens, blocks)
    model = model.double()
    named = dict(model.named_parameters())

    def of_parameters(*values: torch.Tensor) -> torch.Tensor:
        given = dict(zip(named, values, strict=True))
        logits = torch.func.functional_call(model, given, (data[0],))
        return F.cross_entropy(logits.flatten(0, 1), data[1].flatten())

    given = tuple(p.detach().requires_grad_(True) for p in named.values())
    return round(timed(lambda: torch.autograd.gradcheck(of_parameters, given, fast_mode=fast))[0], 2)


def exponent(sizes: list[float], seconds: list[float]) -> float | None:
    """The slope of log time against log size."""
    if len(set(sizes)) < 2:
        return None
    return round(float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]), 2)


def exponents(points: list[dict[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Growth with parameters at the most common number of tokens, and with tokens at the most common width.

    Of all three certificates together, and of the first two: the third stops at a limit of its own.
    """
    tokens, widths = [p["tokens"] for p in points], [p["width"] for p in points]
    same_tokens = [p for p in points if p["tokens"] == max(set(tokens), key=tokens.count)]
    same_width = [p for p in points if p["width"] == max(set(widths), key=widths.count)]
    return {
        name: {
            "parameters": exponent([p["parameters"] for p in same_tokens], [of(p) for p in same_tokens]),
            "tokens": exponent([p["tokens"] for p in same_width], [of(p) for p in same_width]),
        }
        for name, of in (("together", lambda p: p["total"]), ("program and operations", _first_two))
    }


def _first_two(point: dict[str, Any]) -> float:
    return float(point["seconds"]["program"] + point["seconds"]["operations"])


def measured(point: str, blocks: int, gradcheck_to: int) -> dict[str, Any]:
    """One point, in this process."""
    torch.set_num_threads(1)
    width, tokens = map(int, point.split(":"))
    alone, found = eager_step(width, tokens, blocks), certified(width, tokens, blocks)
    found |= {"step": alone, "steps": round(found["total"] / alone)}
    if found["parameters"] <= gradcheck_to:
        found["gradcheck_fast"] = gradchecked(width, tokens, blocks, fast=True)
        if found["parameters"] <= SLOW_TO:
            found["gradcheck_slow"] = gradchecked(width, tokens, blocks, fast=False)
    return found


def apart(point: str, blocks: int, gradcheck_to: int) -> dict[str, Any]:
    """One point, in a process of its own."""
    words = [sys.executable, __file__, "--one", point, "--blocks", str(blocks), "--gradcheck-to", str(gradcheck_to)]
    return dict(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1]))


def main() -> None:
    """Measure every point and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--point", action="append", metavar="WIDTH:TOKENS", help=f"(default: {' '.join(POINTS)})")
    parser.add_argument("--blocks", type=int, default=2, metavar="N", help="(default: 2)")
    parser.add_argument("--gradcheck-to", type=int, default=0, metavar="N", help="parameters up to which it is run")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--one", metavar="WIDTH:TOKENS", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.blocks, given.gradcheck_to)))
        return
    points = [apart(point, given.blocks, given.gradcheck_to) for point in given.point or POINTS]
    if given.json:
        print(json.dumps({"points": points, "exponents": exponents(points)}))
        return
    for p in points:
        beside = "".join(f"  {name} {p[name]} s" for name in ("gradcheck_fast", "gradcheck_slow") if name in p)
        print(
            f"{p['parameters']:>9,} parameters, {p['tokens']:>4} tokens: {p['total']:>7} s, {p['gigabytes']} GB{beside}"
        )
        print(f"          {p['steps']:,} eager steps of {1e3 * p['step']:.1f} ms each")
        print(f"          {p['seconds']}  {p['digits']} digits, {p['entries']:,} entries {p['operations']}")
    print("exponents:", exponents(points))


if __name__ == "__main__":
    main()
