from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.divisions import find_divisions
from tablekin.segment.gaps import Gaps
from tablekin.segment.projection import ProjectionProfile

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
ROWS = 30
START = 50.0


class Columns:
    """Columns of digits from left to right, as they appear in a projection profile."""

    def __init__(self) -> None:
        self.digits: list[float] = []
        self.rules: list[float] = []
        self.ink: list[float] = []
        self.is_beyond = False  # whether rules run beyond the rows
        self.gaps: list[tuple[float, float, bool, bool]] = []

    @property
    def place(self) -> float:
        return START + len(self.digits)

    def number(self, count: int, rows: float = ROWS) -> None:
        for k in range(count):
            if k:
                self.white(2)
            self.digits += [rows] * 11
            self.rules += [0] * 11
            self.ink += [0] * 11

    def white(self, width: int, dotted: bool = False, rule: float = 0.0, united: bool = False) -> float:
        """Leave white space, with a rule in the middle along some of the rows; return its middle."""
        start = self.place
        self.gaps += [(start, start + width, dotted, united)] * ROWS
        self.digits += [0] * width
        self.rules += [0] * width
        self.ink += [0] * width
        if rule:
            self.rules[-width // 2] = rule
        return start + width / 2

    def divisions(self) -> list[float]:
        digits, ink, rules = (np.array(values, float) for values in (self.digits, self.ink, self.rules))
        beyond = np.full(len(digits), self.is_beyond)
        profile = ProjectionProfile(START, digits, ink, np.zeros(len(digits)), rules, ROWS, beyond)
        gaps = Gaps(*(np.array(values) for values in zip(*self.gaps, strict=True)))
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


def test_the_sign_of_a_unit_parts_one_number_and_no_columns() -> None:
    for united in (False, True):
        columns, space = Columns(), 0.0
        for k in range(3):
            columns.number(2)
            space = columns.white(22, united=united and k == 1) if k == 1 else space
            if k == 0:
                first = columns.white(30)
        assert columns.divisions() == pytest.approx([first] if united else [first, space], abs=1)


@pytest.mark.parametrize(("scattered", "together"), [(4, True), (0, False)])
def test_numbers_of_one_ruled_column_may_stand_under_one_another_by_chance(
    scattered: int, together: bool
) -> None:
    columns, rules, spaces = Columns(), [], []
    for k in range(6):
        columns.number(2)
        if k < scattered:  # where one ends and the next begins differs from row to row
            columns.gaps += [(columns.place + 1, columns.place + 12, False, False)] * ROWS
            columns.number(2)
        else:
            spaces.append(columns.white(11))
        columns.number(1, 0.5 * ROWS)
        columns.white(2)
        columns.number(1)
        if k < 5:
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


def test_a_year_beside_columns_of_two_digits_is_one_number() -> None:
    columns, expected = Columns(), []
    for k in range(10):
        columns.number(1)
        for _ in range(3 if k == 4 else 1):
            columns.white(12, united=True)  # they are set so wide that they take the room of three
            columns.number(1)
        if k < 9:
            expected.append(columns.white(30))
    assert len(columns.divisions()) == len(expected)


def test_strokes_of_digits_that_touch_from_row_to_row_are_no_rule() -> None:
    columns, expected = Columns(), []
    for k in range(6):
        columns.number(3)
        columns.rules[-19] = columns.rules[-18] = ROWS  # in the middle digit
        if k < 5:
            expected.append(columns.white(20, rule=ROWS))
    assert columns.divisions() == pytest.approx(expected, abs=1.5)
    columns.is_beyond = True  # then they are rules, on which digits are printed
    assert len(columns.divisions()) == 11


def test_letters_that_fill_a_space_make_one_number_of_both_sides_and_those_in_white_do_not() -> None:
    columns, expected = Columns(), []
    for _ in range(3):
        columns.number(1)
        columns.white(18)
        columns.ink[-16:-2] = [ROWS] * 14  # the x of 0x59
        columns.number(2)
        expected.append(columns.white(40))
        columns.ink[-27:-13] = [ROWS] * 14  # a column of letters
    columns.number(2)
    assert len(columns.divisions()) == len(expected)


def test_a_fraction_with_its_bar_stays_with_its_number_in_a_ruled_column() -> None:
    columns, rules = Columns(), []
    for k in range(5):
        columns.number(2)
        if k == 2:
            columns.white(11)
            columns.number(1)
            columns.white(14)
            columns.ink[-13:-1] = [ROWS] * 12  # the bar of 1/2
            columns.number(1)
        if k < 4:
            rules.append(columns.white(20, rule=ROWS))
    assert columns.divisions() == pytest.approx(rules, abs=1.5)


def test_what_parts_degrees_from_minutes_in_a_ruled_column_parts_minutes_from_seconds() -> None:
    columns, expected = Columns(), []
    for _ in range(4):
        columns.number(1)
        expected.append(columns.white(30))
        columns.number(2)
        expected.append(columns.white(15))
        columns.number(2)
        expected.append(columns.white(20, rule=ROWS))
    columns.number(2)
    assert columns.divisions() == pytest.approx(expected, abs=1.5)


def test_signs_taken_for_digits_here_and_there_make_no_column_between_a_rule_and_its_numbers() -> None:
    columns, signs = Columns(), 5
    columns.number(2)
    start = columns.place
    expected = columns.white(40, rule=ROWS)
    columns.number(1, signs)
    columns.white(7)
    end = columns.place
    columns.number(2)
    between = [gap for gap in columns.gaps if start <= gap[0] and gap[1] <= end]
    columns.gaps = [gap for gap in columns.gaps if gap not in between]
    columns.gaps += [(start, end, False, False)] * (ROWS - signs)  # of rows without a sign
    columns.gaps += [(start, start + 40, False, False), (end - 7, end, False, False)] * signs
    assert columns.divisions() == pytest.approx([expected], abs=0.6)


def test_a_form_of_which_some_rules_are_seen_keeps_the_columns_between_them() -> None:
    columns, expected = Columns(), []
    rooms = [
        (3, 17),
        (3, 17),
        (3, 17),
        (1, 0),
        (1, 0),
        (3, 26),
        (3, 26),
    ]  # columns, and the space between them
    for room, (count, space) in enumerate(rooms):
        if room:
            expected.append(columns.white(13, rule=ROWS))
        for column in range(count):
            if column:
                expected.append(columns.white(space))
            columns.number(3)
    assert columns.divisions() == pytest.approx(expected, abs=0.6)


def test_a_rule_that_the_digits_on_one_side_touch_is_a_rule() -> None:
    columns = Columns()
    columns.number(2)
    place = columns.place
    columns.gaps += [(place, place + 7, False, False)] * ROWS
    columns.digits += [ROWS, 20, 10, 4, 3, 5, 8]  # numbers of several lengths run into it
    columns.rules += [ROWS] * 7
    columns.ink += [0] * 7
    columns.number(2)
    assert columns.divisions() == [pytest.approx(place + 3.5, abs=1)]


@pytest.mark.parametrize(
    ("parted", "blank", "room", "ink", "dotted", "divided"),
    [
        (True, 5, 13, 0, False, True),  # minutes below ten
        (False, 5, 13, 0, False, False),  # by chance: the other columns are not parted
        (True, 1, 13, 0, False, False),  # a digit was not found
        (True, 20, 13, 0, False, False),  # pairs that are set in the middle
        (True, 5, 13, 4, False, False),  # digits were not found: their ink is there
        (True, 5, 13, 0, True, False),  # a decimal point
        (True, 5, 60, 0, False, False),  # the next column is far
    ],
)
def test_a_narrow_gap_divides_where_the_place_after_it_is_blank_in_some_rows(
    parted: bool, blank: int, room: int, ink: float, dotted: bool, divided: bool
) -> None:
    columns, expected = Columns(), []
    for _ in range(3):  # other columns between rules, of degrees and minutes, far apart or set as one
        columns.number(3)
        if parted:
            expected.append(columns.white(24))
        else:
            columns.white(12)
        columns.number(2)
        expected.append(columns.white(26, rule=ROWS))
    columns.number(3)
    place = columns.white(4, dotted=dotted)
    columns.number(1, ROWS - blank)
    start, end, *marks = columns.gaps[-1]
    columns.gaps[-blank:] = [(start, end + room, *marks)] * blank  # over the blank place
    columns.ink[-11:] = [ink] * 11
    columns.white(2)
    columns.gaps = columns.gaps[:-blank]
    columns.number(1)
    assert columns.divisions() == pytest.approx([*expected, *([place] if divided else [])], abs=2)
