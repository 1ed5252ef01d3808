"""An entry: what is made first, then the calls; and the names that promise one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..arguments import Arguments

TRAINS = re.compile(
    r"train|fit|learn|sgd|descent|update|step|optimi[sz]e|epoch|model|mini_?batch"
    r"|entren|trein|entrain|apprend|aprend|trainier|lern|egit|ogren|lat_?ih",
    re.I,
)
BACKWARD = re.compile(r"back|grad|bprop|nabla|loss|propagate_error|bwd|^retro|atras|arriere|rueckw|geri_?ya", re.I)
FORWARD = re.compile(
    r"^_*(forward|feed|fwd|fprop|predict|propagat|activate|query|think|compute|run|infer|output|front|net|aliment|propag)|forward|feed|adelante"
    r"|avant|vorwaerts|ileri",
    re.I,
)
STARTS = re.compile(r"init|create|make|build|setup|random", re.I)
NOT = re.compile(
    r"check|numeric|test|plot|predict|accuracy|eval|score|relu|sigmoid|softmax|tanh|deriv|activ|print|save|load|adam|momentum|rmsprop|conv|pool|lstm|rnn|batchnorm|dropout",
    re.I,
)
MOST = 8
SUBMISSION = "submission"
"""The module name of the program's own file."""
SCRIPT = "<script>"
"""The entry that runs a program's own statements, with our data in place of its own."""

NUMBERS, OUTPUT, SQUARES = "<numbers>", "<output>", "<squares>"
"""A network of our own of a program's numbers, its output, and the gradient of Σ (a − y)² of an output."""

ARRAYS, APPLIED = "<arrays>", "<applied>"
"""A network of our own of a program's arrays that are differentiated, and its output, or that of its own."""

GRAPH, PASSES = "<graph>", "<passes>"
"""A network of our own of a program's nodes, and both passes through it."""

WIRED, ROUND = "<wired>", "<round>"
"""The numbers with names of their own of which a program makes its network, and one round of its own."""

GROWN = "<grown>"
"""A program's own network, to which layers were added by their numbers of neurons."""

SHOWN = "<shown>"
"""A program's own network, built as an example of the program builds it."""

LAYERS, FORTH, BACK, BUILT = "<layers>", "<forth>", "<back>", "<built>"
"""A network of a program's layers that we put together, and its two passes; its own network of them."""


@dataclass(frozen=True)
class EntryCall:
    """A call of a function of the program, or of a method of what was made."""

    name: str
    arguments: Arguments
    method: bool = False


@dataclass(frozen=True)
class EntryPoint:
    """What is made first (an object, by its class, or parameters, by a function), then the calls."""

    maker: EntryCall | None
    calls: tuple[EntryCall, ...]

    def __str__(self) -> str:
        made = [f"{self.maker.name}(…)"] if self.maker else []
        return ", ".join(
            [*made, *(("." if one.method else "") + f"{one.name}({', '.join(one.arguments)})" for one in self.calls)]
        )

    @property
    def driven(self) -> bool:
        """The cost is made by us of what the program computed, and asked anew each time."""
        return self.calls[-1].name in (SQUARES, BACK)

    @property
    def script(self) -> bool:
        """It runs the program's own statements."""
        return self.calls[-1].name == SCRIPT

    @property
    def shown(self) -> bool:
        """It is one of the program's own examples."""
        return self.maker is not None and self.maker.name == SHOWN

    @property
    def last(self) -> bool:
        """It is tried when everything else was."""
        return self.script or self.calls[-1].name == BACK

    @property
    def complete(self) -> bool:
        """Its last call has the name of a training: what it holds is a network, however few its layers."""
        return bool(TRAINS.search(self.calls[-1].name)) or self.script

    @property
    def kinds(self) -> set[str]:
        """The kinds of everything that it is handed."""
        calls = [*([self.maker] if self.maker else []), *self.calls]
        return {bound.kind for one in calls for bound in one.arguments.values()}
