from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
from backproof.agreement.lesson import columns, example
from backproof.agreement.lesson.number_line import drawing, number_line
from backproof.agreement.lesson.words import Words


def test_programs_land_on_floats_within_what_is_allowed() -> None:
    line = number_line(columns.consult(example.default()))
    assert line is not None
    assert [one.name for one in line.landings] == ["numpy", "torch", "jax"]
    for one in line.landings:
        off = (one.ulps - line.offset) % 1
        assert min(off, 1 - off) < 1e-6
        assert abs(one.ulps) < line.reach
        assert abs(one.ulps) < line.allowed
    assert line.radius < 1e-6
    assert np.isfinite(line.allowed)


def test_the_drawing_names_everyone() -> None:
    line = number_line(columns.consult(example.default(), names=("numpy",)))
    assert line is not None
    picture = ET.fromstring(drawing(line, Words("en")))
    said = "".join(picture.itertext())
    assert "by hand" in said
    assert "certified" in said
    assert "1 ulp" in said
