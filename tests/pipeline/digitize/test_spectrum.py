from __future__ import annotations

import cv2
import numpy as np
import pytest
from jdeskew.estimator import get_angle

from tablekin.digitize.spectrum import strongest_direction


@pytest.mark.parametrize("shape", [(300, 405), (405, 200), (243, 243), (161, 640)])
@pytest.mark.parametrize("max_degrees", [8.0, 22.0])
def test_the_strongest_direction_is_that_of_the_whole_spectrum(
    shape: tuple[int, int], max_degrees: float
) -> None:
    rng = np.random.default_rng(shape[0])
    for tilt in (-17.3, -4.4, 0.0, 1.25, 7.9):
        page = rng.integers(180, 256, shape).astype(np.uint8)
        page[::12] = page[1::12] = 30
        turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), -tilt, 1)
        page = cv2.warpAffine(page, turn, shape[::-1], borderValue=255).astype(np.uint8)
        assert strongest_direction(page, max_degrees) == get_angle(page, angle_max=max_degrees)


def test_nothing_has_no_direction() -> None:
    assert strongest_direction(np.full((120, 90), 255, np.uint8), 8.0) == 0
