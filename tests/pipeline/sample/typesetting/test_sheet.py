import numpy as np
import pytest

from tablekin.sample.typesetting.sheet import Sheet
from tests.support.printing import plain_compositor


def test_turned_headings_are_printed_but_their_digits_ignored() -> None:
    rng = np.random.default_rng(4)
    sheet = Sheet(100, 320, rng)
    compositor = plain_compositor()
    sheet.put_turned_line(compositor.set_line("Anno 1677"), 50, 300, 22.0)
    page = sheet.finish(22.0)
    assert list(page.digits["digit"]) == [1, 6, 7, 7] and page.digits["ignore"].all()
    assert page.digits["y0"].is_monotonic_decreasing  # reads upwards
    for digit in page.digits.itertuples():
        assert page.ink[int(digit.y0) : int(digit.y1), int(digit.x0) : int(digit.x1)].max() > 0.8


def test_what_leaves_the_sheet_is_lost() -> None:
    sheet = Sheet(10, 8, np.random.default_rng(0))
    sheet.stamp(np.full((4, 4), 200, np.uint8), -2, 6)
    sheet.stamp(np.full((4, 4), 100, np.uint8), 20, 2)
    expected = np.zeros((8, 10), np.uint8)
    expected[6:8, 0:2] = 200
    np.testing.assert_array_equal(sheet.ink, expected)


def test_where_two_prints_meet_the_darker_stays() -> None:
    sheet = Sheet(4, 1, np.random.default_rng(0))
    sheet.stamp(np.array([[90, 200]], np.uint8), 0, 0)
    sheet.stamp(np.array([[100, 50]], np.uint8), 0, 0)
    assert sheet.ink.tolist() == [[100, 200, 0, 0]]


def test_the_ink_of_a_flawless_rule_grows_by_its_length_for_every_pixel_of_width() -> None:
    ink = {}
    for width in (3.0, 7.0):
        sheet = Sheet(200, 60, np.random.default_rng(1))
        sheet.rule(20, 30, 180, 30, width, ruggedness=0.0)
        ink[width] = sheet.ink.sum() / 255
        rows, cols = np.nonzero(sheet.ink)
        assert (rows.min() + rows.max()) / 2 == pytest.approx(30, abs=1)
        assert cols.min() == pytest.approx(20, abs=1.5)
        assert cols.max() == pytest.approx(180, abs=1.5)
    assert ink[7.0] - ink[3.0] == pytest.approx(160 * 4, rel=0.03)


def test_cells_are_remembered_as_they_were_put() -> None:
    sheet = Sheet(20, 20, np.random.default_rng(2))
    sheet.put_cell(0, 3, 1, "23 51", "cell", (1.0, 2.0, 3.0, 4.0))
    [cell] = sheet.finish(10.0).cells.to_dict("records")
    assert (cell["row"], cell["col"], cell["text"], cell["y1"]) == (3, 1, "23 51", 4.0)
