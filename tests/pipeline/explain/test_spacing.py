import numpy as np
import pytest

from tablekin.explain import digit_advance, spacing_of
from tablekin.models.networks.digits import DIGIT_HEIGHT
from tablekin.page import Detections


def line_of_digits(x: list[float]) -> Detections:
    boxes = np.array([[c - 4, 90, c + 4, 110] for c in x], np.float32)
    return Detections.from_boxes(np.arange(len(x)).astype(np.int8) % 10, np.ones(len(x), np.float32), boxes)


def test_advance_is_the_distance_inside_numbers_not_between_them() -> None:
    digits = line_of_digits([start + step for start in range(0, 800, 80) for step in (0, 11, 22)])
    assert digit_advance(digits) == pytest.approx(11)


@pytest.mark.parametrize("x", [[], [10], [10, 200], [10, 21, 200, 211]])
def test_advance_of_a_page_with_too_few_numbers_is_the_usual_one(x: list[float]) -> None:
    digits = line_of_digits(x) if x else Detections.from_boxes(*map(np.zeros, ((0,), (0,), (0, 4))))
    assert digit_advance(digits) == DIGIT_HEIGHT / 2


def test_neighbours_stand_about_one_advance_apart_on_one_line() -> None:
    spacing = spacing_of(10)
    assert spacing.min_dx < 10 < spacing.max_dx < 20
    assert 0 < spacing.max_dy < DIGIT_HEIGHT
