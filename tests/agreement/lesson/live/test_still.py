from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from backproof.agreement.cli.main import main
from backproof.agreement.lesson import example
from backproof.agreement.lesson.live.still import still

PICTURES = Path(__file__).parents[4] / "docs" / "pictures"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_still_of_the_readme_is_what_the_command_writes(scheme: str, tmp_path: Path) -> None:
    out = tmp_path / "still.svg"
    assert main(["lesson", "--still", scheme, "--out", str(out)]) == 0
    assert out.read_text("utf-8") == (PICTURES / f"lesson-still-{scheme}.svg").read_text("utf-8")


def test_the_still_shows_the_slopes_on_their_lines() -> None:
    picture = ET.fromstring(still(example.default()))
    said = "".join(picture.itertext())
    assert "−0.02427" in said
    assert "−0.06961" in said
    assert "var(" not in said
