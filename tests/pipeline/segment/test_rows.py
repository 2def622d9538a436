from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics, find_neighbours, measure
from tablekin.segment.rows import Rows, dewarp_rows, find_rows, nearest, row_edges
from tablekin.segment.ruling import Ruling
from tests.support.printed_table import Printed, print_table

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)


def test_nearest_is_the_nearest() -> None:
    rng = np.random.default_rng(0)
    values, centres = rng.uniform(0, 100, 300), np.sort(rng.uniform(0, 100, 12))
    assert nearest(values, centres).tolist() == np.abs(values[:, None] - centres).argmin(1).tolist()


@pytest.mark.parametrize("pitch", [24.0, 34.0, 70.0])
def test_rows_are_the_lines_that_digits_were_set_on(pitch: float) -> None:
    rng = np.random.default_rng(1)
    row = rng.integers(0, 20, 400)
    v = 50 + pitch * row + rng.normal(0, 1.5, 400)
    steps = np.repeat(pitch, 50)
    rows = find_rows(v, np.ones(400), 20.0, steps)
    assert rows.centres == pytest.approx(50 + pitch * np.arange(20), abs=2)
    assert rows.member.tolist() == row.tolist()
    assert rows.pitch == pytest.approx(pitch, abs=1)
    assert rows.sizes.tolist() == np.bincount(row).tolist()


def test_small_digits_between_two_lines_are_no_row() -> None:
    rng = np.random.default_rng(2)
    v = np.concatenate([np.repeat(np.arange(100, 700, 30.0), 12) + rng.normal(0, 1, 240), [295.0, 296.0]])
    rows = find_rows(v, np.ones(len(v)), 20.0, np.repeat(30.0, 9))
    assert len(rows.centres) == 20


@pytest.mark.parametrize("old_style", [False, True])
def test_digits_of_a_bent_page_are_in_their_rows(old_style: bool) -> None:
    page = Printed(np.random.default_rng(3), (1400, 1100), old_style=old_style, tilt=0.006, bow=12)
    print_table(page, 120, 150, 34, ["99", "9999", "999", "9999"], rules="none")
    working, truth = page.page(missed=0.02)
    blank = np.zeros((1400, 1100), np.uint8)
    metrics = measure(working.digits)
    near = find_neighbours(working.digits, Ruling(blank, blank, blank), metrics)
    _, rows = dewarp_rows(working.digits, near.right, near.lower, (1400, 1100), metrics)
    assert (rows.member == truth[:, 1]).mean() > 0.99


def test_a_rule_between_rows_is_the_line_between_them() -> None:
    centres = np.array([100.0, 130, 160, 190])
    u = np.arange(50, 450, dtype=float)
    horizontal = np.column_stack([np.tile(u, 2), np.repeat([149.0, 150.0], len(u))])
    short = np.column_stack([u[:100], np.full(100, 178.0)])
    edges = row_edges(centres, np.vstack([horizontal, short]), (50, 450), METRICS)
    assert edges == pytest.approx([85, 115, 149.5, 175, 205], abs=0.51)


def test_a_table_of_one_row_has_no_pitch() -> None:
    assert Rows(np.array([5.0]), np.zeros(3, np.intp)).pitch == 0
