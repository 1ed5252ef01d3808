"""The picture of the README, light and dark, from a record: `backproof check`, then

python benchmarks/hero_picture.py agreement-report/record.json docs
"""

from __future__ import annotations

import argparse
from pathlib import Path

from backproof.agreement.record.record import Record
from backproof.agreement.report import html
from backproof.agreement.report.hero import WIDE, PictureWords, hero

COLOURS = {
    "light": {"paper": "#fcfbf8", "ink": "#1b2330", "quiet": "#5f6873", "a": "#0b5fa5", "b": "#b84300"}
    | {"atint": "#e6f0f8", "btint": "#fbeee5", "grey": "#8a929c"},
    "dark": {"paper": "#11161d", "ink": "#e9e7e2", "quiet": "#9aa5b1", "a": "#7cc0f5", "b": "#ff9d66"}
    | {"atint": "#16283a", "btint": "#2c1e17", "grey": "#7c8793"},
}
"""Those of the page."""
MARGIN = 16


def picture(record: Record, scheme: str) -> str:
    """The first picture of a record's page as a file of its own."""
    words = PictureWords(**html.texts("en")["hero"])
    drawn = hero(record.summary["pictures"], list(record.summary["backends"]), words, WIDE)
    width, height = map(int, drawn.partition('viewBox="0 0 ')[2].partition('"')[0].split())
    for name, colour in COLOURS[scheme].items():
        drawn = drawn.replace(f"var(--{name})", colour)
    box = f"{-MARGIN} {-MARGIN} {width + 2 * MARGIN} {height + 2 * MARGIN}"
    drawn = drawn.replace(f'viewBox="0 0 {width} {height}"', f'viewBox="{box}" font-family="sans-serif"')
    head, tag, rest = drawn.partition('">')
    x, y, wide, high = box.split()
    paper = f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{COLOURS[scheme]["paper"]}"/>'
    return f"{head}{tag}{paper}{rest}\n"


def main() -> None:
    """Write errors-light.svg and errors-dark.svg."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("record", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    for scheme in COLOURS:
        (given.folder / f"errors-{scheme}.svg").write_text(picture(Record.load(given.record), scheme), "utf-8")


if __name__ == "__main__":
    main()
