from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from scipy import ndimage

from tablekin.sample.degradation.degrade import Wear, random_wear, wear
from tablekin.sample.degradation.exposure import Scanner
from tablekin.sample.degradation.paper import Paper
from tablekin.sample.degradation.pose import SheetPose, bend_of_sheet, turn_boxes
from tablekin.sample.degradation.press import lost_figures, press_ink
from tablekin.sample.training_pages import practice_page
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import SetPage, Sheet
from tablekin.sample.typesetting.style import Style, random_style
from tablekin.sample.typesetting.typecase import TypeCase
from tablekin.sample.typesetting.typeset import set_page

CLEAN = Wear(Paper((0.95, 0.93, 0.9)), Scanner(bed=0.95), density=1.0)
BOX = ["x0", "y0", "x1", "y1"]


@cache
def isolated_figures(pitch: int = 90) -> SetPage:
    """Figures far from one another, so that ink tells where each went."""
    style = Style("gelasio/roman", "gelasio/roman", "gelasio/roman", 30.0)
    rng = np.random.default_rng(0)
    sheet = Sheet(10 * pitch, 8 * pitch, rng)
    compositor = Compositor(TypeCase(style.figures, style, 30.0, rng), style, rng)
    for row in range(8):
        for col in range(10):
            line = compositor.set_line(str((row + col) % 10))
            sheet.put_line(line, (col + 0.4) * pitch, (row + 0.6) * pitch, 0, row, col)
            sheet.put_cell(
                0, row, col, "", "cell", (col * pitch, row * pitch, (col + 1) * pitch, (row + 1) * pitch)
            )
    return sheet.finish(30.0)


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
    page = isolated_figures()
    worn = wear(page, replace(CLEAN, **GEOMETRIES[name]), np.random.default_rng(1))
    grey = cv2.cvtColor(worn.image, cv2.COLOR_RGB2GRAY).astype(float)
    dark = np.clip(200 - grey, 0, None)
    own = worn.digits[worn.digits["table"] == 0]
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


def test_cells_go_with_their_figures() -> None:
    changes = {"skew_degrees": 1.5, "bend": 0.6, "orientation": 270}
    worn = wear(isolated_figures(), replace(CLEAN, **changes), np.random.default_rng(2))
    pairs = worn.digits.merge(worn.cells, on=["table", "row", "col"], suffixes=("", "_cell"))
    assert len(pairs) > 70
    x, y = (pairs["x0"] + pairs["x1"]) / 2, (pairs["y0"] + pairs["y1"]) / 2
    assert ((x > pairs["x0_cell"]) & (x < pairs["x1_cell"])).all()
    assert ((y > pairs["y0_cell"]) & (y < pairs["y1_cell"])).all()


