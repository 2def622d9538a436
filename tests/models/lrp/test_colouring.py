"""Colourings against a loop over units that looks at every pixel they see."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tablekin.models.lrp.colouring import TooManyRegionsError, colour_regions
from tablekin.models.lrp.step import ReceptiveField

FIELDS = (ReceptiveField(2, 1, 2), ReceptiveField(3, 4, 2))  # down, across


def blocks(height: int, width: int, high: int, wide: int) -> NDArray[np.int32]:
    rows, cols = np.arange(height)[:, None] // high, np.arange(width)[None] // wide
    return (rows * (-(-width // wide)) + cols).astype(np.int32)


LABELS = {
    "blocks": blocks(24, 30, 5, 7),
    "one region": np.zeros((24, 30), np.int32),
    "scattered": np.random.default_rng(0).integers(0, 5, (24, 30)).astype(np.int32),
    "gaps in the numbers": 3 * blocks(24, 30, 8, 9),
}


def seen_by(labels: NDArray[np.int32], row: int, col: int) -> set[int]:
    """Regions of the pixels that the unit sees."""
    top, left = row * FIELDS[0].stride - FIELDS[0].before, col * FIELDS[1].stride - FIELDS[1].before
    bottom, right = row * FIELDS[0].stride + FIELDS[0].after, col * FIELDS[1].stride + FIELDS[1].after
    return set(labels[max(0, top) : bottom + 1, max(0, left) : right + 1].ravel().tolist())


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS.keys())
def test_no_unit_sees_two_regions_of_one_colour(labels: NDArray[np.int32]) -> None:
    shape = (12, 10)
    found = colour_regions(labels, shape, FIELDS, 64)
    assert found.owner.shape == (found.count, *shape)
    for row in range(shape[0]):
        for col in range(shape[1]):
            seen = seen_by(labels, row, col)
            colours = [int(found.of_region[region]) for region in seen]
            assert len(set(colours)) == len(seen)
            owners = found.owner[:, row, col]
            assert {int(region) for region in owners if region >= 0} == seen
            assert all(
                found.of_region[region] == colour for colour, region in enumerate(owners) if region >= 0
            )


def test_regions_far_apart_share_a_colour() -> None:
    labels = blocks(96, 96, 12, 12)  # 64 regions; a unit sees at most 2 x 2 of them
    assert colour_regions(labels, (48, 32), FIELDS, 64).count < 10


def test_too_many_regions_are_refused() -> None:
    labels = np.arange(24 * 30, dtype=np.int32).reshape(24, 30)
    with pytest.raises(TooManyRegionsError, match="more than 19 regions within 7 x 4 pixels"):
        colour_regions(labels, (12, 10), FIELDS, 20)
