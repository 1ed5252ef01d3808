"""What is said of a program that was read, in two lines, and of one that was not."""

from __future__ import annotations

from .loading.program import Program
from .reading.arguments import RESIDUAL
from .reading.chain import ALONE, ParameterPlace
from .reading.each import EACH
from .reading.entries.entry import (
    APPLIED,
    ARRAYS,
    BACK,
    BUILT,
    FORTH,
    GRAPH,
    GROWN,
    LAYERS,
    NUMBERS,
    OUTPUT,
    PASSES,
    ROUND,
    SCRIPT,
    SHOWN,
    SQUARES,
    WIRED,
    EntryCall,
)
from .reading.plan import Outlet, ReadingPlan
from .reading.reader import ProgramReading
from .reading.tracer import Path
from .reading.tried import Tried

LONGEST = 400
HOW = {
    "returned": "∂C is what it returns",
    "trace": "∂C is {path}",
    "returned change": "∂C is (before − after)/η of what it returns",
    "made": "∂C is left in {path}",
    "change": "∂C is (before − after)/η of {path}",
    "late change": "∂C is (before − after)/η of {path}",
}
OURS = {
    SCRIPT: "its own statements, with our data",
    NUMBERS: "a network of {number}s",
    OUTPUT: "its output",
    WIRED: "its weights, number by number",
    ROUND: "one round of its own",
    GROWN: "{container}, layers added by {by}",
    SHOWN: "{container} as {where} builds it",
    GRAPH: "a network of nodes with {activation}",
    PASSES: "forward and backward through all of them",
    ARRAYS: "a network of {number}s",
    APPLIED: "its output",
    LAYERS: "a network of {layer} and {activation}",
    BUILT: "{container} of {layer} and {activation}",
    FORTH: "forward",
    BACK: "and back from a − y",
    SQUARES: "C = Σ (a − y)² and its backward",
}
"""What is called that the program does not define."""
EXAMPLES = {
    "rows": "examples in rows", "columns": "examples in columns", "flat": "one example a call, x (n_0,)",
    "column": "one example a call, x (n_0, 1)", "row": "one example a call, x (1, n_0)",
    "labelled": "one example a call, its class at the end of its row",
    "stack": "examples as x (m, n_0, 1)", "stack_row": "examples as x (m, 1, n_0)",
}  # fmt: skip
LABELS = {"matrix": "", "ids": ", y class ids", "id_column": ", y class ids (m, 1)", "id_row": ", y class ids (1, m)",
          "vector": ", y (m,)"}  # fmt: skip
FOLDED = {
    "": "", "first": ", b folded into W first", "last": ", b folded into W last",
    ALONE: ", b in the first layer only, and left 0 here",
}  # fmt: skip


def understood(reading: ProgramReading) -> list[str]:
    """The calls and where the gradients are; the layout."""
    plan = reading.plan
    calls = [_call(one) for one in ([plan.entry.maker] if plan.entry.maker else []) + list(plan.entry.calls)]
    how = HOW[plan.outlets[0].source].format(path=_path(plan.outlets[0]))
    return [f"{', '.join(calls)}; {how}", _layout(plan)]


def _call(one: EntryCall) -> str:
    if one.name in OURS:
        return OURS[one.name].format(**{name: bound.value for name, bound in one.arguments.items()})
    if one.name.startswith("="):
        return f"its own {one.name[1:]}"
    given = [
        f"{name} = a − y" if bound.kind == RESIDUAL else name
        for name, bound in one.arguments.items()
        if bound.kind != "omitted"
    ]
    return f"{'.' if one.method else ''}{one.name}({', '.join(given)})"


def _path(out: Outlet) -> str:
    """A path as one writes it: `self.grads['W1']`, `dW1`."""
    return written(out.path).lstrip(".") or "its parameters"


def written(path: Path) -> str:
    """What follows the root of a path."""
    told = ""
    for key in path[1:]:
        if key is EACH:
            told += "[…]"
        elif isinstance(key, str) and key.startswith("."):
            told += key
        else:
            told += f"[{key!r}]" if told or isinstance(key, int) else str(key)
    return told


def _layout(plan: ReadingPlan) -> str:
    first: ParameterPlace = plan.chain.weights[0]
    shape = "W (n_{l−1}, n_l)" if first.turned else "W (n_l, n_{l−1})"
    folded = FOLDED[first.folded]
    forms = {"flat": ", b (n,)", "column": ", b (n, 1)", "row": ", b (1, n)"}
    bias = folded or next((forms[place.bias] for place in plan.chain.biases if place), ", no biases")
    return f"{shape}{bias}, {EXAMPLES[plan.form.examples]}{LABELS[plan.form.labels]}"


def refusal(program: Program, name: str | None, tried: Tried) -> str:
    """Why nothing was read: what was tried, and how the likeliest of it failed."""
    if not tried.attempts:
        return "there is no function or class in it, and no statement that computes anything"
    told = f"{tried.attempts} ways of calling it were tried, none left gradients of every layer"
    if tried.failures:
        entry, failures = next(iter(tried.failures.items()))
        told += f"; {entry}: {next(iter(failures))[:160]}"
    if program.stubbed:
        told += f" (not there: {', '.join(dict.fromkeys(program.stubbed))})"
    return told[:LONGEST]
