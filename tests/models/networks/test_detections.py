from dataclasses import fields

import numpy as np
import pytest

import tablekin.page
from tablekin.models.networks.detections import Detections


@pytest.fixture
def line() -> Detections:
    """Four digits of a line, each 8 pixels wide and as much higher as it says."""
    left = np.array([10, 22, 34, 46], np.float32)
    heights = np.array([20, 21, 22, 23], np.float32)
    boxes = np.stack([left, np.full(4, 100, np.float32), left + 8, 100 + heights], 1)
    score = np.array([0.9, 0.2, 0.7, 0.6], np.float32)
    return Detections.from_boxes(np.array([4, 7, 0, 9], np.int8), score, boxes)


def test_pages_hold_what_the_networks_find() -> None:
    assert tablekin.page.Detections is Detections


@pytest.mark.parametrize("kept", [np.array([True, False, True, False]), np.array([2, 0])])
def test_everything_known_of_a_digit_is_taken_together(line: Detections, kept: np.ndarray) -> None:
    chosen = line.take(kept)
    assert len(chosen) == 2
    one_by_one = [0, 2] if kept.dtype == bool else kept.tolist()
    for part in fields(Detections):
        whole = getattr(line, part.name)
        assert getattr(chosen, part.name).tolist() == [whole[index].tolist() for index in one_by_one]


def test_none_taken_is_none(line: Detections) -> None:
    assert len(line.take(np.zeros(4, bool))) == 0
    assert line.take(np.zeros(4, bool)).centres.shape == (0, 2)


def test_measures_are_those_of_the_boxes(line: Detections) -> None:
    assert line.heights.tolist() == [20, 21, 22, 23]
    assert line.tall.tolist() == [True, True, False, True]
    assert line.centres.tolist() == [[14, 110], [26, 110.5], [38, 111], [50, 111.5]]


def test_digits_known_by_their_boxes_lie_in_the_cells_of_their_centres(line: Detections) -> None:
    assert line.cell.tolist() == [[27, 3], [27, 6], [27, 9], [27, 12]]  # a cell is 4 pixels
    assert line.activation.tolist() == line.score.tolist()
