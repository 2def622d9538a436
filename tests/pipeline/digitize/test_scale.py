from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.measure import label, regionprops

from tablekin.digitize.scale import Marks, dense_windows, estimate_text_height, find_marks
from tablekin.digitize.thresholds import MARKS


def page_of_digits(height: int, gap: int, count: int = 3) -> np.ndarray:
    """Draw rows of numbers of ``count`` digits ``height`` pixels high, ``gap`` pixels apart."""
    ink = np.zeros((600, 600), np.float32)
    width = height // 2
    for y in range(30, 550, 2 * height):
        for x in range(30, 520, 4 * height):
            for place in range(count):
                left = x + place * (width + gap)
                cv2.rectangle(ink, (left, y), (left + width - 1, y + height - 1), 1, 2)
    return ink


def test_marks_are_the_pieces_of_ink_of_the_size_of_letters() -> None:
    rng = np.random.default_rng(0)
    ink = cv2.GaussianBlur(rng.random((300, 400), np.float32), (0, 0), 3)
    ink = np.clip((ink - 0.52) * 20, 0, 1)
    cv2.line(ink, (10, 150), (390, 150), 1, 2)  # a rule
    marks = find_marks(ink)
    expected = []
    for piece in regionprops(label(ink > MARKS.ink, connectivity=2)):
        top, left, bottom, right = piece.bbox
        shorter, longer = sorted((bottom - top, right - left))
        letter = 5 <= longer <= 150 and longer <= 8 * shorter
        if letter and piece.area >= 0.12 * shorter * longer:
            expected.append((longer, shorter, *piece.centroid[::-1]))
    assert len(expected) > 50
    found = np.column_stack([marks.size, marks.breadth, marks.centre])
    np.testing.assert_allclose(
        found[np.lexsort(found.T)], np.array(expected)[np.lexsort(np.array(expected).T)]
    )


@pytest.mark.parametrize("height", [12, 20, 33])
def test_the_height_of_the_text_is_that_of_most_marks(height: int) -> None:
    ink = page_of_digits(height, gap=4)
    cv2.rectangle(ink, (560, 20), (595, 120), 1, 3)  # an initial
    ink[580:582, 20:22] = 1  # a speck
    assert estimate_text_height(find_marks(ink)) == [pytest.approx(height + 1, abs=1.5)]


def test_of_numbers_whose_digits_touch_the_shorter_side_is_tried_as_well() -> None:
    length, height = estimate_text_height(find_marks(page_of_digits(20, gap=-2, count=6)))
    assert length == pytest.approx(51, abs=2)
    assert height == pytest.approx(21, abs=1.5)


def test_a_page_with_few_marks_has_no_scale() -> None:
    ink = np.zeros((300, 300), np.float32)
    for x in range(9):
        ink[100:120, 20 + 30 * x : 30 + 30 * x] = 1
    assert estimate_text_height(find_marks(ink)) == []


def test_windows_are_where_most_marks_are_and_do_not_overlap() -> None:
    rng = np.random.default_rng(1)
    counts = {(0, 0): 3, (200, 0): 9, (0, 200): 20, (200, 400): 1}
    centre = np.concatenate([rng.uniform(5, 195, (n, 2)) + place for place, n in counts.items()])
    marks = Marks(np.ones(len(centre)), np.ones(len(centre)), centre)
    assert dense_windows(marks, (600, 400), 200, 3) == [(0, 200), (200, 0), (0, 0)]
    assert len(dense_windows(marks, (600, 400), 200, 9)) == 4  # none is empty


def test_windows_do_not_lie_on_specks() -> None:
    rng = np.random.default_rng(2)
    text, edge = rng.uniform(205, 395, (30, 2)), rng.uniform(5, 195, (900, 2))
    size = np.concatenate([np.full(30, 20.0), np.full(900, 6.0)])
    marks = Marks(size, size, np.concatenate([text, edge]))
    assert dense_windows(marks, (400, 400), 200, 1, min_size=10) == [(200, 200)]
