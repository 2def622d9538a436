"""The drawing of a stemma."""

import dataclasses
import re

import numpy as np
import pytest
from PIL import Image

from tablekin.dating import Years
from tablekin.kinship.branch_evidence import BranchEvidence
from tablekin.kinship.figure import draw_stemma
from tablekin.kinship.stemma import CopyingStep, Stemma, infer_stemma


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


def test_what_carries_a_branch_is_shown_by_cells_of_the_scans(stemma, tmp_path):
    (branch,) = stemma.branches
    told = [
        BranchEvidence(f"8{place}", f"3{place}", "d", ("d", place), "a", ("a", place)) for place in range(5)
    ]
    grey = np.full((20, 60), 120, np.uint8)
    pieces = {("d", 0): grey, ("a", 0): grey, ("d", 1): grey}
    draw_stemma(stemma, {}, tmp_path / "tree.svg", {branch.split: told}, pieces)
    words = texts(tmp_path / "tree.svg")
    assert "A: 3" in words  # the places that set it apart
    assert "A: d, e share 5 readings that the others do not have" in words
    assert [word for word in words if " for " in word] == [
        f"8{place} for 3{place} (d; a)" for place in range(3)
    ]
    assert (tmp_path / "tree.svg").read_text("utf-8").count("<image") == 3
    draw_stemma(stemma, {}, tmp_path / "tree.png", {branch.split: told}, pieces)
    with Image.open(tmp_path / "tree.png") as image:
        colours = np.asarray(image.convert("RGB")).reshape(-1, 3)
    assert (colours == 120).all(1).sum() > 1000
    assert (colours == [0xD5, 0x5E, 0x00]).all(
        1
    ).sum() > 100  # frames of cells that differ, in their true colour


def test_names_of_any_length_have_room(stemma, tmp_path):
    """A name that reaches the end of the deepest branch is not cut off: right of it the picture is white."""
    draw_stemma(stemma, {"e": Years(1551, 1551)}, tmp_path / "tree.png")
    newick = stemma.newick.replace("e:", f"{'e' * 50}:")
    named = dataclasses.replace(stemma, newick=newick, witnesses=("a", "b", "c", "d", "e" * 50), branches=())
    draw_stemma(named, {}, tmp_path / "tree.png")
    with Image.open(tmp_path / "tree.png") as image:
        assert (np.asarray(image.convert("L"))[:, -8:] == 255).all()


def test_a_tree_without_a_branch_says_so_and_from_whom_each_was_copied(tmp_path):
    names = ("leiden_a", "leiden_b", "leiden_c", "leiden_d")
    newick = "(leiden_a:0,leiden_b:0.1,leiden_c:0.1,leiden_d:0.2);"
    steps = (CopyingStep("leiden_a", "leiden_b", 1.0, (4,)),)
    tree = Stemma(names, (), (), newick, steps, True)
    draw_stemma(tree, {"leiden_b": Years(1540, 1540)}, tmp_path / "tree.svg")
    words = texts(tmp_path / "tree.svg")
    assert "leiden_b, 1540, from a" in words and "leiden_c" in words
    assert any("no branch is sure" in text for text in words)
    assert not any(re.match("[-\N{MINUS SIGN}]", text) for text in words)  # no share is negative
