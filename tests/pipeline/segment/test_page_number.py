from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment import page_number
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.page_number import CRITERIA, find_page_numbers

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
SHAPE = (1400, 1000)
BODY = (300.0, 600, 330, 620)


def number(x: float, y: float, width: float = 39.0) -> tuple[float, float, float, float]:
    return (x, y, x + width, y + 20)


def found(
    *boxes: tuple[float, float, float, float],
    shape: tuple[int, int] = SHAPE,
    letters: tuple[slice, slice] | None = None,
    tables: list[tuple[float, float, float, float]] | None = None,
    embedded: int | None = None,
) -> list[int]:
    """Find which of the numbers are page numbers."""
    ink = np.zeros(shape, np.uint8)
    if letters:
        ink[letters] = 1
    touching = np.arange(len(boxes)) == embedded
    chosen = find_page_numbers(np.array(boxes).reshape(-1, 4), touching, tables or [], ink, METRICS, shape)
    middles = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in boxes]
    return sorted(
        k for x0, y0, x1, y1 in chosen for k, (x, y) in enumerate(middles) if x0 < x < x1 and y0 < y < y1
    )


def test_the_number_at_the_head_comes_before_that_at_the_foot() -> None:
    assert found(BODY, number(880, 60), number(480, 1350)) == [1]
    assert found(BODY, number(480, 1350)) == [1]
    assert found(BODY) == []
    assert found() == []


@pytest.mark.parametrize(
    "letters",
    [(slice(60, 80), slice(925, 940)), (slice(60, 80), slice(860, 875)), (slice(20, 50), slice(880, 920))],
    ids=["right", "left", "above"],
)
def test_a_number_near_words_is_none(letters: tuple[slice, slice]) -> None:
    assert found(number(880, 60), letters=letters) == []


def test_neighbours_are_those_that_each_number_by_itself_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_number, "_AT_ONCE", 7)
    corners = np.random.default_rng(0).random((60, 2)) * 1400
    boxes = np.hstack([corners, corners + np.array([39, 20])])
    expected = [
        any(
            max(x0, u0) - min(x1, u1) < CRITERIA.other_beside * 20
            and max(y0, v0) - min(y1, v1) < CRITERIA.other_below * 20
            for other, (u0, v0, u1, v1) in enumerate(boxes)
            if other != one
        )
        for one, (x0, y0, x1, y1) in enumerate(boxes)
    ]
    assert page_number._beside_numbers(boxes, 20.0).tolist() == expected
    assert 0 < sum(expected) < 60


def test_numbers_in_a_table_beside_others_or_of_another_size_are_none() -> None:
    assert found(number(880, 60), tables=[(100, 40, 950, 900)]) == []
    assert found(number(880, 60), number(940, 62)) == []
    assert found(number(880, 60, width=120)) == []
    assert found(number(880, 60), embedded=0) == []


def test_an_opening_has_a_number_on_either_page() -> None:
    boxes = number(60, 50), number(1900, 52), number(1000, 1350)
    assert found(*boxes, shape=(1400, 2000)) == [0, 1]
    assert found(*boxes, shape=(1900, 2000)) in ([0], [1])
