"""The page: everything computed, then poured into the templates."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ...manual.case import Case
from ...manual.gradients import Place, Quantity
from ...manual.shapes import Array
from ...reference.protocol import Backend
from ..catalogue.text import text
from ..judging.verdict import DECIDED, Verdict
from ..languages import LANGUAGES, Language
from ..report.typeset import typeset
from . import consequence_pictures as pictures
from . import example, misprints, numbers, questions, saturation, steps
from .columns import LIBRARIES, Columns, consult
from .demon import demons
from .demon_pictures import nudge, taylor
from .live.arising import Arising
from .live.layout import DRAWN_DEPTH, DRAWN_WIDTH, drawn
from .live.picture import picture
from .live.quantities import quantities
from .live.stops import stops
from .mathml import math
from .number_line import drawing, number_line
from .puzzles import puzzles
from .tape import tapes
from .verdict_of import SubjectVerdict
from .words import Words

RULE_FORMULAS = {
    "BP1": "δ^L=∇_aC⊙σ′(z^L)",
    "BP2": "δ^l=((W^{l+1})^⊤δ^{l+1})⊙σ′(z^l)",
    "BP3": "frac{∂C}{∂b^l}=δ^l",
    "BP4": "frac{∂C}{∂W^l}=δ^l(a^{l-1})^⊤",
}
SYMBOLS = {
    Quantity.Z: "z^l",
    Quantity.A: "a^l",
    Quantity.C: "C",
    Quantity.BP1: "δ^l",
    Quantity.BP2: "δ^l",
    Quantity.BP3: "frac{∂C}{∂b^l}",
    Quantity.BP4: "frac{∂C}{∂W^l}",
}


STYLES = ("page.css", "stage.css", "sections.css", "print.css")
SCRIPTS = ("engine.js", "writing.js", "stage.js", "page.js", "pager.js")
MOST_CELLS, MOST_DEMONS = 8, 8
"""How many rows and columns of an array, and how many demons, a page shows."""


def page(
    case: Case,
    language: Language = "en",
    subject: Backend | None = None,
    verdict: SubjectVerdict | None = None,
    with_answers: bool = False,
    elsewhere: str | None = None,
) -> str:
    """The whole lesson as one HTML document that needs nothing else.

    Arguments:
        case: The network with its inputs and targets; `example.fitting` says which have a lesson.
        language: "en" or "zh".
        subject: The reader's own back-propagation, as one more column.
        verdict: What `verdict_of` says of it: the page opens with that.
        with_answers: Whether the answers to the questions are printed, too.
        elsewhere: The address of the page on the four equations elsewhere; without one its file in docs/ is named.

    """
    words = Words(language)
    columns = consult(case, subject)
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=words,
        mistake=text,
        math=lambda formula, block=False: Markup(math(formula, block)),
        short=numbers.short,
        size=numbers.plain,
        svg=Markup,
    )
    environment.filters.update(
        typeset=typeset, add_one=lambda i: i + 1, rows_of=_matrix, rows_cut=_cut, formula=_formula
    )
    options = {"language": language, "subject": verdict, "with_answers": with_answers, "elsewhere": elsewhere}
    return environment.get_template("page.html").render(**contents(case, words, columns), **options)


def contents(case: Case, words: Words, columns: Columns) -> dict[str, Any]:
    """What the templates are given."""
    everyone, (truth, programs) = list(demons(case, MOST_DEMONS)), _rounding(columns)
    widgets = {
        "low": pictures.low_activation(case, words),
        "saturated": pictures.saturated(words),
        "learning": pictures.learning(words),
        "rounding": pictures.rounding(truth, programs, words),
    }
    nudges = [(demon, nudge(demon, words), taylor(demon, words)) for demon in everyone]
    slides = [*widgets.values(), *(widget for _, widget, _ in nudges)]
    return {
        **_live(case, words),
        **_pair(case, words, columns),
        **_every_number(case),
        "case": case,
        "columns": columns,
        "nudges": nudges,
        "first_demon": int(np.argmax([abs(one.delta) * (one.layer == 1) for one in everyone])),
        "widgets": widgets,
        "misprints": _misprints(case),
        "questions": questions.questions(case, everyone),
        "puzzles": list(puzzles(case)) if example.roomy(case) else [],
        "counts": counts(columns),
        "data": Markup(_embedded({widget.id: widget.as_json() for widget in slides})),
        "style": Markup("".join(map(_asset, STYLES))),
        "script": Markup("".join(map(_asset, SCRIPTS)).replace('"use strict";\n', "")),
        "gone": numbers.short(programs[0].gone or np.nan, 2),
        "learning_rate": numbers.short(saturation.ETA, 2),
        "epochs": saturation.EPOCHS,
        "languages": LANGUAGES,
        "rule_formulas": RULE_FORMULAS,
    }


def _live(case: Case, words: Words) -> dict[str, Any]:
    """The picture with its numbers and stops; None for a network without room."""
    alone = example.first_example(case)
    values = quantities(alone)
    arising = Arising(case.architecture, values)
    every = [stop.as_json(words) for stop in stops(case.architecture)]
    shows = drawn(case.architecture)
    given = {
        "frozen": values,
        "stops": every,
        "activations": case.architecture.activations,
        "cost": case.architecture.cost,
        "words": words.group("panel"),
    }
    return {
        "picture": picture(case.architecture, values, words) if shows else None,
        "most_wide": DRAWN_WIDTH,
        "most_deep": DRAWN_DEPTH,
        "stop_count": len(every),
        "network_data": Markup(_embedded(given if shows else {})),
        "arising": {name: getattr(arising, name) for name in ("forward", "cost", "bp1", "bp2", "bp3", "bp4")},
    }


def _pair(case: Case, words: Words, columns: Columns) -> dict[str, Any]:
    """The number line, the two derivations, and the tapes as lists."""
    line, rows, version = number_line(columns), [], ""
    torch = next(column for column in columns.columns if column.name == "torch")
    if torch.reason is None:
        from .pair.rows import rows as paired

        rows, version = paired(case, columns), torch.version
    gaps = [(row.gap.share, row.formula) for row in rows if row.gap is not None and row.gap.share is not None]
    return {
        "line": line,
        "line_picture": drawing(line, words) if line else "",
        "pairs": rows,
        "torch_version": version,
        "largest": max(gaps, default=None),
        "tapes": tapes(case, columns),
        "table_of": {"torch": "tape.table_torch", "jax": "tape.table_jax"},
    }


def _every_number(case: Case) -> dict[str, Any]:
    """Matrices, code and digits, where there is room for them."""
    roomy, depth = example.roomy(case), case.architecture.depth
    return {
        "forward": list(steps.forward(case)) if roomy else [],
        "backward": list(steps.backward(case)) if roomy else [],
        "cut": None if roomy else example.WIDEST,
        "steps_of": {"bp1": depth, "bp2": depth - 1, "bp3": depth, "bp4": depth} if roomy else {},
    }


def counts(columns: Columns) -> dict[str, Any]:
    """How many entries were judged, how many are wrong, and the largest error in ulp."""
    findings = [finding for column in columns.shown for finding in column.findings.values()]
    verdicts = Counter(int(verdict) for finding in findings for verdict in finding.verdict.ravel())
    errors = np.abs(np.concatenate([finding.ulps.ravel() for finding in findings]))
    return {
        "programs": len(columns.shown),
        "entries": sum(verdicts[verdict] for verdict in DECIDED),
        "wrong": verdicts[Verdict.WRONG],
        "worst": numbers.short(np.nanmax(errors), 3),
    }


def _rounding(columns: Columns) -> tuple[Array, list[saturation.Rounded]]:
    """What becomes of σ′ in the textbook's formula, by hand, and in the libraries that are here."""
    return saturation.rounding(tuple(column.name for column in columns.shown if column.name in LIBRARIES))


