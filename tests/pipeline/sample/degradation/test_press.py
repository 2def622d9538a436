import numpy as np
import pytest

from tablekin.sample.degradation.press import press_ink, slur_ink, smooth_field
from tests.support.printing import isolated_digits


def test_spread_makes_strokes_swell() -> None:
    ink = isolated_digits().ink
    areas = [
        float(press_ink(ink, 30.0, spread, 0.0, 0.0, np.random.default_rng(5)).sum())
        for spread in (-0.2, 0.0, 0.2)
    ]
    assert areas[0] < 0.97 * areas[1] < 0.94 * areas[2]


@pytest.mark.parametrize("grain", [8.0, 40.0])
def test_a_smooth_field_hardly_changes_within_a_grain(grain: float) -> None:
    field = smooth_field((400, 400), grain, np.random.default_rng(1))
    assert abs(field.mean()) < 0.15
    assert 0.6 < field.std() < 1.2
    near = np.corrcoef(field[:, :-2].ravel(), field[:, 2:].ravel())[0, 1]
    far = np.corrcoef(field[:, : -int(4 * grain)].ravel(), field[:, int(4 * grain) :].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.3


def test_a_slur_adds_fainter_ink_one_shift_away() -> None:
    ink = np.zeros((80, 80), np.float32)
    ink[38:42, 38:42] = 1
    slurred = slur_ink(ink, 12.0, np.random.default_rng(2))
    assert (slurred >= ink).all()
    added = slurred - ink
    assert 0 < added.max() < 1
    rows, cols = np.nonzero(added > 0.5 * added.max())
    away = np.hypot(rows.mean() - 39.5, cols.mean() - 39.5)
    assert away == pytest.approx(12, abs=1)
