from types import SimpleNamespace

import numpy as np
import pytest

from tablekin.digitize import stage as digitize
from tablekin.digitize.stage import PagePose, _to_working, _working_frame


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.6])
def test_a_mark_of_a_turned_scan_lands_upright_where_the_affine_says(orientation: int, scale: float) -> None:
    upright = np.zeros((300, 200), np.float32)
    upright[40:60, 150:170] = 1  # near the top right corner
    scan = np.ascontiguousarray(np.rot90(upright, -(orientation // 90)))
    affine, size = _working_frame((scan.shape[0], scan.shape[1]), PagePose(orientation, scale), 0.0)
    working = _to_working(scan, affine, size)
    assert size == (round(200 * scale), round(300 * scale))
    y, x = (np.average(axis, weights=working) for axis in np.indices(working.shape))
    np.testing.assert_allclose((x, y), (159.5 * scale, 49.5 * scale), atol=0.8)
    rows, cols = np.nonzero(scan)
    centre = affine @ (cols.mean(), rows.mean(), 1)
    np.testing.assert_allclose(centre, (x, y), atol=0.8)


@pytest.mark.parametrize(
    ("surprise", "figures", "expected"),
    [
        ({1: [0.3, 3, 2, 3]}, {1: [9, 1, 1, 1]}, (1, 0)),
        ({1: [2.0, 2, 2, 0.3], 4: [0.6, 1, 1, 1]}, {1: [90, 90, 90, 99], 4: [3, 1, 1, 1]}, (1, 270)),
        ({1: [6.0, 0.9, 6, 1], 2: [2.0, 1.6, 1.4, 1.5]}, {1: [5, 5, 0, 5], 2: [160, 60, 50, 50]}, (2, 0)),
        ({1: [1.9, 6.5, 0.65, 6.5]}, {1: [1000, 700, 1300, 700]}, (1, 180)),
        ({1: [1.4, 1.8, 1.5, 1.3]}, {1: [90, 120, 100, 140]}, (1, 0)),
    ],
    ids=["upright", "certain at the first scale", "figures too small to tell", "less certain", "a picture"],
)
def test_the_scale_at_which_the_network_is_certain_tells_the_turn(
    monkeypatch: pytest.MonkeyPatch,
    surprise: dict[int, list[float]],
    figures: dict[int, list[int]],
    expected: tuple[int, int],
) -> None:
    def probe(ink: np.ndarray, corner: object, scale: float) -> np.ndarray:
        return np.array([[scale, 0], [0, 0]])

    def look(network: object, ink: np.ndarray) -> SimpleNamespace:
        row, column = (int(index[0]) for index in np.nonzero(ink))
        turn = {(0, 0): 0, (1, 0): 1, (1, 1): 2, (0, 1): 3}[row, column]
        return SimpleNamespace(ink=ink, scale=int(ink.max()), turn=turn)

    monkeypatch.setattr(digitize, "dense_windows", lambda *_: [(0, 0)])
    monkeypatch.setattr(digitize, "_probe", probe)
    monkeypatch.setattr(digitize, "_look", look)
    monkeypatch.setattr(digitize, "_orientation_nll", lambda looks: surprise[looks[0].scale][looks[0].turn])
    monkeypatch.setattr(digitize, "_count_figures", lambda looks: figures[looks[0].scale][looks[0].turn])
    scale, _, turn, _ = digitize._find_orientation(None, np.zeros((9, 9)), None, list(surprise))
    assert (scale, turn) == expected
