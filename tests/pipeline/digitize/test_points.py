import numpy as np
import pytest

from tablekin.digitize.pieces import find_pieces
from tablekin.digitize.points import count_anew, find_hidden_points
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections

ROW = (20, 36, 52, 68)
NONE = Detections.from_boxes(np.zeros(0, np.int8), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))


def page(rule: bool, *further: float) -> np.ndarray:
    """A row of points at even steps, a rule behind it if there is one, and further points."""
    ink = np.zeros((120, 200), np.float32)
    if rule:
        ink[:, 74:77] = 1
    for x in (*ROW, *further):
        ink[58:62, round(x) - 2 : round(x) + 2] = 1
    return ink


def row() -> MarkDetections:
    boxes = np.array([[x - 2, 58, x + 2, 62] for x in ROW], np.float32)
    return MarkDetections(np.full(4, mark_index("."), np.int16), np.ones(4, np.float32), boxes)


@pytest.mark.parametrize(
    ("rule", "further", "found"),
    [
        (True, (84, 100), [84, 100]),
        (False, (84, 100), []),  # no rule: such points are seen as they are
        (True, (92,), []),  # beside its place
        (True, (), []),
    ],
)
def test_rows_of_points_go_on_over_a_rule(rule, further, found) -> None:
    ink = page(rule, *further)
    points = find_hidden_points(ink, NONE, row(), find_pieces(ink, NONE))
    np.testing.assert_allclose(points.centres[:, 0], found, atol=1)


def test_ink_of_a_digit_is_no_point() -> None:
    ink = page(True)
    ink[40:62, 83:86] = 1  # its stem, where the row would go on
    assert not len(find_hidden_points(ink, NONE, row(), find_pieces(ink, NONE)))
    ink = page(True, 84)
    boxes = np.array([[76, 42, 92, 64]], np.float32)
    digit = Detections.from_boxes(np.array([5], np.int8), np.ones(1, np.float32), boxes)
    assert not len(find_hidden_points(ink, digit, row(), find_pieces(ink, digit)))


def test_points_of_a_close_row_are_counted_in_the_ink() -> None:
    ink = np.zeros((120, 200), np.float32)
    at = np.arange(40, 40 + 12 * 7, 7)
    for x in at:
        ink[58:61, x - 1 : x + 2] = 1
    ink[40:61, 30:33] = 1  # the last stroke of a word, a step before them
    read = MarkDetections(
        np.full(6, mark_index("."), np.int16),
        np.full(6, 0.9, np.float32),
        np.array([[x - 2, 57, x + 2, 61] for x in at[[1, 3, 5, 6, 8, 10]]], np.float32),
    )
    found = count_anew(ink, read)
    np.testing.assert_allclose(np.sort(found.centres[:, 0]), at, atol=1)
    ink[58:61, at[4] - 2 : at[4] + 6] = 1  # two of them are one piece: as they were read
    assert count_anew(ink, read).centres.tolist() == read.centres.tolist()
