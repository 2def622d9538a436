from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext
from tablekin.segment.separators import find_separator

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


class Tables:
    """Two tables beside each other of four columns each, 40 pixels apart, on a flat page."""

    def __init__(self, gap: float, shift: float = 0.0) -> None:
        rows = 20
        places = [*(100 + 60 * k for k in range(4)), *(300 + gap + 60 * k for k in range(4))]
        self.u0 = np.repeat(np.array(places, float), rows)
        self.u1 = self.u0 + 20
        v = np.tile(100 + 30.0 * np.arange(rows), 8)
        self.v = v + np.where(self.u0 >= 300 + gap, shift, 0)
        self.middle = 300 + gap / 2
        self.none = np.zeros((0, 2))

    def separator(
        self,
        vertical: list[float] | None = None,
        horizontal: list[tuple[float, float, float]] | None = None,
    ) -> float | None:
        upright = [np.column_stack([np.full(600, u), np.arange(90.0, 690)]) for u in vertical or []]
        level = [
            np.column_stack([np.arange(u0, u1), np.full(int(u1 - u0), v)]) for u0, u1, v in horizontal or []
        ]
        context = BlockContext(self.none, np.vstack([self.none, *upright]), np.vstack([self.none, *level]))
        return find_separator(self.u0, self.u1, self.v, context, METRICS)


def test_columns_of_one_table_have_no_separator() -> None:
    assert Tables(40).separator() is None
    assert Tables(60).separator() is None


def test_lines_that_do_not_go_on_show_a_separator() -> None:
    tables = Tables(60, shift=15)
    assert tables.separator() == pytest.approx(tables.middle, abs=2)
    # not where a rule crosses it
    assert tables.separator(horizontal=[(100, 600, 80)]) is None


def test_two_frames_show_a_separator_whatever_the_lines_are() -> None:
    tables = Tables(60)
    frames = [tables.middle - 20, tables.middle + 20]
    assert tables.separator(vertical=frames) == pytest.approx(tables.middle, abs=2)
    # a rule above the frames crosses nothing, one through them does
    assert tables.separator(frames, [(100, 600, 40)]) == pytest.approx(tables.middle, abs=2)
    assert tables.separator(frames, [(100, 600, 300)]) is None


def test_rules_that_part_the_other_columns_too_part_no_tables_unless_one_closes_them() -> None:
    tables = Tables(60)
    rules = [tables.middle - 20, tables.middle + 20, 150, 210]
    assert tables.separator(vertical=rules) is None  # a column without digits
    stops = [(100, tables.middle - 22, 95), (tables.middle + 22, 600, 95)]
    assert tables.separator(rules, stops) == pytest.approx(tables.middle, abs=2)


def test_columns_with_a_number_in_few_lines_are_one_table() -> None:
    tables = Tables(60)
    line = np.round((tables.v - 100) / 30)
    # left of the space every other line has a number, right of it every third; beyond them all have
    sparse = ((tables.u0 == 280) & (line % 2 == 1)) | ((tables.u0 == 360) & (line % 3 > 0))
    far = (tables.u0 < 280) | (tables.u0 > 360)
    tables.u0 = np.where(far, tables.u0 + np.where(tables.u0 > 360, 160, -160), tables.u0)
    tables.u1 = tables.u0 + 20
    tables.u0, tables.u1, tables.v = (values[~sparse] for values in (tables.u0, tables.u1, tables.v))
    assert tables.separator() is None


def test_rules_that_stop_on_both_sides_show_a_separator_wider_than_other_spaces() -> None:
    for gap, expected in ((70, True), (40, False)):
        tables = Tables(gap)
        rules = [(100, tables.middle - 18, 80), (tables.middle + 18, 600, 80)]
        assert (tables.separator(horizontal=rules) is not None) == expected


def test_rules_that_stop_before_a_single_column_of_the_same_lines_part_no_tables() -> None:
    tables = Tables(70)
    stops = [(100, tables.middle - 30, 95), (tables.middle + 30, 700, 95)]
    assert tables.separator(horizontal=stops) == pytest.approx(tables.middle, abs=2)
    last = tables.u0 < 400  # the argument, repeated on the right
    tables.u0, tables.u1, tables.v = tables.u0[last], tables.u1[last], tables.v[last]
    assert tables.separator(horizontal=stops) is None
    tables.v = tables.v + np.where(tables.u0 > 300, 12, 0)  # lines of their own
    assert tables.separator(horizontal=stops) == pytest.approx(tables.middle, abs=2)
