import numpy as np
import pytest

from tablekin.digitize.pieces import Pieces, find_pieces
from tablekin.digitize.touching import find_free_ink, part_twins
from tablekin.models.networks.marks import MARKS, mark_index
from tablekin.page import Detections, MarkDetections

NO_DIGITS = Detections.from_boxes(np.zeros(0, np.int8), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))


def marks(*at: tuple[str, tuple[float, float, float, float]]) -> MarkDetections:
    return MarkDetections(
        np.array([mark_index(mark) for mark, _ in at], np.int16),
        np.full(len(at), 0.9, np.float32),
        np.array([box for _, box in at], np.float32).reshape(-1, 4),
    )


def numeral() -> Pieces:
    """Three upright strokes with one serif below them all: III."""
    ink = np.zeros((60, 100), np.float32)
    ink[38:40, 20:50] = 1
    for x in (24, 34, 44):
        ink[20:40, x : x + 3] = 1
    return find_pieces(ink, NO_DIGITS)


@pytest.mark.parametrize(
    ("read", "free"),
    [
        ([("I", (20, 20, 30, 40))], [(30, 40), (40, 50)]),
        ([("I", (30, 20, 40, 40))], [(20, 30), (40, 50)]),
        ([("I", (x, 20, x + 10, 40)) for x in (20, 30, 40)], []),
        ([("I", (20, 20, 30, 40)), ("n", (30, 20, 50, 40))], []),  # a word
        ([("n", (20, 20, 30, 40))], []),
    ],
)
def test_what_is_free_beside_the_letters_of_a_numeral_is_as_wide_as_an_i(read, free) -> None:
    pieces = numeral()
    found = marks(*read)
    boxes = find_free_ink(found, pieces.of_marks(found), pieces)
    np.testing.assert_allclose(boxes[:, [0, 2]], np.reshape(free, (-1, 2)), atol=1)
    np.testing.assert_allclose(boxes[:, [1, 3]], np.tile([20, 40], (len(free), 1)), atol=1)


@pytest.mark.parametrize(
    ("page", "read"),
    [("♊VI", "IIIV"), ("♊", "♊"), ("♊VI♋♌", "♊IV♋♌"), ("VI", "IV")],
)
def test_twins_on_a_page_of_numerals_are_two_letters(page: str, read: str) -> None:
    found = part_twins(marks(*((sign, (20 * k, 0, 20 * k + 10, 20)) for k, sign in enumerate(page))))
    assert sorted(MARKS[mark] for mark in found.mark) == sorted(read)
    if read == "IIIV":
        twins = found.boxes[found.boxes[:, 2] <= 10]
        assert twins[np.argsort(twins[:, 0])].tolist() == [[0, 0, 5, 20], [5, 0, 10, 20]]
