import numpy as np

from tablekin.sample.typesetting.diagram import draw_diagram
from tablekin.sample.typesetting.sheet import Sheet
from tests.support.printing import plain_compositor


def test_a_diagram_stays_in_its_square_and_knows_its_numbers() -> None:
    compositor, numbers = plain_compositor(), 0
    for seed in range(6):
        sheet = Sheet(500, 460, np.random.default_rng(seed))
        draw_diagram(sheet, (80, 60), 320, compositor, compositor)
        page = sheet.finish(22.0)
        rows, cols = np.nonzero(page.ink > 0.5)
        assert cols.min() >= 80 - 22
        assert cols.max() < 400 + 22
        assert rows.min() >= 60 - 22
        assert rows.max() < 380 + 22
        circle = np.hypot(cols - 240, rows - 220)
        assert (np.abs(circle - 0.47 * 320) < 4).sum() > 300  # the outermost circle
        assert (page.digits["row"] == -1).all()  # numbers of a scale stand in no table
        numbers += len(page.digits)
    assert numbers > 0
