from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.body import body_rows, ruled_gaps
from tablekin.segment.context import BlockContext
from tablekin.segment.rows import Rows

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


def body(
    centres: list[float],
    numbers: list[int],
    wordy: tuple[int, ...] = (),
    rules: list[float] | None = None,
    shift: dict[int, float | np.ndarray] | None = None,
    unsure: tuple[int, ...] = (),
) -> tuple[int, int]:
    """Find the body of rows with so many numbers of one digit each, in columns 40 pixels apart."""
    member = np.repeat(np.arange(len(numbers)), numbers)
    u = np.concatenate(
        [100 + 40.0 * np.arange(count) + (shift or {}).get(row, 0) for row, count in enumerate(numbers)]
    )
    beside = np.isin(member, wordy)
    none = np.zeros((0, 2))
    level = [np.column_stack([np.arange(90.0, 500), np.full(410, v)]) for v in rules or []]
    context = BlockContext(none, none, np.vstack([none, *level]))
    rows = Rows(np.array(centres, float), member)
    embedded, score = np.zeros(len(member), bool), np.where(np.isin(member, unsure), 0.5, 0.99)
    return body_rows(rows, np.arange(len(member)), beside, embedded, u, score, context, METRICS)


EVEN = [100 + 30.0 * k for k in range(12)]


def test_all_rows_of_an_even_table_are_its_body() -> None:
    assert body(EVEN, [8] * 12) == (0, 12)


def test_a_line_of_words_with_numbers_at_either_end_is_left_out() -> None:
    numbers = [2, *[8] * 10, 1]
    shift: dict[int, float | np.ndarray] = {0: 17.0, 11: 17.0}  # they stand under no column
    assert body(EVEN, numbers, wordy=(0, 11), shift=shift) == (1, 11)
    assert body(EVEN, numbers, shift=shift) == (0, 12)


def test_a_year_in_a_heading_stands_in_no_column_though_most_of_its_digits_do() -> None:
    numbers = [4, *[14] * 11]
    one_between = np.array([0, 0, 0, 17.0])
    assert body(EVEN, numbers, wordy=(0,), shift={0: one_between}) == (1, 12)
    assert body(EVEN, numbers, wordy=(0,)) == (0, 12)


def test_a_row_of_few_numbers_far_away_is_left_out_unless_they_stand_in_columns() -> None:
    far = [*EVEN[:11], EVEN[10] + 90]
    assert body(far, [*[8] * 11, 2], shift={11: 17.0}) == (0, 11)
    assert body(far, [*[8] * 11, 2]) == (0, 12)  # a row of totals


def test_a_digit_or_two_that_are_unsure_are_no_row() -> None:
    assert body(EVEN, [*[14] * 11, 2], unsure=(11,)) == (0, 11)
    assert body(EVEN, [*[14] * 11, 2]) == (0, 12)
    assert body(EVEN, [*[14] * 11, 3], unsure=(11,)) == (0, 12)


def test_a_row_above_a_rule_and_set_off_is_the_heading() -> None:
    centres = [60.0, *EVEN]
    assert body(centres, [8] * 13, rules=[80]) == (1, 13)
    assert body([70.0, *EVEN], [8] * 13, rules=[85]) == (0, 13)  # not set off
    assert body(centres, [8] * 13) == (0, 13)


def test_an_unsure_digit_between_a_heading_and_the_table_is_no_row() -> None:
    centres = [40.0, *EVEN]
    assert body(centres, [8, 1, *[8] * 11], rules=[70.0], unsure=(1,)) == (2, 13)
    assert body(centres, [8, 1, *[8] * 11], rules=[70.0]) == (1, 13)


def test_rules_below_most_rows_tell_no_heading() -> None:
    centres = [60.0, *EVEN]
    assert body(centres, [8] * 13, rules=[80, *(v + 15 for v in EVEN)]) == (0, 13)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_gaps_are_ruled_as_far_as_a_rule_covers_them(share: float) -> None:
    centres = np.array([100.0, 130, 160])
    u = np.arange(0, round(400 * share), dtype=float)
    horizontal = np.column_stack([u, np.full(len(u), 145.0)])
    assert ruled_gaps(centres, horizontal, (0, 400)) == pytest.approx([0, share], abs=0.03)
