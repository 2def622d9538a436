from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy import ndimage

from tablekin.sample.degradation.degrade import Degradation, degrade, random_degradation
from tablekin.sample.degradation.exposure import Scanner
from tablekin.sample.degradation.paper import Paper
from tablekin.sample.training.pages import training_page
from tablekin.sample.typesetting.sheet import Sheet
from tablekin.sample.typesetting.style import random_style
from tablekin.sample.typesetting.typeset import set_page
from tests.support.printing import isolated_digits

CLEAN = Degradation(Paper((0.95, 0.93, 0.9)), Scanner(bed=0.95), density=1.0)
BOX = ["x0", "y0", "x1", "y1"]


GEOMETRIES = {
    "none": {},
    "skew": {"skew_degrees": 2.5},
    "bent": {"bend": 1.2, "ripple": 0.2, "gutter_left": False},
    "borders": {"border": (3.0, 1.0, 0.5, 2.0), "skew_degrees": -1.5},
    "shrunk": {"scale": 0.7},
    "turned": {"orientation": 90, "skew_degrees": 1.0},
    "upside down": {"orientation": 180, "bend": -0.8},
    "turned back": {"orientation": 270, "border": (2.0, 0.0, 0.0, 0.0)},
    "facing": {"neighbour": 4.0, "gutter_left": True},
    "facing right": {"neighbour": 4.0, "gutter_left": False},
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_boxes_follow_the_ink_through_every_geometry(name: str) -> None:
    page = isolated_digits()
    scan = degrade(page, replace(CLEAN, **GEOMETRIES[name]), np.random.default_rng(1))
    grey = cv2.cvtColor(scan.image, cv2.COLOR_RGB2GRAY).astype(float)
    dark = np.clip(200 - grey, 0, None)
    own = scan.digits[scan.digits["table"] == 0]
    assert len(own) >= 70
    height, width = grey.shape
    inner = own[(own["x0"] > 20) & (own["y0"] > 20) & (own["x1"] < width - 20) & (own["y1"] < height - 20)]
    for box in inner[BOX].to_numpy():
        x0, y0, x1, y1 = box
        left, top, right, bottom = int(x0) - 12, int(y0) - 12, int(x1) + 13, int(y1) + 13
        patch = dark[top:bottom, left:right]
        rows, cols = np.nonzero(patch > 35)
        found = np.array([cols.min() + left, rows.min() + top, cols.max() + 1 + left, rows.max() + 1 + top])
        np.testing.assert_allclose(found, box, atol=3.5)
        y, x = ndimage.center_of_mass(patch)
        assert x0 < left + x + 0.5 < x1 and y0 < top + y + 0.5 < y1


def test_cells_go_with_their_digits() -> None:
    changes = {"skew_degrees": 1.5, "bend": 0.6, "orientation": 270}
    scan = degrade(isolated_digits(), replace(CLEAN, **changes), np.random.default_rng(2))
    pairs = scan.digits.merge(scan.cells, on=["table", "row", "col"], suffixes=("", "_cell"))
    assert len(pairs) > 70
    x, y = (pairs["x0"] + pairs["x1"]) / 2, (pairs["y0"] + pairs["y1"]) / 2
    assert ((x > pairs["x0_cell"]) & (x < pairs["x1_cell"])).all()
    assert ((y > pairs["y0_cell"]) & (y < pairs["y1_cell"])).all()


def test_digits_cut_off_are_left_out_and_the_rest_is_clipped() -> None:
    page = isolated_digits()
    shifted = replace(
        CLEAN, border=(-1.8, 0.0, 0.0, 0.0)
    )  # the scan begins inside the first column of digits
    scan = degrade(page, shifted, np.random.default_rng(4))
    assert set(scan.digits["col"]) in ({*range(10)}, {*range(1, 10)})
    assert (scan.digits["x0"] >= 0).all()
    gone = degrade(page, replace(CLEAN, border=(-2.5, 0.0, 0.0, 0.0)), np.random.default_rng(4))
    assert set(gone.digits["col"]) == {*range(1, 10)}


@pytest.mark.parametrize("gutter_left", [True, False])
def test_digits_of_the_facing_page_are_those_in_sight(gutter_left: bool) -> None:
    dark_bed = replace(CLEAN, scanner=Scanner(bed=0.0), border=(6.0, 0.0, 6.0, 0.0))
    page = isolated_digits()
    for neighbour in (2.0, 4.0, 7.0):
        scan = degrade(
            page, replace(dark_bed, neighbour=neighbour, gutter_left=gutter_left), np.random.default_rng(4)
        )
        facing = scan.digits[scan.digits["table"] == -1]
        whole = facing[~facing["ignore"]]
        grey = cv2.cvtColor(scan.image, cv2.COLOR_RGB2GRAY)
        leaf = ndimage.binary_closing(grey > 180, iterations=12)  # paper, and the digits printed on it
        for x0, y0, x1, y1 in whole[BOX].round().astype(int).to_numpy():
            assert leaf[y0:y1, x0:x1].mean() > 0.8
            assert grey[y0:y1, x0:x1].min() < 60
        assert len(facing) < 8 * (neighbour * page.digit_height / 90 + 1)
        assert len(scan.digits[scan.digits["table"] == 0]) == 80


def test_a_verso_shows_through_mirrored() -> None:
    empty = Sheet(200, 100, np.random.default_rng(6)).finish(20.0)
    back = Sheet(200, 100, np.random.default_rng(6))
    back.fill(np.array([[10, 20], [60, 20], [60, 80], [10, 80]]))
    scan = degrade(empty, replace(CLEAN, show_through=0.3), np.random.default_rng(7), back.finish(20.0))
    grey = scan.image.mean(2)
    assert grey[30:70, 145:185].mean() < grey[30:70, 15:55].mean() - 15


def test_degradation_is_repeatable_and_leaves_the_page_alone() -> None:
    images = []
    for _ in range(2):
        rng = np.random.default_rng(8)
        page = set_page(training_page(rng), random_style(rng), rng)
        before = page.ink.copy()
        images.append(degrade(page, random_degradation(rng, 0.9), rng).image)
        np.testing.assert_array_equal(page.ink, before)
    np.testing.assert_array_equal(*images)


@pytest.mark.parametrize("seed", range(4))
def test_random_pages_keep_valid_boxes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    page = set_page(training_page(rng), random_style(rng), rng)
    chosen = random_degradation(rng)
    scan = degrade(page, chosen, rng)
    height, width = scan.image.shape[:2]
    boxes = scan.digits[BOX].to_numpy()
    assert (boxes >= 0).all() and (boxes[:, [0, 2]] <= width).all() and (boxes[:, [1, 3]] <= height).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert scan.orientation == chosen.orientation
    assert set(scan.digits["digit"]) <= set(range(10))


def test_upright_degradation_is_never_turned() -> None:
    rng = np.random.default_rng(9)
    assert {random_degradation(rng, upright=True).orientation for _ in range(50)} == {0}
    assert len({random_degradation(rng).orientation for _ in range(80)}) == 4


def test_a_grey_scan_has_one_channel() -> None:
    scanner = Scanner(grey=True, jpeg=80)
    scan = degrade(isolated_digits(), replace(CLEAN, scanner=scanner), np.random.default_rng(10))
    assert scan.image.ndim == 2 and scan.image.dtype == np.uint8
