from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import measure
from tablekin.segment.merging import extent_of, merge_blocks
from tablekin.segment.ruling import Ruling
from tests.support.printed_table import HEIGHT, Printed, print_table

SHAPE = (1500, 1500)


def merged(
    page: Printed, crossing: int = 0, frames: bool = False, words: bool = False, columns: bool = False
) -> int:
    """Merge the two tables of a page, with rules across the space between them or along its sides."""
    working, truth = page.page()
    ruling = Ruling(*(np.zeros(SHAPE, np.uint8) for _ in range(3)))
    blocks = [np.flatnonzero(truth[:, 0] == table) for table in (0, 1)]
    x0, y0, x1, y1 = (round(value) for value in extent_of(blocks[0], working.digits))
    other = round(extent_of(blocks[1], working.digits)[0])
    for k in range(crossing):
        ruling.horizontal[y0 - 30 - 10 * k : y0 - 27 - 10 * k, x0 : other + 50] = 1
    if frames:
        ruling.vertical[y0:y1, x1 + 5 : x1 + 8] = ruling.vertical[y0:y1, other - 8 : other - 5] = 1
    if columns:  # a rule between the two columns of either table
        for block in blocks:
            left = round(working.digits.boxes[block[truth[block, 2] == 1], 0].min()) - 8
            ruling.vertical[y0:y1, left : left + 3] = 1
    if words:
        middle = (x1 + other) // 2
        ruling.text[y0 + 10 : y1 : 30, middle - 40 : middle + 40] = 1
        ruling.text[y0 + 11 : y1 : 30, middle - 40 : middle + 40] = 1
    return len(merge_blocks(blocks, working.digits, ruling, measure(working.digits)))


def side_by_side(gap: float, shift: float = 0, pitch: float = 30) -> Printed:
    page = Printed(np.random.default_rng(0), SHAPE)
    right, _ = print_table(page, 100, 200, 20, ["99", "99"], table=0, rules="none")
    print_table(page, right + gap * HEIGHT, 200 + shift, 20, ["99", "99"], table=1, rules="none", pitch=pitch)
    return page


@pytest.mark.parametrize(
    ("gap", "shift", "crossing", "blocks"),
    [
        (1, 0, 0, 1),  # the same lines go on over a narrow space
        (1.5, 15, 0, 2),  # other lines do not
        (6, 0, 0, 1),
        (10, 0, 0, 1),  # nor over a wide one where they are the same throughout
        (10, 8, 0, 2),
        (14, 0, 0, 2),  # nor the same ones over a wide space
        (14, 0, 1, 1),  # but where a rule crosses it
        (6, 15, 1, 1),
        (14, 15, 1, 2),
        (14, 15, 2, 1),  # or several
        (24, 0, 3, 2),
    ],
)
def test_blocks_beside_one_another_are_one_where_lines_or_rules_go_on(
    gap: float, shift: float, crossing: int, blocks: int
) -> None:
    assert merged(side_by_side(gap, shift), crossing) == blocks


def test_frames_part_blocks_whose_lines_go_on_and_a_rule_joins_them_nonetheless() -> None:
    page = side_by_side(3)
    assert merged(page) == 1
    assert merged(page, frames=True) == 2
    assert merged(page, frames=True, crossing=1) == 1


def test_rules_that_part_all_columns_part_no_tables_where_none_closes_a_frame() -> None:
    page = side_by_side(7)  # a ruled column without digits lies between
    assert merged(page, frames=True, columns=True) == 1
    assert merged(side_by_side(7, shift=15), frames=True, columns=True) == 2


def test_a_column_of_words_between_blocks_joins_them() -> None:
    assert merged(side_by_side(16), words=True) == 1
    assert merged(side_by_side(16, shift=15), words=True) == 2


@pytest.mark.parametrize(
    ("gap", "shift", "blocks"),
    [(3, 0, 1), (3, 26, 2), (8, 0, 2)],
)
def test_blocks_below_one_another_are_one_where_their_columns_are_the_same(
    gap: float, shift: float, blocks: int
) -> None:
    page = Printed(np.random.default_rng(1), SHAPE)
    _, bottom = print_table(page, 100, 200, 12, ["99", "99"], table=0, rules="none")
    print_table(page, 100 + shift, bottom + gap * HEIGHT, 12, ["99", "99"], table=1, rules="none")
    assert merged(page) == blocks


def test_the_box_of_a_block_is_around_its_digits() -> None:
    digits = side_by_side(2).page()[0].digits
    block = np.arange(7, 31)
    own = digits.boxes[block]
    assert extent_of(block, digits) == pytest.approx(
        (own[:, 0].min(), own[:, 1].min(), own[:, 2].max(), own[:, 3].max())
    )
