"""A page's own digits: what looks like many of one kind is of that kind."""

import cv2
import numpy as np
import pytest
import torch

from tablekin.digitize.own_digits import CRITERIA, name_by_likes
from tablekin.models.networks.architecture import STRIDE
from tablekin.page import Detections

SIDE, COLUMNS = 40, 8


def drawn_page(
    printed: list[int], read: list[int], seed: int = 0
) -> tuple[Detections, torch.Tensor, torch.Tensor, np.ndarray]:
    """Digits in rows, as printed in ink and in what a network feels of them, with the names that were read."""
    rng = np.random.default_rng(seed)
    rows = -(-len(printed) // COLUMNS)
    drawn = np.zeros((SIDE * rows, SIDE * COLUMNS), np.uint8)
    fine = torch.zeros(1, 16, drawn.shape[0] // STRIDE, drawn.shape[1] // STRIDE)
    faces = torch.from_numpy(np.random.default_rng(7).normal(0, 1, (10, 16)).astype(np.float32))
    boxes = []
    for place, digit in enumerate(printed):
        x, y = SIDE * (place % COLUMNS) + SIDE // 2, SIDE * (place // COLUMNS) + SIDE // 2
        cv2.putText(drawn, str(digit), (x - 6, y + 10), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
        boxes.append((x - 7, y - 10, x + 9, y + 11))
        noise = torch.from_numpy(rng.normal(0, 0.3, 16).astype(np.float32))
        fine[0, :, int((y + 0.5) // STRIDE), int((x + 1) // STRIDE)] = faces[digit] + noise
    z = torch.full((10, *fine.shape[2:]), 0.05)
    z[3] = 0.12
    found = Detections.from_boxes(
        np.array(read, np.int8), np.full(len(read), 0.95, np.float32), np.array(boxes, np.float32)
    )
    return found, fine, z, np.asarray(drawn / 255, np.float32)


def many() -> list[int]:
    return (np.random.default_rng(1677).permutation([3, 5, 7, 0] * 20)).tolist()


def test_a_digit_is_named_as_nearly_all_that_look_like_it() -> None:
    printed = many()
    astray = [place for place, digit in enumerate(printed) if digit == 3][:4]
    read = [5 if place in astray else digit for place, digit in enumerate(printed)]
    found, fine, z, ink = drawn_page(printed, read)
    named = name_by_likes(found, fine, z, ink)
    assert named.digit.tolist() == printed
    assert named.other[astray].tolist() == [5] * 4
    assert named.activation[astray].tolist() == pytest.approx([0.12] * 4)
    assert (named.score[astray] >= CRITERIA.share).all()
    rest = np.setdiff1d(np.arange(len(printed)), astray)
    assert np.array_equal(named.take(rest).score, found.take(rest).score)


def test_what_is_read_rightly_stays_and_no_kind_swallows_another_one() -> None:
    printed = many()
    found, fine, z, ink = drawn_page(printed, printed)
    assert name_by_likes(found, fine, z, ink).digit.tolist() == printed
    halves = [5 if digit == 3 and place % 2 else digit for place, digit in enumerate(printed)]
    found, fine, z, ink = drawn_page(printed, halves)
    named = name_by_likes(found, fine, z, ink).digit
    others = [place for place, digit in enumerate(printed) if digit != 3]
    assert named[others].tolist() == [printed[place] for place in others]


def test_features_and_ink_must_agree() -> None:
    printed = many()
    astray = printed.index(3)
    read = [5 if place == astray else digit for place, digit in enumerate(printed)]
    found, fine, z, _ = drawn_page(printed, read)
    other = drawn_page([7 if place == astray else digit for place, digit in enumerate(printed)], read)[3]
    assert name_by_likes(found, fine, z, other).digit[astray] == 5


def test_what_is_left_of_a_damaged_digit_is_like_none() -> None:
    printed = (np.random.default_rng(1).permutation([1, 3, 5, 7] * 20)).tolist()
    place = printed.index(1)
    read = printed.copy()
    read[place] = 7
    found, fine, z, ink = drawn_page(printed, read)
    assert name_by_likes(found, fine, z, ink).digit[place] == 1
    _, y0, _, y1 = found.boxes[place].round().astype(int)
    x0 = SIDE * (place % COLUMNS)
    ink[(y0 + y1) // 2 : y1 + 1, x0 : x0 + SIDE] = 0
    assert name_by_likes(found, fine, z, ink).digit[place] == 7


def test_a_page_of_few_digits_tells_nothing() -> None:
    printed = many()[: CRITERIA.min_digits - 1]
    read = [5 if place == printed.index(3) else digit for place, digit in enumerate(printed)]
    assert name_by_likes(*drawn_page(printed, read)).digit.tolist() == read
