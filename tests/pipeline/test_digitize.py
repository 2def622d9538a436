import numpy as np
import pytest

from models.digits import Peaks
from pipeline.digitize import Pose, _to_working, _working_frame, in_company


def peaks_at(places: list[tuple[float, float]], activation: list[float]) -> Peaks:
    centres = np.array(places, np.float32)
    boxes = np.concatenate([centres - np.array((5, 10)), centres + np.array((5, 10))], 1).astype(np.float32)
    count = len(places)
    return Peaks(
        np.zeros(count, np.int8), np.array(activation, np.float32), np.zeros((count, 2), np.int64), boxes
    )


def test_a_weak_figure_is_kept_among_strong_ones_and_dropped_alone() -> None:
    column = [(100.0, 30.0 * row) for row in range(1, 6)]
    peaks = peaks_at([*column, (600, 90)], [0.9, 0.8, 0.4, 0.9, 0.8, 0.4])
    assert in_company(peaks, 0.5).tolist() == [True, True, True, True, True, False]


def test_weak_figures_do_not_keep_each_other() -> None:
    peaks = peaks_at([(100 + 10 * k, 50) for k in range(6)], [0.4] * 6)
    assert not in_company(peaks, 0.5).any()


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
