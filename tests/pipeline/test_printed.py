import numpy as np
import pytest

from tablekin.models.networks.marks import MARKS
from tablekin.page import Detections, MarkDetections
from tablekin.printed import compose
from tablekin.segment.adjacency import DigitMetrics

METRICS = DigitMetrics(height=20.0, width=10.0, usual_gap=2.0, space=8.0)
LOW, HIGH = (16.0, 20.0), (0.0, 7.0)  # where points and raised signs stand, from the top of a digit


def glyphs(*placed: tuple[str, float, float], score: float = 1.0) -> tuple[Detections, MarkDetections]:
    """Glyphs at x and the top of their line: digits 10 wide, points 3, other marks 8."""
    digits, marks = [], []
    for character, x, top in placed:
        if character.isdigit():
            digits.append((int(character), x, top, x + 10, top + 20))
            continue
        up, down = LOW if character in ".," else HIGH if character in "°′″*" else (2.0, 18.0)
        width = 3 if character in ".,·′" else 8
        marks.append((MARKS.index(character), x, top + up, x + width, top + down))
    found = np.array(digits, float).reshape(-1, 5)
    signs = np.array(marks, float).reshape(-1, 5)
    return (
        Detections.from_boxes(
            found[:, 0].astype(np.int8), np.ones(len(found), np.float32), found[:, 1:].astype(np.float32)
        ),
        MarkDetections(
            signs[:, 0].astype(np.int16),
            np.full(len(signs), score, np.float32),
            signs[:, 1:].astype(np.float32),
        ),
    )


def text(digits: Detections, marks: MarkDetections) -> str:
    places = np.zeros(len(digits), np.int32), np.zeros(len(marks), np.int32)
    return compose(digits, marks, *places, METRICS)[0]


@pytest.mark.parametrize(
    ("placed", "printed"),
    [
        ([("+", 0, 0), ("9", 11, 0), (".", 23, 0), ("3", 28, 0)], "+9.3"),
        ([("6", 0, 0), ("°", 12, 0), ("5", 30, 0), ("3", 42, 0), ("′", 54, 0)], "6° 53′"),
        ([("9", 0, 0), (".", 12, 0), ("1", 30, 0), ("0", 42, 0)], "9. 10"),
        ([("8", 0, 0), ("1", 12, 0), ("*", 24, 0)], "81*"),
        ([("1", 0, 0), ("2", 12, 0), ("3", 40, 0)], "12 3"),
        ([("1", 0, 0), ("2", 12, 40), ("°", 24, 40)], "1 2°"),
        ([("4", 0, 0), ("½", 11, 0)], "4½"),
    ],
)
def test_glyphs_read_from_left_to_right_with_blanks_where_gaps_are_wide(
    placed: list[tuple[str, float, float]], printed: str
) -> None:
    assert text(*glyphs(*placed)) == printed


def test_a_digit_wins_over_a_mark_that_is_the_same_ink_and_weak_marks_are_left_out() -> None:
    assert text(*glyphs(("1", 0, 0), ("l", 1, 0))) == "1"
    assert text(*glyphs(("1", 0, 0), ("*", 12, 0), score=0.3)) == "1"


def test_a_lone_point_is_dirt_unless_it_is_sure() -> None:
    assert text(*glyphs(("7", 0, 0), (".", 60, 0), score=0.6)) == "7"
    assert text(*glyphs(("7", 0, 0), (".", 60, 0), score=0.95)) == "7 ."
    assert text(*glyphs(("7", 0, 0), (".", 12, 0), score=0.6)) == "7."


def test_regions_are_read_apart() -> None:
    digits, marks = glyphs(("1", 0, 0), ("2", 12, 0), ("+", 30, 0))
    found = compose(digits, marks, np.array([3, 5], np.int32), np.array([5], np.int32), METRICS)
    assert found == {3: "1", 5: "2 +"}
    assert compose(digits, marks, np.array([-1, 5], np.int32), np.array([-1], np.int32), METRICS) == {5: "2"}