def _misprints(case: Case) -> list[misprints.Misprint]:
    """The printed BP2 in the lesson's network and, if it refuses there, in one with equal widths."""
    if case.architecture.depth < 2:
        return []
    layer = case.architecture.depth - 1
    first = misprints.printed_bp2(case, layer)
    return [first] if first.error is None else [first, misprints.printed_bp2(misprints.square(case), layer)]


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")


def _embedded(data: dict[str, Any]) -> str:
    """JSON that may stand in a script element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _cut(array: Any) -> list[list[str]]:
    """The rows of an array as text, the first few of them and of their entries; a column of one lies as a row."""
    rows = array.reshape(1, -1) if array.ndim < 2 or array.shape[-1] == 1 else array
    shown = [[numbers.short(x) for x in row[:MOST_CELLS]] for row in rows[:MOST_CELLS]]
    if rows.shape[-1] > MOST_CELLS:
        shown = [[*row, "…"] for row in shown]
    return [*shown, ["…"] * len(shown[0])] if len(rows) > MOST_CELLS else shown


def _matrix(array: Any) -> list[str]:
    """The rows of an array as text, their entries below each other; a column of one lies as a row."""
    rows = array.reshape(1, -1) if array.ndim < 2 or array.shape[-1] == 1 else array
    texts = [[numbers.short(x) for x in row] for row in rows]
    wide = max((len(text) for row in texts for text in row), default=0)
    return ["  ".join(text.rjust(wide) for text in row) for row in texts]


def _formula(place: Place) -> str:
    """The quantity of a place, in the notation of formulas."""
    return SYMBOLS[place.quantity].replace("l", str(place.layer))
