import numpy as np
import pytest

from tablekin.digitize.pieces import find_pieces, fit_to_ink
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections

DIGIT = Detections.from_boxes(
    np.array([5], np.int8), np.ones(1, np.float32), np.array([[20, 40, 32, 60]], np.float32)
)


def page() -> np.ndarray:
    """A digit, a plus sign of hairlines, two points, and a rule."""
    ink = np.zeros((100, 200), np.float32)
    ink[40:60, 20:32] = 1
    ink[50, 70:92] = ink[40:61, 81] = 1
    ink[56:60, 120:124] = ink[56:60, 129:133] = 1
    ink[5:95, 150:153] = 1
    return ink


def marks(*at: tuple[str, float, float, float, float]) -> MarkDetections:
    boxes = np.array([box for _, *box in at], np.float32).reshape(-1, 4)
    return MarkDetections(
        np.array([mark_index(mark) for mark, *_ in at], np.int16), np.ones(len(at), np.float32), boxes
    )


def test_pieces_are_ink_that_belongs_to_no_digit_and_no_rule() -> None:
    found = find_pieces(page(), DIGIT).boxes[1:]
    assert sorted(found.tolist()) == [[70, 40, 92, 61], [120, 56, 124, 60], [129, 56, 133, 60]]


@pytest.mark.parametrize(
    ("mark", "others", "fitted"),
    [
        (("+", 74, 43, 88, 58), [], [70, 40, 92, 61]),  # hairlines that the reader had not boxed
        (("+", 74, 43, 88, 58), [(".", 78, 48, 84, 52)], [74, 43, 88, 58]),  # another mark has the same ink
        ((".", 121, 55, 125, 61), [(".", 128, 56, 133, 60)], [120, 56, 124, 60]),
        ((".", 80, 48, 83, 52), [], [80, 48, 83, 52]),  # far larger than it is
        (("½", 110, 40, 140, 62), [], [110, 40, 140, 62]),  # some of its ink may be a digit's
        (("+", 170, 40, 190, 60), [], [170, 40, 190, 60]),  # no ink
    ],
)
def test_marks_take_the_boxes_of_ink_that_is_theirs_alone(mark, others, fitted) -> None:
    found = fit_to_ink(marks(mark), marks(*others), find_pieces(page(), DIGIT))
    assert found.boxes.tolist() == [fitted]


def test_what_stands_in_line_with_an_upright_rule_is_left_of_it() -> None:
    ink = page()
    ink[80:84] = 0  # a gap in the rule
    ink[81:83, 151] = 1
    found = find_pieces(ink, DIGIT)
    boxes = np.array([[151, 81, 152, 83], [155, 56, 159, 60], [120, 56, 124, 60]], np.float32)
    assert found.on_rules(boxes).tolist() == [True, False, False]
