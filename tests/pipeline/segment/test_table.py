from __future__ import annotations

import numpy as np
import pytest

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.observations import observe_page
from tablekin.segment.table import (
    Table,
    bounding_box,
    build_table,
    column_alignment,
    pairs_within,
    split_block,
)
from tests.support.printed_table import Printed, print_table

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
SHAPE = (1200, 1400)
ANYWHERE = (0.0, 0.0, float(SHAPE[1]), float(SHAPE[0]))


def built(page: Printed) -> tuple[Table, Detections, np.ndarray]:
    working, truth = page.page()
    table = build_table(observe_page(working), np.arange(len(working.digits)), ANYWHERE)
    assert table is not None
    return table, working.digits, truth


def test_the_grid_of_a_bent_page_holds_the_digits_of_its_cells() -> None:
    page = Printed(np.random.default_rng(0), SHAPE, tilt=0.006, bow=14)
    print_table(page, 120, 150, 24, ["99", "999", "99"], rules="none")
    table, digits, truth = built(page)
    assert table.filled.shape == (24, 3)
    assert table.filled.all()
    grid = table.vertices()[1:]  # (rows + 1, columns + 1, 2)
    for (x, y), (_, row, column) in zip(digits.centres, truth, strict=True):
        corners = grid[row : row + 2, column : column + 2].reshape(-1, 2)
        assert corners[:, 0].min() < x < corners[:, 0].max()
        assert corners[:, 1].min() - 2 < y < corners[:, 1].max() + 2
    assert table.aligned / table.entries > 0.95
    assert table.digits == len(digits)


def test_a_line_of_digits_is_no_table() -> None:
    page = Printed(np.random.default_rng(1), SHAPE)
    print_table(page, 120, 150, 1, ["99"] * 6, rules="none")
    working, _ = page.page()
    assert build_table(observe_page(working), np.arange(len(working.digits)), ANYWHERE) is None


def test_a_block_is_split_between_tables_of_other_lines() -> None:
    page = Printed(np.random.default_rng(2), SHAPE)
    right, _ = print_table(page, 120, 150, 24, ["99", "99"], table=0, rules="none")
    print_table(page, right + 40, 150, 20, ["99", "99"], table=1, rules="none", pitch=36)
    working, truth = page.page()
    observations = observe_page(working)
    parts = split_block(observations, np.arange(len(truth)), ANYWHERE)
    assert [sorted(set(truth[part, 0].tolist())) for part in parts] == [[0], [1]]
    one = np.flatnonzero(truth[:, 0] == 0)
    assert [part.tolist() for part in split_block(observations, one, ANYWHERE)] == [one.tolist()]


@pytest.mark.parametrize("side", [0, 1, 2], ids=["left", "middle", "right"])
def test_entries_line_up_at_the_side_they_were_set_at(side: int) -> None:
    rng = np.random.default_rng(3)
    half = rng.uniform(4, 30, 20)
    u = 300 + (1 - side) * half + rng.uniform(-2, 2, 20)
    u[4] += 40
    boxes = np.column_stack([u - half, np.zeros(20), u + half, np.full(20, 20.0)]).astype(np.float32)
    digits = Detections.from_boxes(np.full(20, 4, np.int8), np.ones(20, np.float32), boxes)
    residual, aligned, entries = column_alignment(digits, np.arange(20), u, np.zeros(20, np.intp), METRICS)
    assert (aligned, entries) == (19, 20)
    assert np.isnan(residual[4])
    ends = u + (side - 1) * half
    assert np.delete(residual, 4) == pytest.approx(np.delete(ends - np.median(ends), 4), abs=0.01)


def test_pairs_within_a_block_are_those_of_its_digits() -> None:
    page = Printed(np.random.default_rng(4), SHAPE)
    print_table(page, 120, 150, 12, ["99", "99"], rules="none")
    working, truth = page.page()
    observations = observe_page(working)
    block = np.flatnonzero(truth[:, 2] == 1)
    for inside, near in zip(
        pairs_within(observations, block), (observations.near.right, observations.near.lower), strict=True
    ):
        expected = {(a, b) for a, b in near.tolist() if truth[a, 2] == 1 and truth[b, 2] == 1}
        assert {(int(block[a]), int(block[b])) for a, b in inside.tolist()} == expected


def test_the_box_of_points_is_around_them() -> None:
    points = np.random.default_rng(5).uniform(0, 100, (4, 5, 2))
    assert bounding_box(points) == (
        points[..., 0].min(),
        points[..., 1].min(),
        points[..., 0].max(),
        points[..., 1].max(),
    )
