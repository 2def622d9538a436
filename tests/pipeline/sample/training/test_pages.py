from collections import Counter

import numpy as np

from tablekin.sample.training.cells import roman
from tablekin.sample.training.pages import training_page


def test_roman_numerals_read_back() -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    for number in range(1, 400):
        letters = [values[sign] for sign in roman(number)]
        total = sum(-a if a < b else a for a, b in zip(letters, [*letters[1:], 0], strict=True))
        assert total == number


def test_pages_are_well_formed_and_all_digits_about_as_frequent() -> None:
    rng = np.random.default_rng(1)
    digits, kinds = Counter(), Counter()
    for _ in range(150):
        page = training_page(rng)
        kinds[page.kind] += 1
        for table in page.tables:
            assert len(table.row_keys) == len(table.cells)
            for row in table.cells:
                assert len(row) == len(table.columns)
                for column, cell in zip(table.columns, row, strict=True):
                    if not column.argument:
                        digits.update(c for c in cell if c in "0123456789")
    assert set(kinds) == {"table", "prose", "title", "diagram"}
    assert kinds["table"] > 75
    shares = np.array([digits[str(d)] for d in range(10)]) / sum(digits.values())
    assert shares.min() > 0.08 and shares.max() < 0.14
