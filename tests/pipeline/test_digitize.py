import numpy as np
import pytest

from pipeline.digitize import Pose, _to_working, _working_frame


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.6])
def test_a_mark_of_a_turned_scan_lands_upright_where_the_affine_says(orientation: int, scale: float) -> None:
    upright = np.zeros((300, 200), np.float32)
    upright[40:60, 150:170] = 1  # near the top right corner
    scan = np.ascontiguousarray(np.rot90(upright, -(orientation // 90)))
    affine, size = _working_frame((scan.shape[0], scan.shape[1]), Pose(orientation, scale), 0.0)
    working = _to_working(scan, affine, size)
    assert size == (round(200 * scale), round(300 * scale))
    y, x = (np.average(axis, weights=working) for axis in np.indices(working.shape))
    np.testing.assert_allclose((x, y), (159.5 * scale, 49.5 * scale), atol=0.8)
    rows, cols = np.nonzero(scan)
    centre = affine @ (cols.mean(), rows.mean(), 1)
    np.testing.assert_allclose(centre, (x, y), atol=0.8)
