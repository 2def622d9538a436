"""Rows that are known to be the same, and rows printed into another page."""

from __future__ import annotations

import numpy as np
import pytest
from lib import pointing
from lib.pointing import hits, plant, pool_rows, row_truth, true_matches
from lib.subject import Subject
from lib.window import Window, densest

from tablekin.models.networks.bigram import Spacing
from tablekin.models.networks.detections import Detections


def test_the_strongest_match_is_a_hit_and_ties_share_it() -> None:
    table = np.array([[1.0, 4.0, 2.0], [0.0, 4.0, 3.0]])
    assert hits(table, (0, 1)) == (0.5, pytest.approx(4.5 / 5))
    assert hits(table + np.eye(2, 3, 1), (0, 1)) == (1, 1)
    assert hits(table, (0, 2)) == (0, pytest.approx(2 / 5))


def test_true_matches_against_a_list_of_all() -> None:
    rng = np.random.default_rng(1)
    table, truth = rng.normal(size=(6, 5)), np.array([0, 1, -1, 3, 4, 2])
    ranked = sorted(np.ndindex(6, 5), key=lambda place: -table[place])[:7]
    counted = [truth[i] == j for i, j in ranked if truth[i] >= 0]
    assert true_matches(table, truth, 7) == pytest.approx(sum(counted) / len(counted))
    assert np.isnan(true_matches(table, np.full(6, -1), 7))


def test_rows_are_found_where_their_middles_lie() -> None:
    boxes = np.array([[0, 0, 50, 10], [0, 10, 50, 20], [0, 18, 50, 30]])
    middles = np.array([[25.0, 5.0], [25.0, 19.0], [25.0, 25.0], [60.0, 5.0]])
    assert row_truth(middles, boxes).tolist() == [
        0,
        -1,
        2,
        -1,
    ]  # the second lies in two, the last beside them


def test_rows_add_up_their_cells() -> None:
    factor = np.arange(12.0).reshape(2, 6)
    row = np.array([-1, 1, 0, 1, -1, 0])
    expected = np.stack([factor[:, 2] + factor[:, 5], factor[:, 1] + factor[:, 3]], 1)
    assert np.array_equal(pool_rows(factor, row), expected)


def window(ink: float) -> Window:
    """Three rows of one cell each, 8 pixels high, with six digits each, their ink a number."""
    labels = np.repeat(np.arange(4, dtype=np.int32), 8)[:, None] * np.ones((1, 60), np.int32)
    pixels = np.where(labels > 0, ink * labels, 0).astype(np.float32)
    x, y = np.meshgrid(np.arange(6) * 8 + 4.0, [12.0, 20.0, 28.0])
    boxes = np.stack([x - 3, y - 3, x + 3, y + 3], -1).reshape(-1, 4).astype(np.float32)
    digits = Detections.from_boxes(np.zeros(18, np.int8), np.ones(18, np.float32), boxes)
    row = np.array([-1, 0, 1, 2], np.int32)
    return Window(Subject(pixels, labels, digits, Spacing(4, 12, 5)), row, np.eye(2, 3))


def test_a_planted_row_stands_where_the_other_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Detections.from_boxes(np.zeros(0, np.int8), np.zeros(0, np.float32), np.zeros((0, 4), np.float32))
    monkeypatch.setattr(pointing, "trained_digits", lambda ink: found)
    source, target = window(0.1), window(0.01)
    planted = plant(source, np.array([0, 2]), target, np.random.default_rng(3))
    assert planted is not None
    page, taken, given = planted
    assert taken in (0, 2) and page.subject.digits is found
    changed = page.subject.labels == given + 1
    assert np.allclose(page.subject.ink[changed], 0.1 * (taken + 1))
    assert np.array_equal(page.subject.ink[~changed], target.subject.ink[~changed])
    assert plant(source, np.zeros(0, np.intp), target, np.random.default_rng(3)) is None


def test_the_fullest_squares_that_do_not_overlap() -> None:
    rng = np.random.default_rng(2)
    crowd, few = rng.uniform(40, 60, (30, 2)), rng.uniform(200, 210, (5, 2))
    chosen = densest(np.concatenate([few, crowd]), 40, 3)
    assert len(chosen) == 2
    assert (np.abs(chosen[0] - 50) < 11).all() and (np.abs(chosen[1] - 205) < 6).all()
