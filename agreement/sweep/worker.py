"""A worker: `python -m backproof.agreement.sweep.worker` reads a plan and jobs, a line of JSON each, and answers.

One thread each for BLAS, torch and XLA: workers are the parallelism (`worker_process.py` sets the environment).
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from typing import Any, TextIO


def _die_with(parent: int) -> None:
    """A worker in an endless loop must not outlive who started it."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _documents_only() -> TextIO:
    """Stdout for answers alone: whatever a library prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _pin() -> None:
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def serve(jobs: TextIO, answers: TextIO) -> None:
    """Answer every job until there are no more; an exception is an answer, too."""
    from ..judging.backends import load_all
    from .jobs import answered
    from .plan import Plan, versions_of

    document = json.loads(jobs.readline())
    plan = Plan.of(document)
    settings = plan.settings
    backends, missing = load_all(settings.backends)
    _pin()
    trouble = [*missing, *replace(plan, versions=versions_of(backends)).differs(document)]
    _say(answers, {"refused": "; ".join(trouble)} if trouble else {})
    for line in jobs:
        try:
            _say(answers, {"answer": answered(json.loads(line), settings, backends)})
        except Exception as error:
            _say(answers, {"raised": f"{type(error).__name__}: {error}"})


def _say(answers: TextIO, words: dict[str, Any]) -> None:
    answers.write(json.dumps(words) + "\n")
    answers.flush()


def main() -> None:
    """Serve stdin on stdout."""
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    try:
        serve(sys.stdin, _documents_only())
    except BrokenPipeError:
        os._exit(1)


if __name__ == "__main__":
    main()
