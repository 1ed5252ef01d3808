"""The pytest plugin: options, a header of what changes numerics, a footer with the agreement table.

It loads in every pytest run, so everything heavy is imported where it is used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .errors import UsageError
from .running import options, session

if TYPE_CHECKING:
    from .record.record import Record

SESSION = pytest.StashKey[session.Session]()
STACK = pytest.StashKey[ExitStack]()
STARTED = pytest.StashKey[float]()
WORKER_KEY = "backproof"
CERTIFICATES_KEY = "backproof_certificates"
RECORD = pytest.StashKey["Record | None"]()
SAID = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The shared settings as --agreement-…, and where to write the record."""
    group = parser.getgroup("agreement", "agreement of gradients (backproof)")
    for option in options.OPTIONS:
        group.addoption(f"--agreement-{option.name}", dest=f"agreement_{option.name}", **option.arguments)
    group.addoption(
        "--agreement-report", dest="agreement_report", metavar="DIR", help="folder for record.json and report.html"
    )
    group.addoption("--agreement-baseline", dest="agreement_baseline", metavar="FILE", help="fail on what got worse")


def pytest_configure(config: pytest.Config) -> None:
    """Open a session for the checks of this run."""
    given = {option.name: config.getoption(f"agreement_{option.name}") for option in options.OPTIONS}
    config.stash[STACK] = ExitStack()
    try:
        configured = options.configured(config.rootpath)
        merged = {**configured, **{name: v for name, v in given.items() if v is not None}}
        _keep_deviations_to_this_run(merged, config.stash[STACK])
        _refuse({**given, "deviations": merged.get("deviations")}, config)
    except UsageError as error:
        config.stash[STACK].close()
        raise pytest.UsageError(str(error)) from None
    config.stash[SESSION] = session.Session(merged)
    config.stash[STARTED] = time.perf_counter()
    config.stash[STACK].enter_context(session.opened(config.stash[SESSION]))


def _keep_deviations_to_this_run(merged: dict[str, Any], stack: ExitStack) -> None:
    """What a list of a user's own brings is let go of at the end; `_refuse` reads it."""
    if merged.get("deviations"):
        from ..reference.deviations import deviations

        stack.enter_context(deviations.lasting())


def _refuse(given: dict[str, Any], config: pytest.Config) -> None:
    """UsageError where an option means nothing, before any test runs: a check of nothing would pass."""
    if any(value not in (None, []) for value in given.values()):
        _refuse_strangers(given["backend"] or ())
        _ = options.settings(given, config.rootpath)
    report, baseline = config.getoption("agreement_report"), config.getoption("agreement_baseline")
    if report:
        from .files import probe

        probe(Path(report) / "record.json", Path(report) / "report.html")
    if baseline:
        from .regression.baseline import Baseline

        _ = Baseline.load(Path(baseline))


def _refuse_strangers(backends: Iterable[str]) -> None:
    from ..reference import registry, user_files

    known = registry.names()
    for name in backends:
        file, named = user_files.split(name)
        if named and not file.is_file():
            raise UsageError(f"no file {str(file)!r} to load a backend from")
        if not named and name not in known:
            raise UsageError(f"unknown backend {name!r}: choose from {', '.join(known)}, or path/to/file.py:Class")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close it."""
    if STACK in config.stash:
        config.stash[STACK].close()


def pytest_report_header(config: pytest.Config) -> str:
    """Versions and flags that change numerics."""
    from .environment import ABSENT, flags, installed

    versions = [f"{library} {installed(library) or ABSENT[0]}" for library in ("numpy", "torch", "jax")]
    return f"backproof: {', '.join([*versions, *(f'{name}={value}' for name, value in flags().items())])}"


@pytest.fixture(scope="session")
def agreement_session(pytestconfig: pytest.Config) -> session.Session:
    """The session's options and tallies, for tests that check backends themselves."""
    return pytestconfig.stash[SESSION]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker counted and certified."""
    rows = getattr(node, "workeroutput", {}).get(CERTIFICATES_KEY, [])
    if rows:
        node.config.stash[SESSION].certificates += rows
    handed = getattr(node, "workeroutput", {}).get(WORKER_KEY)
    if handed is not None:
        from .tally import tally_json

        versions, tally = json.loads(handed)
        here = node.config.stash[SESSION]
        here.versions.update(versions)
        here.tallies.append(tally_json.whole(tally))


def _record(config: pytest.Config) -> Record | None:
    """The record of everything that was checked, if anything was."""
    here = config.stash[SESSION]
    if not here.tallies:
        return None
    from .record.record import Record
    from .running.check import Settings

    whole, versions = here.whole(), dict(sorted(here.versions.items()))
    settings = Settings(backends=tuple(versions), cases=whole.cases)
    return Record.of(whole, settings, versions, time.perf_counter() - config.stash[STARTED])


def _gate(record: Record | None, baseline: str) -> tuple[list[str], int]:
    """What the gate says, and the exit code that it wants."""
    from .cli import gate as command
    from .regression.baseline import Baseline
    from .regression.gate import gate
    from .report.gated import gate_lines
    from .screen.text import printed

    if record is None:
        return ["✗ gate: CLOSED: nothing was checked"], pytest.ExitCode.NO_TESTS_COLLECTED
    try:
        outcome = gate(record, Baseline.load(Path(baseline)))
    except UsageError as error:
        return [f"✗ gate: CLOSED: {error}"], pytest.ExitCode.USAGE_ERROR
    return printed(gate_lines(outcome)).splitlines(), command.exit_code(outcome)


def _hand_over(here: session.Session, output: dict[str, Any]) -> None:
    """Give what this worker counted to the process that prints."""
    if here.certificates:
        output[CERTIFICATES_KEY] = here.certificates
    if here.tallies:
        from .tally import tally_json

        output[WORKER_KEY] = json.dumps([here.versions, tally_json.as_json(here.whole())])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Make the record; close the gate where one is asked for. A worker of pytest-xdist hands over instead."""
    config = session.config
    if hasattr(config, "workeroutput"):
        _hand_over(config.stash[SESSION], config.workeroutput)
        return
    record = config.stash[RECORD] = _record(config)
    baseline = config.getoption("agreement_baseline")
    if baseline:
        config.stash[SAID], wanted = _gate(record, baseline)
        session.exitstatus = session.exitstatus or wanted


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The agreement table of everything that was checked, the record if a folder was named, and the gate."""
    record, said = config.stash.get(RECORD, None), config.stash.get(SAID, [])
    _certified(terminalreporter, config.stash[SESSION])
    if record is None and not said:
        return
    terminalreporter.section("agreement")
    if record is not None:
        from .report import terminal
        from .report.saving import save_page

        named = config.getoption("agreement_report")
        folder = Path(named) if named else None
        if folder:
            record.save_all(folder)
            said = [*filter(None, [save_page(record, folder)]), *said]
        terminalreporter.write_line(terminal.render(record, folder))
    for line in said:
        terminalreporter.write_line(line)


def _certified(terminalreporter: pytest.TerminalReporter, here: session.Session) -> None:
    """The table of the training steps that were certified."""
    if here.certificates:
        from .certificates.text import session_table

        terminalreporter.section("certificates")
        for line in session_table(here.certificates):
            terminalreporter.write_line(line)
