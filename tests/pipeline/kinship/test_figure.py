"""The drawing of a stemma."""

import dataclasses
import re

import numpy as np
import pytest
from PIL import Image

from tablekin.dating import Years
from tablekin.kinship.figure import draw_stemma
from tablekin.kinship.stemma import infer_stemma


@pytest.fixture
def stemma():
    readings = np.zeros((20, 5), int)
    readings[:3, 3:] = 1
    return infer_stemma(tuple("abcde"), readings)


def texts(path):
    """The words of an SVG, which matplotlib writes as comments before their outlines."""
    return re.findall(r"<!-- (.*?) -->", path.read_text("utf-8"))


def test_every_witness_is_named_and_every_branch_has_its_number(stemma, tmp_path):
    draw_stemma(stemma, {"d": Years(1551, 1551)}, tmp_path / "tree.svg")
    words = texts(tmp_path / "tree.svg")
    assert {"a", "b", "c", "d, 1551", "e"} <= set(words)
    assert words.count("3") == 1  # of the branch that three places set apart
    assert any("earliest witness" in text for text in words)


def test_without_years_it_says_that_the_direction_is_open(stemma, tmp_path):
    draw_stemma(stemma, {}, tmp_path / "tree.svg")
    assert any("do not tell the direction" in text for text in texts(tmp_path / "tree.svg"))
    draw_stemma(stemma, {}, tmp_path / "tree.png")
    with Image.open(tmp_path / "tree.png") as image:
        assert (np.asarray(image.convert("L")) < 100).mean() > 0.002


def test_a_name_with_dollar_signs_is_no_formula(stemma, tmp_path):
    newick = stemma.newick.replace("d:", "'$\\frac$':")
    witnesses = tuple("$\\frac$" if name == "d" else name for name in stemma.witnesses)
    named = dataclasses.replace(stemma, newick=newick, witnesses=witnesses, branches=())
    draw_stemma(named, {}, tmp_path / "tree.svg")
    assert "$\\frac$" in texts(tmp_path / "tree.svg")
