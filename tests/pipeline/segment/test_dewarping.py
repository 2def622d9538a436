from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tablekin.page import Detections
from tablekin.segment.adjacency import find_neighbours, measure
from tablekin.segment.dewarping import STEP, Dewarping, fit_dewarping, refine_columns, refine_rows
from tablekin.segment.observations import observe_page
from tablekin.segment.ruling import Ruling
from tests.support.printed_table import HEIGHT, OLD_STYLE, Printed, print_table

SHAPE = (1400, 1100)


def lattice(shape: tuple[int, int], bend: float) -> Dewarping:
    y, x = np.mgrid[0 : shape[0] + STEP : STEP, 0 : shape[1] + STEP : STEP].astype(np.float32)
    return Dewarping(x + bend * np.sin(y / 300), y + bend * np.cos(x / 400), np.zeros(10))


def fitted(page: Printed) -> tuple[Dewarping, Detections, np.ndarray]:
    working, truth = page.page()
    blank = np.zeros(SHAPE, np.uint8)
    near = find_neighbours(working.digits, Ruling(blank, blank, blank), measure(working.digits))
    return fit_dewarping(working.digits, near.right, near.lower, SHAPE), working.digits, truth


@pytest.mark.parametrize("bend", [0.0, 8.0])
def test_the_inverse_takes_points_back(bend: float) -> None:
    dewarping = lattice(SHAPE, bend)
    xy = np.random.default_rng(0).uniform(50, 1000, (200, 2))
    assert np.abs(dewarping.inverse(dewarping.points(xy)) - xy).max() < 0.05


def test_pixels_have_the_coordinates_of_points() -> None:
    dewarping = lattice(SHAPE, 8.0)
    u, v = dewarping.pixels(333, 210, 420, 300)
    y, x = np.mgrid[210:300, 333:420]
    uv = dewarping.points(np.column_stack([x.ravel(), y.ravel()]).astype(float))
    assert np.abs(u.ravel() - uv[:, 0]).max() < 0.05
    assert np.abs(v.ravel() - uv[:, 1]).max() < 0.05


@pytest.mark.parametrize(("tilt", "bow"), [(0.0, 0.0), (0.008, 0.0), (-0.006, 15.0), (0.004, -12.0)])
def test_lines_become_straight_and_columns_upright(tilt: float, bow: float) -> None:
    page = Printed(np.random.default_rng(1), SHAPE, tilt=tilt, bow=bow)
    print_table(page, 120, 150, 34, ["99", "9999", "999", "9999", "99"], rules="none", gap=60)
    dewarping, digits, truth = fitted(page)
    uv = dewarping.points(digits.centres)
    for row in range(34):
        assert np.ptp(uv[truth[:, 1] == row, 1]) < 0.4 * HEIGHT
    for column in range(5):
        own = truth[:, 2] == column
        last = [uv[own & (truth[:, 1] == row), 0].max() for row in range(34)]
        assert np.ptp(last) < 0.45 * HEIGHT


def secants(row: int) -> str:
    seconds = round(3600 * 60 / np.cos(np.radians(40 + row)))
    return f"{seconds // 3600}·{seconds // 60 % 60}·{seconds % 60}"


def powers(row: int) -> str:
    return str(round(1.25 ** (row + 2)))


@pytest.mark.parametrize("number", [secants, powers])
@pytest.mark.parametrize("at_left", [False, True])
@pytest.mark.parametrize("ruled", [False, True])
@pytest.mark.parametrize("tilt", [0.0, 0.006])
def test_numbers_that_grow_down_the_column_are_no_lean(
    number: Callable[[int], str], at_left: bool, ruled: bool, tilt: float
) -> None:
    rules = (120, 175, 345)
    page = Printed(np.random.default_rng(1), (1400, 500), tilt=tilt)
    for row in range(40):
        page.number(str(row + 41), 160, 150 + 30 * row, (0, row, 0))
        text = number(row)
        width = sum(8 if sign == "·" else 13 for sign in text)
        page.number(text, 190 + width if at_left else 330, 150 + 30 * row, (0, row, 1))
    for x in rules if ruled else ():
        page.rule(x, 100, x, 1340)
    seen = observe_page(page.page()[0])
    dewarping = fit_dewarping(seen.digits, seen.near.right, seen.near.lower, page.size, seen.stretches)
    for x in rules:  # upright lines as they were before the page leant
        line = page.bend(np.column_stack([np.full(30, x), np.linspace(130, 1320, 30)]))
        assert np.ptp(dewarping.points(line)[:, 0]) < 1.5


def test_rules_outweigh_digits_that_slant() -> None:
    slant = 0.01
    y = np.repeat(np.arange(100.0, 1000, 30), 3)
    x = np.tile([200.0, 300, 400], 30) + slant * y
    boxes = np.column_stack([x - 6, y - 10, x + 6, y + 10]).astype(np.float32)
    digits = Detections.from_boxes(np.full(90, 8, np.int8), np.ones(90, np.float32), boxes)
    lower = np.column_stack([np.arange(87), np.arange(3, 90)])
    right = np.zeros((0, 2), np.intp)
    tops = np.array(
        [[[place, top], [place, top + 96]] for place in (180, 250, 350, 430) for top in range(80, 900, 16)],
        float,
    )
    leaning, upright = (
        fit_dewarping(digits, right, lower, SHAPE, stretches).points(np.array([[300.0, 110], [300, 990]]))
        for stretches in (np.zeros((0, 2, 2)), tops)
    )
    assert leaning[1, 0] - leaning[0, 0] == pytest.approx(-slant * 880, abs=1)
    assert upright[1, 0] - upright[0, 0] == pytest.approx(0, abs=1)


def test_old_style_digits_have_the_offsets_they_were_set_with() -> None:
    page = Printed(np.random.default_rng(2), SHAPE, old_style=True)
    print_table(page, 120, 150, 34, ["9999"] * 5, rules="none")
    dewarping, digits, _ = fitted(page)
    centre = np.array([(low - top) / 2 * HEIGHT for top, low in (OLD_STYLE[d] for d in range(10))])
    centre -= centre[digits.digit].mean()
    assert np.abs(dewarping.offset - centre).max() < 1.0


def test_a_page_with_few_digits_is_not_bent() -> None:
    boxes = np.array([[100, 100, 113, 120], [120, 104, 133, 124]], np.float32)
    digits = Detections.from_boxes(np.array([3, 8], np.int8), np.ones(2, np.float32), boxes)
    dewarping = fit_dewarping(digits, np.array([[0, 1]]), np.zeros((0, 2), np.intp), SHAPE)
    moved = dewarping.points(digits.centres) - digits.centres
    assert np.abs(moved).max() < 4.1


def test_refining_takes_away_what_is_left_where_there_are_digits() -> None:
    flat = lattice(SHAPE, 0.0)
    y, x = np.mgrid[200:700:25, 200:700:25]
    xy = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    rows = refine_rows(flat, xy, np.full(len(xy), 3.0), 60)
    columns = refine_columns(flat, xy, np.full(len(xy), 3.0), 60)
    inside = np.array([[450.0, 450.0]])
    far = np.array([[1050.0, 1300.0]])
    assert rows.points(inside)[0] == pytest.approx([450, 447], abs=0.3)
    assert columns.points(inside)[0] == pytest.approx([447, 450], abs=0.3)
    assert rows.points(far)[0] == pytest.approx(far[0], abs=1e-3)
