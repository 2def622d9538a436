from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import sensitivity
from lib.placement import Placement
from sensitivity import Finding, Outcome, Variation, line_of, moved, varied, vary

from tablekin.segment.stage import CRITERIA, TableCriteria
from tablekin.threshold import threshold


def variation(value: float, matters: bool) -> Variation:
    return Variation(value, 0, 0, 0, 0, matters)


def test_a_threshold_has_its_value_back_after_it_was_varied() -> None:
    with pytest.raises(ZeroDivisionError), varied(CRITERIA, "min_filled", 0.9):
        assert CRITERIA.min_filled == 0.9
        raise ZeroDivisionError
    assert TableCriteria() == CRITERIA


def test_thresholds_move_by_a_share_and_whole_numbers_by_whole_ones() -> None:
    assert moved(2.0, 0.25) == [1.5, 2.5]
    assert moved(12, 0.25) == [9, 15]
    assert moved(1, 0.25) == [0, 2]
    assert moved(0.9, 0.25) == pytest.approx([0.675, 1.0])


@pytest.mark.parametrize(
    ("tried", "alike"),
    [
        ([(75, False), (125, False)], (75, 125)),
        ([(75, True), (125, False), (90, False)], (90, 125)),
        ([(75, True), (125, True), (90, True), (110, False)], (100, 110)),
        ([(75, False), (125, True), (110, True)], (75, 100)),
    ],
)
def test_values_are_alike_as_far_as_nothing_between_matters(
    tried: list[tuple[float, bool]], alike: tuple[float, float]
) -> None:
    finding = Finding("segment", "C", "n", 100, tuple(variation(*each) for each in tried))
    assert finding.alike == alike
    assert finding.matters == any(matters for _, matters in tried)
    assert line_of(finding).startswith("MATTERS") == finding.matters


@dataclass(frozen=True)
class _Criteria:
    limit: float = threshold(10.0, "cells", "beyond which cells are wrong")


def test_what_a_threshold_decides_is_found_between_a_tenth_and_a_quarter(monkeypatch) -> None:
    criteria = _Criteria()

    def analyse(size: int) -> Outcome:
        right = int(np.sum(np.arange(size) < 90 * criteria.limit))
        return Outcome(right, Placement(1000, 1000, 1000, right, 1, 0))

    monkeypatch.setattr(sensitivity, "start_of", lambda room, criteria: analyse)
    found = vary("segment", criteria, "limit", [1000], [analyse(1000)])
    assert found.value == criteria.limit == 10
    assert {v.value: (v.cells_right, v.matters) for v in found.variations} == {
        7.5: (-225, True),
        9.0: (-90, True),
        12.5: (100, True),
        11.0: (90, True),
    }


def test_a_value_that_a_stage_cannot_work_with_is_said(monkeypatch) -> None:
    criteria = _Criteria()

    def analyse(size: int) -> Outcome:
        if criteria.limit > 12:
            raise ValueError("too much")
        return Outcome(0, Placement(1000, 1000, 1000, 1000, 1, 0))

    monkeypatch.setattr(sensitivity, "start_of", lambda room, criteria: analyse)
    found = vary("segment", criteria, "limit", [1], [analyse(1)])
    assert found.alike == (7.5, 11.0)
    assert "too much" in line_of(found)
