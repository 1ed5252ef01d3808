"""The command line: `backproof COMMAND`. Each command is a module beside this one, imported when it is used."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, cast

from ..errors import Incomplete, UsageError, one_line
from ..extras import needed_for
from ..output import held_descriptors, kept_stdout, stream
from .exit_codes import INTERRUPTED, NOTHING_CHECKED, USAGE

TEXT = "text"
"""The format in which stdout is for people."""
DEBUG = "BACKPROOF_DEBUG"
"""Set in the environment, an internal error shows its traceback."""

COMMANDS = {
    "check": "cross-check backends on random cases against the certified truth",
    "accuracy": "the largest error of each library's activations and costs, searched for",
    "hvp": "Hessian-vector products of each library against the certified product",
    "backends": "what is installed, its version, or why it cannot be had",
    "replay": "one case again, entry by entry",
    "diagnose": "judge hand-written back-propagation: which equation, which mistake",
    "vjp": "one operation's vector-Jacobian product, judged alone",
    "certify": "any traced training step of torch or jax, by three certificates",
    "port": "the same model in two frameworks: the same function, or where and why not",
    "conventions": "what ports get wrong, or one with the smallest pair of files that shows it",
    "mistakes": "the catalogue of mistakes, or one with the smallest case that shows it",
    "gate": "hold a record against a baseline: fail on what got worse",
    "diff": "which cells moved between two records",
    "sweep": "a bulk run: many workers, resumable, in shards or on a cluster",
    "merge": "the shards of one sweep as one record",
    "lesson": "a page on which the four equations become a gradient, by hand and by autodiff",
}
"""Each is described here, so that --help needs to import nothing."""


class Command(Protocol):
    """What a module of this folder has that is a command: its name is the module's."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command.

        Arguments:
            parser: The command's own parser, which has its name and description.

        """

    def run(self, given: argparse.Namespace, folder: Path) -> int:
        """Do what the command is for; its own words go to stdout, all else to stderr.

        Arguments:
            given: The words of the command line, as its parser read them.
            folder: Where the command was started.

        Returns:
            The exit code, a number of exit_codes.

        Raises:
            UsageError: Something asked for makes no sense, or cannot be read or written.
            Incomplete: Nothing is known to be wrong, and too little could be had or seen.

        """


class _Parser(argparse.ArgumentParser):
    """One line for a usage error, not the whole usage."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it does not return: it exits
        print(one_line(f"{self.prog}: {message}"), file=sys.stderr)
        raise SystemExit(USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backproof",
        description="Do NumPy by hand, PyTorch and JAX compute the same gradients, and the right ones?",
        epilog="Exit codes: 0 agree, 1 disagreement, 2 bad usage, 5 too little was checked, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"backproof {version('backproof')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, description in COMMANDS.items():
        commands.add_parser(name, help=description, add_help=False)
    return parser


def _refuse_an_option_before_the_command(words: Sequence[str]) -> None:
    if words and words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"):
        _parser().error(f"{words[0][:200]!r} stands before the command: as in `backproof check {words[0][:200]}`")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, as `backproof` and `python -m backproof` do.

    Arguments:
        arguments: The words after the program's name; those of the process where None.

    Returns:
        The exit code: 0 agree, 1 disagreement, 2 bad usage, damaged input or an internal error, 5 nothing was
            checked or too little seen, 130 interrupted. What went wrong is one line on stderr.

    """
    if arguments is None:
        held_descriptors()
        if sys.stdout is None:
            return _said("stdout is closed: lead it to a file, or to /dev/null")
    words = list(sys.argv[1:] if arguments is None else arguments)
    _refuse_an_option_before_the_command(words)
    _parser().parse_args(words[:1])
    command, *rest = words
    try:
        with needed_for(f"backproof {command}"):
            module: Command = cast("Command", import_module(f".{command}", __package__))
    except UsageError as error:
        return _said(str(error))
    parser = _Parser(prog=f"backproof {command}", description=COMMANDS[command])
    module.add_arguments(parser)
    given = parser.parse_args(rest)
    with kept_stdout():
        return _held(lambda: int(module.run(given, _here())), getattr(given, "format", TEXT) == TEXT)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError("the folder that this runs in is gone: change to another") from None


def _held(run: Callable[[], int], text: bool) -> int:
    """The exit code of a command; what it could not do is one line, exit 2."""
    try:
        code = run()
        stream().flush()
        return code
    except KeyboardInterrupt:
        return _said("interrupted", INTERRUPTED)
    except BrokenPipeError:  # whoever read stdout has seen enough
        return USAGE
    except UsageError as error:
        return _said(str(error))
    except Incomplete as error:
        print(one_line(f"INCOMPLETE: {error}"), file=stream() if text else sys.stderr)
        return NOTHING_CHECKED
    except SystemExit as error:
        return _said(f"internal error: something called exit({error.code!r})")
    except OSError as error:
        named = f"cannot use {str(error.filename)!r}" if error.filename is not None else "cannot go on"
        return _said(f"{named}: {error.strerror or error}")
    except MemoryError:
        return _said("cannot go on: there is not enough memory")
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        return _said(f"internal error: {type(error).__name__}: {error} ({DEBUG}=1 shows where)")


def _said(message: str, code: int = USAGE) -> int:
    print(one_line(f"backproof: {message}"), file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
