import numpy as np

from tablekin.sample.typesetting.brace import draw_brace
from tablekin.sample.typesetting.sheet import Sheet


def test_a_brace_spans_its_columns_is_symmetric_and_points_up() -> None:
    sheet = Sheet(201, 40, np.random.default_rng(0))
    draw_brace(sheet, 20, 180, 10, 30, 20.0)
    dark = sheet.ink > 100
    rows, cols = np.nonzero(dark)
    assert abs(cols.min() - 20) < 4
    assert abs(cols.max() - 180) < 4
    mirrored = dark[:, 19:182][:, ::-1]
    assert (dark[:, 19:182] & mirrored).sum() > 0.8 * dark.sum()
    middle, ends = rows[np.abs(cols - 100) < 3], rows[(cols < 26) | (cols > 174)]
    flank = rows[(np.abs(cols - 100) > 25) & (np.abs(cols - 100) < 55)]
    assert middle.min() < flank.min()  # its point is above the bow
    assert ends.max() > flank.max()  # its ends reach down to the columns
