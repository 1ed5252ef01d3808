"""The page: everything computed, then poured into the templates."""

from __future__ import annotations

import json
from collections import Counter
from importlib import resources
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ...manual.backprop import backprop
from ...manual.case import Case
from ...manual.gradients import Place, Quantity
from ...manual.shapes import Array
from ...reference.protocol import Backend
from ..catalogue.text import text
from ..judging.verdict import DECIDED, Verdict
from ..languages import LANGUAGES
from . import consequence_pictures as pictures
from . import misprints, numbers, questions, saturation, steps
from .columns import LIBRARIES, Columns, consult
from .demon import demons
from .demon_pictures import nudge, taylor
from .drawing import network
from .mathml import math
from .puzzles import puzzles
from .tape import tapes
from .words import Words

SYMBOLS = {
    Quantity.Z: "z^l",
    Quantity.A: "a^l",
    Quantity.C: "C",
    Quantity.BP1: "δ^l",
    Quantity.BP2: "δ^l",
    Quantity.BP3: "frac{∂C}{∂b^l}",
    Quantity.BP4: "frac{∂C}{∂W^l}",
}


def page(case: Case, language: str = "en", subject: Backend | None = None) -> str:
    """The whole lesson as one HTML document that needs nothing else."""
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
        svg=Markup,
    )
    environment.filters.update(add_one=lambda i: i + 1, columns_of=_columns, rows_of=_matrix, formula=_formula)
    return environment.get_template("page.html").render(**contents(case, words, columns), language=language)


def contents(case: Case, words: Words, columns: Columns) -> dict[str, Any]:
    """What the templates are given."""
    everyone, (truth, programs) = list(demons(case)), _rounding(columns)
    widgets = {
        "low": pictures.low_activation(case, words),
        "saturated": pictures.saturated(words),
        "learning": pictures.learning(words),
        "rounding": pictures.rounding(truth, programs, words),
    }
    nudges = [(demon, nudge(demon, words), taylor(demon, words)) for demon in everyone]
    slides = [*widgets.values(), *(widget for _, widget, _ in nudges)]
    return {
        "case": case,
        "columns": columns,
        "network": network(case, words),
        "errors": network(case, words, backward=True),
        "cost": numbers.short(float(np.asarray(backprop(case).cost)), 6),
        "forward": list(steps.forward(case)),
        "backward": list(steps.backward(case)),
        "nudges": nudges,
        "widgets": widgets,
        "misprints": _misprints(case),
        "tapes": tapes(case, columns),
        "questions": questions.questions(case, everyone),
        "puzzles": list(puzzles(case)),
        "counts": counts(columns),
        "data": Markup(_embedded({widget.id: widget.as_json() for widget in slides})),
        "style": Markup(_asset("page.css")),
        "script": Markup(_asset("page.js")),
        "gone": numbers.short(programs[0].gone or np.nan, 2),
        "learning_rate": numbers.short(saturation.ETA, 2),
        "epochs": saturation.EPOCHS,
        "languages": LANGUAGES,
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


def _columns(array: Any) -> str:
    """The examples of an array, each as a tuple."""
    return ", ".join(f"({', '.join(numbers.short(x) for x in column)})" for column in array.T)


def _matrix(array: Any) -> str:
    """An array row by row, for a cell of a table."""
    rows = array.reshape(len(array), -1)
    return "; ".join(", ".join(numbers.short(x) for x in row) for row in rows)


def _formula(place: Place) -> str:
    """The quantity of a place, in the notation of formulas."""
    return SYMBOLS[place.quantity].replace("l", str(place.layer))
