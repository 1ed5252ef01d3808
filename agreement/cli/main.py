"""The command line: `backproof COMMAND`. Each command is a module of `commands`, imported when it is used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from ..errors import UsageError

AGREE, DISAGREE, USAGE, NOTHING_CHECKED = 0, 1, 2, 5
"""Exit codes, everywhere."""

COMMANDS = {
    "check": "cross-check backends on random cases against the certified truth",
    "accuracy": "the largest error of each library's activations and costs, searched for",
    "hvp": "Hessian-vector products of each library against the certified product",
    "backends": "what is installed, its version, or why it cannot be had",
    "replay": "one case again, entry by entry",
    "diagnose": "judge hand-written back-propagation: which equation, which mistake",
    "vjp": "one operation's vector-Jacobian product, judged alone",
    "certify": "any traced training step of torch or jax, by three certificates",
    "mistakes": "the catalogue of mistakes, or one with the smallest case that shows it",
    "gate": "hold a record against a baseline: fail on what got worse",
    "diff": "which cells moved between two records",
    "sweep": "a bulk run: many workers, resumable, in shards or on a cluster",
    "merge": "the shards of one sweep as one record",
    "lesson": "a page on which the four equations become a gradient, by hand and by autodiff",
}
"""Each is described here, so that --help needs to import nothing."""


class _Parser(argparse.ArgumentParser):
    """One line for a usage error, not the whole usage."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it does not return: it exits
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backproof",
        description="Do NumPy by hand, PyTorch and JAX compute the same gradients, and the right ones?",
        epilog="Exit codes: 0 agree, 1 disagreement, 2 bad usage, 5 nothing was checked.",
    )
    parser.add_argument("--version", action="version", version=f"backproof {version('backproof')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, description in COMMANDS.items():
        commands.add_parser(name, help=description, add_help=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    known, _ = _parser().parse_known_args(words)
    module = import_module(f".{known.command}", __package__)
    parser = _Parser(prog=f"backproof {known.command}", description=COMMANDS[known.command])
    module.add_arguments(parser)
    given = parser.parse_args(words[words.index(known.command) + 1 :])
    try:
        return int(module.run(given, Path.cwd()))
    except UsageError as error:
        print(f"backproof: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("backproof: interrupted", file=sys.stderr)
        return USAGE


if __name__ == "__main__":
    raise SystemExit(main())
