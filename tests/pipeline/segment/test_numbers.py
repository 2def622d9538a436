from __future__ import annotations

import numpy as np
import pytest

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.numbers import has_affixes, number_boxes, touches_text, without_digits

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


def digits(*boxes: tuple[float, float, float, float]) -> Detections:
    array = np.array(boxes, np.float32)
    return Detections.from_boxes(np.full(len(boxes), 3, np.int8), np.ones(len(boxes), np.float32), array)


def test_the_box_of_a_number_is_around_its_digits() -> None:
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 100, (30, 2))
    found = digits(*np.column_stack([low, low + rng.uniform(5, 20, (30, 2))]).tolist())
    number = np.concatenate([np.arange(5), rng.integers(0, 5, 25)])
    for k, box in enumerate(number_boxes(found, number)):
        own = found.boxes[number == k]
        assert box.tolist() == [*own[:, :2].min(0), *own[:, 2:].max(0)]


def test_only_ink_in_the_boxes_of_digits_is_blanked() -> None:
    text = np.ones((50, 60), np.uint8)
    rest = without_digits(text, digits((10.2, 5.6, 20.1, 25.0), (-3, 40, 4, 70)))
    expected = np.ones((50, 60), bool)
    expected[5:25, 10:21] = False
    expected[40:, 0:4] = False
    assert (rest.astype(bool) == expected).all()
    assert text.all()


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize(
    ("distance", "ink_height", "touches"), [(4, 14, True), (20, 14, False), (4, 4, False)]
)
def test_a_letter_near_by_touches_a_number_and_a_dot_does_not(
    side: int, distance: int, ink_height: int, touches: bool
) -> None:
    letters = np.zeros((100, 300), np.uint8)
    box = np.array([[100.0, 40, 150, 60]])
    x = 150 + distance if side > 0 else 100 - distance - 8
    letters[50 - ink_height // 2 : 50 + ink_height // 2, x : x + 8] = 1
    assert touches_text(box, letters, METRICS, 0.35).tolist() == [touches]
    if distance == 20:
        assert touches_text(box, letters, METRICS, 1.6 * 2).tolist() == [True]


@pytest.mark.parametrize(
    ("letters", "affixed"),
    [
        ([], True),
        ([(153, 30)], True),  # 12s.
        ([(60, 35), (158, 30)], True),  # N. 37 E.
        ([(158, 30), (200, 60)], False),  # 12 of them
        ([(20, 75), (200, 60)], False),  # the end of a line
        ([(20, 75)], False),
        ([(40, 55), (153, 50)], False),  # letters on both sides make a word
    ],
)
def test_a_letter_or_two_up_to_white_are_part_of_their_number(
    letters: list[tuple[int, int]], affixed: bool
) -> None:
    text = np.zeros((100, 400), np.uint8)
    for x, width in letters:
        text[42:58, x : x + width] = 1
    text[40:60, 100:150] = 1  # the number itself
    assert has_affixes(np.array([[100.0, 40, 150, 60]]), text, METRICS).tolist() == [affixed]
