"""The lesson as one still picture, for a page that is not the lesson: the last stop, all slopes on their lines."""

from __future__ import annotations

import re
from importlib import resources

from ....manual.case import Case
from ..example import first_example
from ..numbers import short
from ..words import Words
from .picture import picture, symbol
from .quantities import quantities


def still(case: Case, language: str = "en", dark: bool = False) -> str:
    """An SVG file of the network with δ in its neurons and ∂C/∂w on its lines, in the light or the dark colours."""
    numbers = quantities(first_example(case))
    drawn = picture(case.architecture, numbers, Words(language))
    for layer, rows in enumerate(numbers["dw"]):
        for j, row in enumerate(rows):
            for k, value in enumerate(row):
                label = rf'(<text class="el)(" data-label="{layer}\.{j}\.{k}"[^>]*>)[^<]*'
                drawn = re.sub(label, rf"\1 on-r\g<2>{short(value)}", drawn)
            place = rf"{layer + 1}\.{j}"
            drawn = re.sub(
                rf'<g class="node"( data-node="{place}".*?<text class="nm"[^>]*>).*?</text>'
                rf'(<text class="big"[^>]*>)[^<]*(</text><text class="sm)("[^>]*>)[^<]*',
                rf'<g class="node on-r back"\1{symbol("δ", layer + 1, str(j + 1))}</text>'
                rf"\g<2>{short(numbers['delta'][layer][j])}\g<3> f\g<4>a {short(numbers['a'][layer + 1][j])}",
                drawn,
            )
        drawn = re.sub(rf'class="edge"( data-edge="{layer}\.\d+\.\d+")', r'class="edge on-r"\1', drawn)
    drawn = re.sub(r'<path class="(flow|hit)"[^>]*/>', "", drawn)
    drawn = drawn.replace(' tabindex="0"', "").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return drawn.replace(">", f"><style>{_style(dark)}</style>", 1) + "\n"


def _style(dark: bool) -> str:
    """The colours of the page and the rules of the picture."""
    page, stage = (
        resources.files(__package__).joinpath("..", "templates", name).read_text("utf-8")
        for name in ("page.css", "stage.css")
    )
    colours = re.findall(r":root \{(.*?)\}", page, flags=re.DOTALL)
    used = colours[0] + (colours[1] if dark else "")
    variables = dict(re.findall(r"(--[a-z-]+): ([^;]+);", used))
    rules = [line for line in stage.splitlines() if line.startswith((".stage .", ".stage text"))]
    text = "\n".join(rule for rule in rules if "animation" not in rule)
    while "var(" in text:
        text = re.sub(r"var\((--[a-z-]+)\)", lambda found: variables[found[1]], text)
    ground = f"svg {{ background: {variables['--paper']}; font-family: {variables['--sans']}; }}"
    return f"{ground}\n#demon-imp {{ display: none; }}\n{text}".replace("&", "&amp;")