def test_points_found_by_iteration_map_back() -> None:
    rng = np.random.default_rng(3)
    affine = cv2.getRotationMatrix2D((200, 150), 2.0, 1.0)
    pose = SheetPose(affine, bend_of_sheet((300, 400), 12.0, True, 3.0, rng))
    points = rng.uniform([40, 40], [360, 260], (50, 2))
    scan = pose.to_scan(points)
    x, y = pose.maps()
    for axis, field in enumerate((x, y)):
        back = ndimage.map_coordinates(field, scan[:, ::-1].T, order=1)
        np.testing.assert_allclose(back, points[:, axis], atol=0.05)


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_turned_boxes_are_where_numpy_turns_them(orientation: int) -> None:
    image = np.zeros((30, 50), bool)
    image[4:9, 12:31] = True
    turned = np.rot90(image, -orientation // 90)
    rows, cols = np.nonzero(turned)
    box = turn_boxes(np.array([[12.0, 4.0, 31.0, 9.0]]), (30, 50), orientation)[0]
    np.testing.assert_array_equal(box, [cols.min(), rows.min(), cols.max() + 1, rows.max() + 1])


def test_figures_cut_off_are_left_out_and_the_rest_is_clipped() -> None:
    page = isolated_figures()
    shifted = replace(
        CLEAN, border=(-1.8, 0.0, 0.0, 0.0)
    )  # the scan begins inside the first column of figures
    worn = wear(page, shifted, np.random.default_rng(4))
    assert set(worn.digits["col"]) in ({*range(10)}, {*range(1, 10)})
    assert (worn.digits["x0"] >= 0).all()
    gone = wear(page, replace(CLEAN, border=(-2.5, 0.0, 0.0, 0.0)), np.random.default_rng(4))
    assert set(gone.digits["col"]) == {*range(1, 10)}


@pytest.mark.parametrize("gutter_left", [True, False])
def test_figures_of_the_facing_page_are_those_in_sight(gutter_left: bool) -> None:
    dark_bed = replace(CLEAN, scanner=Scanner(bed=0.0), border=(6.0, 0.0, 6.0, 0.0))
    page = isolated_figures()
    for neighbour in (2.0, 4.0, 7.0):
        worn = wear(
            page, replace(dark_bed, neighbour=neighbour, gutter_left=gutter_left), np.random.default_rng(4)
        )
        facing = worn.digits[worn.digits["table"] == -1]
        whole = facing[~facing["ignore"]]
        grey = cv2.cvtColor(worn.image, cv2.COLOR_RGB2GRAY)
        leaf = ndimage.binary_closing(grey > 180, iterations=12)  # paper, and the figures printed on it
        for x0, y0, x1, y1 in whole[BOX].round().astype(int).to_numpy():
            assert leaf[y0:y1, x0:x1].mean() > 0.8
            assert grey[y0:y1, x0:x1].min() < 60
        assert len(facing) < 8 * (neighbour * page.digit_height / 90 + 1)
        assert len(worn.digits[worn.digits["table"] == 0]) == 80


def test_figures_without_ink_are_ignored() -> None:
    clean = np.zeros((40, 80), np.float32)
    clean[10:30, 10:20] = clean[10:30, 50:60] = 1
    pressed = clean.copy()
    pressed[:, 40:] *= 0.1
    boxes = np.array([[10, 10, 20, 30], [50, 10, 60, 30]], float)
    assert lost_figures(clean, pressed, boxes).tolist() == [False, True]


def test_spread_makes_strokes_swell() -> None:
    ink = isolated_figures().ink
    areas = [
        float(press_ink(ink, 30.0, spread, 0.0, 0.0, np.random.default_rng(5)).sum())
        for spread in (-0.2, 0.0, 0.2)
    ]
    assert areas[0] < 0.97 * areas[1] < 0.94 * areas[2]


def test_a_verso_shows_through_mirrored() -> None:
    empty = Sheet(200, 100, np.random.default_rng(6)).finish(20.0)
    back = Sheet(200, 100, np.random.default_rng(6))
    back.fill(np.array([[10, 20], [60, 20], [60, 80], [10, 80]]))
    worn = wear(empty, replace(CLEAN, show_through=0.3), np.random.default_rng(7), back.finish(20.0))
    grey = worn.image.mean(2)
    assert grey[30:70, 145:185].mean() < grey[30:70, 15:55].mean() - 15


def test_wear_is_repeatable_and_leaves_the_page_alone() -> None:
    images = []
    for _ in range(2):
        rng = np.random.default_rng(8)
        page = set_page(practice_page(rng), random_style(rng), rng)
        before = page.ink.copy()
        images.append(wear(page, random_wear(rng, 0.9), rng).image)
        np.testing.assert_array_equal(page.ink, before)
    np.testing.assert_array_equal(*images)


@pytest.mark.parametrize("seed", range(4))
def test_random_pages_keep_valid_boxes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    page = set_page(practice_page(rng), random_style(rng), rng)
    chosen = random_wear(rng)
    worn = wear(page, chosen, rng)
    height, width = worn.image.shape[:2]
    boxes = worn.digits[BOX].to_numpy()
    assert (boxes >= 0).all() and (boxes[:, [0, 2]] <= width).all() and (boxes[:, [1, 3]] <= height).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert worn.orientation == chosen.orientation
    assert set(worn.digits["digit"]) <= set(range(10))


def test_upright_wear_is_never_turned() -> None:
    rng = np.random.default_rng(9)
    assert {random_wear(rng, upright=True).orientation for _ in range(50)} == {0}
    assert len({random_wear(rng).orientation for _ in range(80)}) == 4


def test_a_grey_scan_has_one_channel() -> None:
    scanner = Scanner(grey=True, jpeg=80)
    worn = wear(isolated_figures(), replace(CLEAN, scanner=scanner), np.random.default_rng(10))
    assert worn.image.ndim == 2 and worn.image.dtype == np.uint8
