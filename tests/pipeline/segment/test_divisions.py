from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.divisions import Gaps, find_divisions
from tablekin.segment.projection import ProjectionProfile

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
ROWS = 30
START = 50.0


class Columns:
    """Columns of digits from left to right, as they appear in a projection profile."""

    def __init__(self) -> None:
        self.digits: list[float] = []
        self.rules: list[float] = []
        self.gaps: list[tuple[float, float, bool]] = []

    @property
    def place(self) -> float:
        return START + len(self.digits)

    def number(self, count: int, rows: float = ROWS) -> None:
        for k in range(count):
            if k:
                self.white(2)
            self.digits += [rows] * 11
            self.rules += [0] * 11

    def white(self, width: int, dotted: bool = False, rule: float = 0.0) -> float:
        """Leave white space, with a rule in the middle along some of the rows; return its middle."""
        start = self.place
        self.gaps += [(start, start + width, dotted)] * ROWS
        self.digits += [0] * width
        self.rules += [0] * width
        if rule:
            self.rules[-width // 2] = rule
        return start + width / 2

    def divisions(self) -> list[float]:
        none = np.zeros(len(self.digits))
        profile = ProjectionProfile(
            START, np.array(self.digits, float), none, none, np.array(self.rules, float), ROWS
        )
        start, end, dotted = zip(*self.gaps, strict=True)
        gaps = Gaps(np.array(start), np.array(end), np.array(dotted))
        return find_divisions(profile, METRICS, gaps).tolist()


def test_spaces_divide_columns_and_gaps_in_numbers_and_decimal_points_do_not() -> None:
    columns, expected = Columns(), []
    for k in range(5):
        columns.number(2)
        columns.white(12, dotted=True)
        columns.number(3)
        if k < 4:
            expected.append(columns.white(15))
    assert columns.divisions() == pytest.approx(expected, abs=0.6)


def test_a_rule_divides_what_a_space_would_not() -> None:
    columns = Columns()
    columns.number(2)
    expected = columns.white(6, rule=0.5 * ROWS)
    columns.number(2)
    columns.white(6, rule=0.1 * ROWS)
    columns.number(2)
    assert columns.divisions() == pytest.approx([expected], abs=1)


def test_a_long_rule_divides_though_digits_are_printed_on_it() -> None:
    columns = Columns()
    columns.number(3)
    columns.digits[-7] = 0.3 * ROWS
    columns.rules[-7] = 0.8 * ROWS
    expected = columns.place - 7
    columns.white(1)
    columns.number(3)
    assert columns.divisions() == pytest.approx([expected], abs=1)


def test_a_few_digits_may_cross_a_division() -> None:
    columns = Columns()
    columns.number(2)
    expected = columns.white(20)
    columns.digits[-20:] = [2.0] * 20  # of 30 rows
    columns.number(2)
    assert columns.divisions() == pytest.approx([expected], abs=1)
    columns.digits[-44:-24] = [6.0] * 20
    assert columns.divisions() == []


def test_padded_minutes_stay_with_their_degrees_in_a_ruled_column() -> None:
    for rows_with_first, together in ((ROWS, True), (0.5 * ROWS, False)):
        columns, rules, spaces = Columns(), [], []
        for k in range(5):
            columns.number(2)
            spaces.append(columns.white(11))
            columns.number(1, rows_with_first)
            columns.white(2)
            columns.number(1)
            if k < 4:
                rules.append(columns.white(16, rule=ROWS))
        expected = rules if together else sorted(rules + spaces)
        assert columns.divisions() == pytest.approx(expected, abs=1)


def test_two_columns_that_nearly_touch_are_told_by_the_room_of_the_others() -> None:
    columns, expected = Columns(), []
    for k in range(10):
        columns.number(4)
        if k == 4:
            expected.append(columns.white(3))
            columns.digits[-2] = 1
        elif k < 9:
            expected.append(columns.white(16))
    assert columns.divisions() == pytest.approx(expected, abs=1)
