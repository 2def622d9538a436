"""One palette for all drawings: nobody has colours of his own, and the colour-blind can tell what it tells apart."""

import re
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from skimage.color import rgb2lab

from tablekin import palette
from tablekin.report.apparatus_drawing import MARKS as COLLATED
from tablekin.report.residuals import MARKS as RECOMPUTED
from tests.support.places import ROOT

ROOMS = ("analyze", "kinship", "report")
DEFICIENCIES = {  # Machado, Oliveira and Fernandes (2009), severity 1, of linear RGB
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
JUST_NOTICED = 2.3  # difference in CIELAB


def seen(colour, matrix):
    """Place in CIELAB of a colour as a colour-blind person sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(matrix) @ linear, 0, 1)
    return rgb2lab(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_colours_of_groups_are_told_apart_without_all_cones(deficiency):
    places = [seen(colour, DEFICIENCIES[deficiency]) for colour in palette.SERIES]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) > 4 * JUST_NOTICED
    assert len(set(palette.MARKERS)) == len(palette.SERIES)


@pytest.mark.parametrize("marks", [COLLATED, RECOMPUTED])
def test_what_marks_mean_is_told_without_colour(marks):
    """Two marks are never told apart by hue alone: their frames are drawn otherwise, or one has none."""
    looks = [(str(mark.style), mark.tint > 0) for mark in marks.values()]
    assert len(set(looks)) == len(looks)


def test_no_drawing_has_colours_of_its_own():
    for room in ROOMS:
        for path in (ROOT / "pipeline" / room).rglob("*.py"):
            assert not re.search(r'"#[0-9a-fA-F]{6}"', path.read_text("utf-8")), path


def test_the_atlas_says_the_same_in_the_same_colours():
    style = (ROOT / "pipeline/report/atlas/page/src/style.css").read_text("utf-8")
    told: dict[str, str] = {}
    for name, colour in re.findall(r"--([a-z]+): (#[0-9a-f]{6})", style):
        told.setdefault(name, colour)  # those of the light theme stand first
    for name, colour in (
        ("agreeing", palette.AGREES),
        ("differing", palette.DIFFERS),
        ("doubtful", palette.DOUBTFUL),
        ("computed", palette.COMPUTED),
        ("for", palette.FOR),
        ("against", palette.AGAINST),
    ):
        assert told[name] == colour
