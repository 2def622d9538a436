"""Receptive fields put on top of one another, against listing what every unit sees."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from tablekin.models.lrp.step import POINT, ReceptiveField, Recorder, Step, at_once, nothing

FIELDS = [ReceptiveField(*numbers) for numbers in ((1, 0, 0), (1, 1, 1), (2, 1, 1), (3, 0, 2), (2, -1, 3))]


def seen(field: ReceptiveField, units: set[int]) -> set[int]:
    return {
        place
        for unit in units
        for place in range(unit * field.stride - field.before, unit * field.stride + field.after + 1)
    }


@pytest.mark.parametrize(("upper", "lower"), list(product(FIELDS, repeat=2)))
def test_a_unit_sees_what_the_units_below_it_see(upper: ReceptiveField, lower: ReceptiveField) -> None:
    both = upper.above(lower)
    for unit in (-3, 0, 7):
        expected = seen(lower, seen(upper, {unit}))
        assert (min(expected), max(expected)) == (
            unit * both.stride - both.before,
            unit * both.stride + both.after,
        )


@pytest.mark.parametrize("field", FIELDS)
def test_a_point_changes_nothing(field: ReceptiveField) -> None:
    assert POINT.above(field) == field.above(POINT) == field


def test_seeds_go_together_as_long_as_the_largest_map_allows() -> None:
    small, large = torch.zeros(1, 3), torch.zeros(1, 256, 1024)  # a mebibyte
    assert at_once([small, large]) == 128
    assert at_once([small, large.double()]) == 64
    assert at_once([torch.zeros(1, 1, dtype=torch.uint8).expand(1, 2**28)]) == 1


def test_whatever_records_itself_is_a_recorder() -> None:
    class Doubled(torch.nn.Module):
        def record(self, x: torch.Tensor) -> Step:
            return Step(2 * x, lambda relevance: ((relevance,), nothing(relevance)))

    assert isinstance(Doubled(), Recorder)
    assert not isinstance(torch.nn.ReLU(), Recorder)


def test_nothing_is_a_zero_for_every_seed() -> None:
    absorbed = nothing(torch.ones(3, 2, 2))
    assert absorbed.dtype == torch.float64
    assert absorbed.tolist() == [0, 0, 0]
