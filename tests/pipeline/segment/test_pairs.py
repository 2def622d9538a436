"""Tables of pairs of numbers, set as one line each or in columns of their own: which of the two is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.pairs import SetDigits, find_spaces, settle_pairs
from tablekin.segment.projection import ProjectionProfile, digit_profile

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
ROWS = 30
LONG = [(row // 7, 10 + row) for row in range(ROWS)]  # minutes of two digits in every row
MIXED = [(8 + row // 10, 3 + 7 * row % 57) for row in range(ROWS)]  # 8 to 10 degrees, some minutes below ten


def width_of(number: int) -> float:
    return len(str(number)) * METRICS.width + (len(str(number)) - 1) * METRICS.usual_gap


@dataclass
class Table:
    """Digits of pairs of numbers set between rules."""

    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    digits: list[tuple[int, float, float, bool]] = field(default_factory=list)  # row, start, end, marked
    rules: list[float] = field(default_factory=list)

    def number(self, row: int, number: int, left: float, marked: bool = False) -> None:
        left += self.rng.normal(0, 0.7)
        for place in range(len(str(number))):
            start = left + place * (METRICS.width + METRICS.usual_gap)
            self.digits.append((row, start, start + METRICS.width, marked and place == len(str(number)) - 1))

    def lines(
        self,
        pairs: list[tuple[int, int]],
        right: float,
        at: float = 1.0,
        space: float = 13,
        marked: bool = False,
    ) -> None:
        """Set each pair as one line: at the left (0), in the middle or at the right (1) of a column."""
        widest = max(width_of(a) + space + width_of(b) for a, b in pairs)
        for row, (a, b) in enumerate(pairs):
            left = right - widest + at * (widest - width_of(a) - space - width_of(b))
            self.number(row, a, left, marked)
            self.number(row, b, left + width_of(a) + space)

    def columns(self, pairs: list[tuple[int, int]], right: float, space: float = 13) -> None:
        """Set the numbers of each pair in columns of their own, at the right of them."""
        middle = right - max(width_of(b) for _, b in pairs) - space
        for row, (a, b) in enumerate(pairs):
            self.number(row, a, middle - width_of(a))
            self.number(row, b, right - width_of(b))

    def set_digits(self) -> SetDigits:
        row, start, end, marked = (np.array(values) for values in zip(*sorted(self.digits), strict=True))
        return SetDigits(row, start, end, marked)

    def profile(self) -> ProjectionProfile:
        digits = self.set_digits()
        width = int(digits.end.max()) + 20
        counts = digit_profile(digits.start, digits.end, 0.0, width)
        rules, none = np.zeros(width), np.zeros(width)
        rules[np.array(self.rules, int)] = ROWS
        return ProjectionProfile(0.0, counts, none, none, rules, ROWS, np.zeros(width, bool))

    def settle(self, divisions: list[float]) -> list[float]:
        given = np.array(sorted([*self.rules, *divisions]))
        settled = settle_pairs(self.profile(), given, self.set_digits(), METRICS)
        return [place for place in settled.tolist() if place not in self.rules]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_numbers_of_one_line_move_together_wherever_the_line_stands(seed: int, at: float) -> None:
    table = Table(np.random.default_rng(seed))
    table.lines(MIXED, 300, at)
    (space,) = find_spaces(table.set_digits(), np.zeros(0), METRICS)
    assert space.log_odds > 5
    assert space.width == pytest.approx(13, abs=1)


@pytest.mark.parametrize("seed", range(5))
def test_numbers_of_two_columns_keep_their_places(seed: int) -> None:
    table = Table(np.random.default_rng(seed))
    table.columns(MIXED, 300)
    (space,) = find_spaces(table.set_digits(), np.zeros(0), METRICS)
    assert space.log_odds < -5


def test_numbers_that_are_all_as_wide_say_nothing() -> None:
    table = Table()
    table.lines([(1, 10 + row) for row in range(ROWS)], 300)
    (space,) = find_spaces(table.set_digits(), np.zeros(0), METRICS)
    assert abs(space.log_odds) < 5


@pytest.mark.parametrize("ruled", [True, False])
def test_a_division_between_numbers_that_move_together_in_like_columns_is_none(ruled: bool) -> None:
    table = Table()
    table.lines(MIXED, 200)
    table.lines(LONG, 340)
    table.lines(MIXED, 480)
    table.rules = [230, 370] if ruled else []
    outer = [] if ruled else [230.0, 370.0]
    assert table.settle([305.0, *outer]) == outer


def test_a_division_between_columns_of_their_own_stays() -> None:
    table = Table()
    for right in (200, 340, 480):
        table.columns(MIXED if right != 340 else LONG, right)
    table.rules = [230, 370]
    divisions = [166.0, 306.0, 446.0]
    assert table.settle(divisions) == divisions


def test_columns_of_their_own_are_divided_where_others_are() -> None:
    table = Table()
    for right in (200, 340, 480):
        table.columns(MIXED, right)
    for row in range(4):  # strokes beside a digit, taken for a part of it, hide that the place is white
        table.digits.append((row, 296.0, 310.0, False))
    table.rules = [230, 370]
    first, *_, last = table.settle([166.0, 446.0])
    assert (first, last) == (166.0, 446.0)
    (made,) = table.settle([166.0, 446.0])[1:-1]
    assert 299 < made < 313


def test_numbers_with_points_between_them_are_left_as_they_are() -> None:
    table = Table()
    table.lines(MIXED, 200, marked=True)
    table.lines(LONG, 340, marked=True)
    table.rules = [230]
    assert table.settle([305.0]) == [305.0]


def test_the_wider_space_between_pairs_is_none_inside_them() -> None:
    table = Table()
    for place in range(3):
        table.lines(MIXED, 200 + 105 * place)
    settled = table.settle([208.0, 313.0])
    assert settled == [208.0, 313.0]


def test_a_table_without_pairs_is_left_as_it_is() -> None:
    table = Table()
    for row in range(ROWS):
        table.number(row, 100 + row, 100)
    assert table.settle([]) == []


def test_columns_that_lean_alike_are_not_taken_for_lines() -> None:
    table = Table()
    for row, (a, b) in enumerate(LONG):
        lean = 0.2 * row  # what straightening the page has left
        table.number(row, a, 150 + lean)
        table.number(row, b, 150 + 30 + lean)
    assert table.settle([170.0]) == [170.0]
