import numpy as np
from make_symbol_tables import make_table

from tablekin.sample.typesetting.faces import FACES


def test_tables_are_printed_as_its_truth_says() -> None:
    face = FACES["dejavu-serif/roman"].files[0]
    for kind in ("plain", "sexagesimal", "blanks"):
        image, cells = make_table(kind, face, np.random.default_rng(3))
        assert {len(row) for row in cells} == {6}
        ink = image < 120
        for row, line in enumerate(cells):
            for col, text in enumerate(line):
                left, top = 96 + 12 + 235 * col, 120 + 50 * row
                inked = bool(ink[top - 5 : top + 40, left : left + 210].any())
                assert inked == bool(text)
    again, _ = make_table("plain", face, np.random.default_rng(3))
    np.testing.assert_array_equal(again, make_table("plain", face, np.random.default_rng(3))[0])
