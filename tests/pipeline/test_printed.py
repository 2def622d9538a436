from dataclasses import replace

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


@pytest.mark.parametrize(("low", "printed"), [(6.0, "o"), (0.0, "0")])
def test_a_lone_zero_that_is_lower_than_those_in_numbers_is_a_letter(low: float, printed: str) -> None:
    numbers = [(character, x + 60 * k, 0.0) for k in range(6) for character, x in (("1", 0), ("0", 12))]
    digits, marks = glyphs(*numbers, ("0", 0, 100))
    digits.boxes[-1, 1] += low
    place = np.array([1] * 12 + [2], np.int32)
    assert compose(digits, marks, place, np.zeros(0, np.int32), METRICS)[2] == printed


def test_the_same_is_spelt_with_a_letter() -> None:
    assert text(*glyphs(("d", 0, 0), ("0", 9, 0), (".", 21, 0))) == "do."


def test_regions_are_read_apart() -> None:
    digits, marks = glyphs(("1", 0, 0), ("2", 12, 0), ("+", 30, 0))
    found = compose(digits, marks, np.array([3, 5], np.int32), np.array([5], np.int32), METRICS)
    assert found == {3: "1", 5: "2 +"}
    assert compose(digits, marks, np.array([-1, 5], np.int32), np.array([-1], np.int32), METRICS) == {5: "2"}


@pytest.mark.parametrize(("top", "printed"), [(-2.0, "”"), (14.0, "„")])
def test_pairs_of_commas_are_named_by_where_they_stand_in_their_row(top: float, printed: str) -> None:
    for sign in "„”":
        mark = MarkDetections(
            np.array([MARKS.index(sign)], np.int16),
            np.ones(1, np.float32),
            np.array([[0, top, 7, top + 7]], np.float32),
        )
        places = np.zeros(0, np.int32), np.zeros(1, np.int32)
        assert compose(glyphs()[0], mark, *places, METRICS, {0: 10.0}) == {0: printed}
        assert compose(glyphs()[0], mark, *places, METRICS) == {0: sign}


def test_a_narrow_blank_counts_where_the_gaps_of_the_page_are_of_two_kinds() -> None:
    digits = [(str(k % 10), x, 40 * k) for k in range(12) for x in (0, 12, 29)]  # gaps of 2 and of 7
    places = np.repeat(np.arange(12), 3).astype(np.int32), np.zeros(0, np.int32)
    found = compose(*glyphs(*digits), *places, METRICS)
    assert found[3] == "33 3"
    alone = compose(*glyphs(*digits[:3]), places[0][:3], places[1], METRICS)
    assert alone == {0: "000"}


def test_points_of_leaders_stand_in_step_and_a_missing_one_is_put_back() -> None:
    points = [(".", x, 0) for x in (10, 18, 26, 42, 50, 58)]
    assert text(*glyphs(("y", 0, 0), *points)) == "y......."
    wide = [(".", x, 0) for x in (30, 50, 70, 90)]
    assert text(*glyphs(("a", 0, 0), *wide)) == "a . . . ."


def test_a_narrow_one_and_a_fraction_take_the_room_that_their_kind_has() -> None:
    digits, marks = glyphs(("1", 0, 0), ("½", 14, 0))
    narrow = digits.boxes.copy()
    narrow[0, [0, 2]] = 3, 7  # seven away from the fraction
    assert text(replace(digits, boxes=narrow), marks) == "1½"


@pytest.mark.parametrize(("top", "alone"), [(-2.0, "”"), (14.0, "„")])
def test_what_looks_like_seconds_and_stands_alone_is_a_ditto_mark(top: float, alone: str) -> None:
    digits, marks = glyphs(("″", 0, 0))
    marks.boxes[:, [1, 3]] = top, top + 7
    place = np.zeros(0, np.int32), np.zeros(1, np.int32)
    assert compose(digits, marks, *place, METRICS, {0: 10.0})[0] == alone
    assert text(*glyphs(("1", 0, 0), ("2", 12, 0), ("″", 24, 0))) == "12″"
