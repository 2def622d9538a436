import numpy as np
import pytest

from tablekin.digitize import sorts
from tablekin.digitize.sorts import find_letter_sorts, unlikeness
from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.closeups import CloseupReader, Closeups
from tablekin.models.networks.glyphs import CLASSES
from tablekin.models.networks.marks import MARKS, mark_index
from tablekin.page import Detections, MarkDetections

READER = CloseupReader().eval()
ROWS = 12


def page(letter_width: int, flag: bool = True) -> tuple[np.ndarray, Detections]:
    """Rows of an upright stroke and a ring beside one another, and, far from them, of a 1 and a narrow 0."""
    rng = np.random.default_rng(0)
    ink, digit, boxes = np.zeros((40 * ROWS + 40, 300), np.float32), [], []
    for row in range(ROWS):
        y = 20 + 40 * row
        for x, width, name in ((60, letter_width, 0), (200, 12, 0)):
            ink[y : y + 20, x : x + width] = 1
            ink[y + 3 : y + 17, x + 3 : x + width - 3] = 0
            digit.append(name)
            boxes.append((x, y, x + width, y + 20))
        for x, is_letter in ((48, True), (240, False)):
            ink[y : y + 20, x + 3 : x + 6] = 1
            ink[y : y + 2, x + (1 if is_letter else 3) : x + (6 if flag else 8)] = 1
            if not is_letter:
                ink[y + 3 : y + 6, x : x + 3] = 1
            digit.append(1)
            boxes.append((x, y, x + 8, y + 20))
    ink += rng.normal(0, 0.05, ink.shape).astype(np.float32)
    return ink, Detections.from_boxes(
        np.array(digit, np.int8), np.ones(len(digit), np.float32), np.array(boxes, np.float32)
    )


@pytest.fixture
def says(monkeypatch):
    """What the reader says left of x = 150, where the letters stand; elsewhere it sees digits."""
    told = {"O": 0.45, "l": 0.06}

    def read(reader, ink, centres):
        probabilities = np.zeros((len(centres), CLASSES), np.float32)
        for row, (x, _) in enumerate(centres):
            if x < 150:
                letter = "l" if x < 58 else "O"
                probabilities[row, DIGITS + mark_index(letter)] = told[letter]
        return Closeups(probabilities, np.concatenate([centres - 4, centres + 4], 1).astype(np.float32))

    monkeypatch.setattr(sorts, "read_closeups", read)
    return told


def letters(ink: np.ndarray, digits: Detections) -> str:
    is_letter, found = find_letter_sorts(READER, ink, digits, MarkDetections.none())
    assert is_letter.sum() == len(found)
    assert (digits.boxes[is_letter, 0] < 150).all()
    return "".join(sorted(MARKS[mark] for mark in found.mark))


def test_letters_among_digits_are_told_by_the_digits_of_the_page(says) -> None:
    assert letters(*page(18)) == "O" * ROWS + "l" * ROWS


def test_an_upright_letter_with_serifs_on_both_sides_is_an_i(says) -> None:
    assert letters(*page(18, flag=False)) == "I" * ROWS + "O" * ROWS


def test_zeros_of_one_width_are_of_one_sort_whatever_the_reader_says(says) -> None:
    assert letters(*page(12)) == ""


def test_wide_zeros_of_which_the_reader_is_sure_stay(says) -> None:
    says["O"] = 0.05  # of bold print
    assert letters(*page(18)) == ""


def test_ones_that_look_to_the_reader_as_the_others_do_stay(says) -> None:
    says["l"] = 0.0
    assert letters(*page(18)) == "O" * ROWS


def test_pictures_differ_if_they_differ_in_what_they_share() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(0, 1, (2, 40, 20, 20))
    assert abs(unlikeness(one, other)) < 1
    one[:, 5] += 1
    assert unlikeness(one, other) > 3
