from __future__ import annotations

import numpy as np
import pytest

from tablekin.page import Detections
from tablekin.segment.adjacency import CRITERIA, find_neighbours, half_widths, measure
from tablekin.segment.ruling import Ruling
from tests.support.printed_table import HEIGHT, WIDTH, Printed, print_table


def scattered(rng: np.random.Generator, count: int) -> Detections:
    x, y = rng.uniform(0, 600, count), rng.uniform(0, 400, count)
    boxes = np.column_stack([x, y, x + WIDTH, y + HEIGHT]).astype(np.float32)
    digit = rng.integers(0, 10, count).astype(np.int8)
    return Detections.from_boxes(digit, np.ones(count, np.float32), boxes)


def unruled(shape: tuple[int, int] = (400, 700)) -> Ruling:
    none = np.zeros(shape, np.uint8)
    return Ruling(none, none.copy(), none.copy())


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_are_the_nearest_digits_in_reach_of_each(seed: int) -> None:
    digits = scattered(np.random.default_rng(seed), 40)
    metrics = measure(digits)
    near = find_neighbours(digits, unruled(), metrics)
    x, y = digits.centres.astype(np.float64).T
    right, lower = set(), set()
    for i in range(len(digits)):
        beside = [
            (x[j] - x[i], j)
            for j in range(len(digits))
            if CRITERIA.right_start * metrics.width < x[j] - x[i] < CRITERIA.right_reach * metrics.height
            and abs(y[j] - y[i]) < CRITERIA.line_drift * metrics.height
        ]
        below = [
            (y[j] - y[i], j)
            for j in range(len(digits))
            if CRITERIA.lower_start * metrics.height < y[j] - y[i] < CRITERIA.lower_reach * metrics.height
            and abs(x[j] - x[i]) < CRITERIA.column_drift * metrics.width
        ]
        right |= {(i, min(beside)[1])} if beside else set()
        lower |= {(i, min(below)[1])} if below else set()
    assert {tuple(pair) for pair in near.right.tolist()} == right
    assert {tuple(pair) for pair in near.lower.tolist()} == lower


def test_digits_of_a_number_are_joined_and_numbers_beside_each_other_are_not() -> None:
    page = Printed(np.random.default_rng(1), (900, 900))
    print_table(page, 100, 100, 20, ["205", "683", "47"], rules="none")
    working, truth = page.page()
    near = find_neighbours(working.digits, unruled((900, 900)), measure(working.digits))
    for place in {tuple(row) for row in truth.tolist()}:
        own = near.number[(truth == place).all(1)]
        assert len(set(own.tolist())) == 1
    assert len(np.unique(near.number)) == 60


def test_a_rule_parts_digits_that_would_be_one_number() -> None:
    boxes = np.array([[100, 50, 111, 70], [115, 50, 126, 70]], np.float32)
    digits = Detections.from_boxes(np.array([4, 5], np.int8), np.ones(2, np.float32), boxes)
    ruling = unruled()
    metrics = measure(digits)
    assert len(set(find_neighbours(digits, ruling, metrics).number)) == 1
    ruling.vertical[40:80, 113] = 1
    assert len(set(find_neighbours(digits, ruling, metrics).number)) == 2


def test_sizes_are_those_that_were_set() -> None:
    page = Printed(np.random.default_rng(2), (1200, 900))
    print_table(page, 100, 100, 30, ["9999", "9999"], rules="none")
    metrics = measure(page.page()[0].digits)
    assert metrics.height == pytest.approx(HEIGHT, abs=1)
    assert metrics.width == pytest.approx(WIDTH - 2, abs=1)
    assert metrics.usual_gap == pytest.approx(2, abs=1)
    assert metrics.usual_gap < metrics.space < 26


def test_a_one_takes_the_room_of_another_digit() -> None:
    boxes = np.array([[0, 0, 5, 20], [20, 0, 32, 20]], np.float32)
    digits = Detections.from_boxes(np.array([1, 7], np.int8), np.ones(2, np.float32), boxes)
    assert half_widths(digits, 11.0).tolist() == [5.5, 6.0]


def test_a_page_without_digits_has_sizes() -> None:
    none = Detections.from_boxes(np.zeros(0, np.int8), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))
    metrics = measure(none)
    assert metrics.space > 0
    assert len(find_neighbours(none, unruled(), metrics).right) == 0
