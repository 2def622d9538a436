from __future__ import annotations

import numpy as np

from tablekin.page import Detections
from tablekin.segment.adjacency import find_neighbours, measure
from tablekin.segment.blocks import find_blocks
from tablekin.segment.ruling import Ruling
from tests.support.printed_table import Printed, print_table

SHAPE = (1400, 1400)


def blocks_of(digits: Detections, free: np.ndarray | None = None) -> list[set[int]]:
    blank = np.zeros(SHAPE, np.uint8)
    ruling = Ruling(blank, blank.copy(), blank.copy())
    metrics = measure(digits)
    near = find_neighbours(digits, ruling, metrics)
    free = np.ones(len(digits), bool) if free is None else free
    return [set(block.tolist()) for block in find_blocks(digits, near, free, ruling, metrics)]


def test_tables_far_apart_are_blocks_of_their_own_the_largest_first() -> None:
    page = Printed(np.random.default_rng(0), SHAPE)
    _, bottom = print_table(page, 100, 100, 8, ["99", "99"], table=0, rules="none")
    print_table(page, 800, bottom + 300, 12, ["99", "999"], table=1, rules="none")
    working, truth = page.page()
    expected = [set(np.flatnonzero(truth[:, 0] == table).tolist()) for table in (1, 0)]
    assert blocks_of(working.digits) == expected


def test_a_few_digits_below_a_block_are_part_of_it_and_far_away_of_none() -> None:
    page = Printed(np.random.default_rng(1), SHAPE)
    right, bottom = print_table(page, 100, 100, 10, ["99", "99", "99"], table=0, rules="none")
    page.number("57", right - 20, bottom + 40, (1, 0, 0))
    page.number("57", right + 300, bottom + 400, (2, 0, 0))
    working, truth = page.page()
    (block,) = blocks_of(working.digits)
    assert block == set(np.flatnonzero(truth[:, 0] < 2).tolist())


def test_digits_that_letters_touch_are_taken_in_where_they_stand_in_a_column() -> None:
    page = Printed(np.random.default_rng(2), SHAPE)
    print_table(page, 100, 100, 10, ["99", "99", "99"], rules="none")
    working, truth = page.page()
    free = ~((truth[:, 1] == 5) & (truth[:, 2] == 1))
    assert blocks_of(working.digits, free) == [set(range(len(truth)))]


def test_a_page_without_digits_has_no_block() -> None:
    page = Printed(np.random.default_rng(3), SHAPE)
    assert blocks_of(page.page()[0].digits) == []
