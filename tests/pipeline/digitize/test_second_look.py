from dataclasses import replace

import numpy as np
import pytest

from tablekin.digitize import second_look
from tablekin.digitize.second_look import each_once, join_parts, look_again
from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.closeups import CloseupReader, Closeups
from tablekin.models.networks.glyphs import CLASSES, NOTHING
from tablekin.models.networks.marks import MARKS, mark_index
from tablekin.page import Detections, MarkDetections

READER = CloseupReader().eval()
INK = np.zeros((100, 300), np.float32)


def digits(*at: tuple[int, float]) -> Detections:
    """Digits, 10 wide and 20 high, around these x."""
    boxes = np.array([[x - 5, 40, x + 5, 60] for _, x in at], np.float32).reshape(-1, 4)
    return Detections.from_boxes(
        np.array([digit for digit, _ in at], np.int8), np.ones(len(at), np.float32), boxes
    )


def marks(*at: tuple[str, float, float]) -> MarkDetections:
    """Marks, 8 wide and 10 high, around these x, with their scores."""
    boxes = np.array([[x - 4, 45, x + 4, 55] for _, x, _ in at], np.float32).reshape(-1, 4)
    return MarkDetections(
        np.array([mark_index(mark) for mark, _, _ in at], np.int16),
        np.array([score for _, _, score in at], np.float32),
        boxes,
    )


@pytest.fixture
def seen(monkeypatch):
    """What stands at each x, as the close-up reader would say it; and where it was asked."""
    says: dict[int, tuple[int, float]] = {}
    asked: list[int] = []

    def read(reader, ink, centres):
        probabilities = np.zeros((len(centres), CLASSES), np.float32)
        for row, (x, _) in enumerate(centres):
            asked.append(round(float(x)))
            index, score = says.get(round(float(x)), (NOTHING, 1.0))
            probabilities[row, index] = score
        return Closeups(probabilities, np.concatenate([centres - 4, centres + 4], 1).astype(np.float32))

    monkeypatch.setattr(second_look, "read_closeups", read)
    return says, asked


def sign(mark: str, score: float = 0.99) -> tuple[int, float]:
    return DIGITS + mark_index(mark), score


def text(found: MarkDetections) -> list[tuple[str, int]]:
    return [(MARKS[mark], round(float(x))) for mark, (x, _) in zip(found.mark, found.centres, strict=True)]


def test_a_digit_in_doubt_that_is_a_mark_is_printed_as_one(seen) -> None:
    says, asked = seen
    says |= {20: sign("+"), 60: sign("+", 0.6), 80: (7, 1.0), 100: sign("o", 0.95), 120: sign("o", 0.99)}
    found = digits((4, 20), (4, 40), (4, 60), (7, 80), (0, 100), (0, 120))
    named = np.array([0.5, 0.99, 0.5, 0.5, 0.5, 0.5], np.float32)
    left, printed = look_again(READER, INK, found, named, MarkDetections.none())
    assert 40 not in asked
    assert left.digit.tolist() == [4, 4, 7, 0]
    assert text(printed) == [("+", 20), ("o", 120)]


def test_no_letter_takes_the_place_of_a_digit_that_the_glyph_reader_sees(seen) -> None:
    says, asked = seen
    says[20] = sign("z")
    found = replace(digits((2, 20)), activation=np.full(1, 0.4, np.float32))
    left, printed = look_again(READER, INK, found, np.ones(1, np.float32), MarkDetections.none())
    assert asked == [20] and left.digit.tolist() == [2] and not len(printed)
    says[20] = sign("/", 0.7)
    left, printed = look_again(READER, INK, found, np.ones(1, np.float32), MarkDetections.none())
    assert not len(left) and text(printed) == [("/", 20)]


def test_the_last_point_of_a_row_is_one_though_it_touches_a_rule(seen) -> None:
    ink = INK.copy()
    ink[:, 160:163] = 1  # a rule
    ink[56:60, 163:166] = 1
    ink[56:60, 183:186] = 1  # beyond the step
    row = replace(
        marks(*((".", x, 0.99) for x in (116, 132, 148))),
        boxes=np.array([[x - 2, 56, x + 2, 60] for x in (116, 132, 148)], np.float32),
    )
    _, printed = look_again(READER, ink, digits((5, 20)), np.ones(1, np.float32), row)
    assert sorted(x for _, x in text(printed)) == [116, 132, 148, 164]


def test_a_digit_under_a_mark_is_looked_at_however_sure_it_is(seen) -> None:
    says, _ = seen
    says[20] = sign("%")
    left, printed = look_again(
        READER, INK, digits((9, 20), (9, 60)), np.ones(2, np.float32), marks(("%", 21, 0.6))
    )
    assert left.centres[:, 0].tolist() == [60]
    assert text(printed)[0] == ("%", 20)


def test_marks_in_doubt_are_named_anew_and_dirt_goes(seen) -> None:
    says, asked = seen
    says |= {20: sign("'"), 40: (NOTHING, 0.9), 60: (NOTHING, 0.6), 80: sign("x")}
    found = marks(("′", 20, 0.99), (".", 40, 0.5), (".", 60, 0.5), (",", 80, 0.99))
    _, printed = look_again(READER, INK, digits(), np.zeros(0, np.float32), found)
    assert 80 not in asked
    assert sorted(text(printed), key=lambda mark: mark[1]) == [("'", 20), (".", 60), (",", 80)]


def test_ink_in_line_with_digits_that_nobody_read_is_looked_at(seen) -> None:
    says, asked = seen
    says[100] = sign("—")
    ink = INK.copy()
    ink[49:52, 91:110] = 1  # a dash
    ink[40:60, 15:25] = 1  # a digit that was read
    ink[80:84, 91:110] = 1  # in no line
    ink[50, 200] = 1  # a speck
    _, printed = look_again(READER, ink, digits((5, 20)), np.ones(1, np.float32), MarkDetections.none())
    assert (text(printed), asked) == ([("—", 100)], [100])


def test_of_two_readings_of_the_same_ink_the_surer_stays() -> None:
    found = marks(("+", 20, 0.7), ("±", 21, 0.9), ("(", 26, 0.8), ("§", 60, 0.1))
    assert text(each_once(found)) == [("±", 21), ("(", 26), ("§", 60)]
    assert len(each_once(found.take(np.zeros(0, np.intp)))) == 0
    equal = replace(found, score=np.full(4, 0.5, np.float32))
    assert len(each_once(equal)) == 3


def test_the_two_parts_of_a_fraction_are_one_mark_and_neighbours_stay_two() -> None:
    boxes = np.array([[0, 40, 10, 60], [9, 40, 21, 60], [40, 40, 60, 60], [61, 40, 81, 60]], np.float32)
    found = replace(marks(("⅓", 0, 0.6), ("½", 0, 0.9), ("¼", 0, 0.9), ("¼", 0, 0.8)), boxes=boxes)
    joined = join_parts(found)
    assert [MARKS[mark] for mark in joined.mark] == ["½", "¼", "¼"]
    assert joined.boxes[0].tolist() == [0, 40, 21, 60]


def test_two_readers_that_agree_outweigh_a_digit(seen) -> None:
    says, _ = seen
    says[20] = sign("¾", 0.7)
    found, sure = digits((4, 20)), np.ones(1, np.float32)
    left, _ = look_again(READER, INK, found, sure, marks(("¾", 21, 0.9)))
    assert not len(left)
    left, _ = look_again(READER, INK, found, sure, marks(("¼", 21, 0.9)))
    assert len(left) == 1
